// The page of imports and jobs: a form, and the latest jobs read anew while one of them is at work.
import { clientKey, get, post } from "../api.js";
import { ask } from "../ask.js";
import { byId, el, fill, toast } from "../dom.js";
import { gettext } from "../page.js";
import { card, OPEN_STATES } from "./card.js";

const BUSY_MS = 1000;
const IDLE_MS = 10000;
const SHOWN = 20;

const form = byId("job-form");
const list = byId("job-list");
const kinds = new Map();
const opened = new Set();
const details = new Map();
let timer = null;

function showOptions() {
  const kind = kinds.get(byId("job-kind").value);
  for (const part of form.querySelectorAll("[data-option]")) {
    part.hidden = !kind?.options.includes(part.dataset.option);
    for (const field of part.querySelectorAll("input, select")) field.disabled = part.hidden;
  }
  byId("job-dry").hidden = kind?.may_dry_run === false;
  byId("job-real").textContent = kind?.may_dry_run === false ? gettext("开始") : gettext("直接导入");
  byId("job-file").accept = (kind?.files || []).join(",");
  byId("job-file").required = Boolean(kind?.needs_file);
  byId("job-files").textContent = (kind?.files || []).join(" ");
  fill(byId("job-organisation"), (kind?.organisations || []).map((each) => el("option", { value: each.uid }, each.name)));
}

async function readKinds() {
  for (const kind of await get("jobs/kinds/")) kinds.set(kind.kind, kind);
  fill(byId("job-kind"), [...kinds.values()].map((kind) => el("option", { value: kind.kind }, kind.label)));
  showOptions();
}

byId("job-kind").addEventListener("change", showOptions);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = byId("job-error");
  const body = new FormData(form, event.submitter);
  const [sent] = byId("job-file").files;
  if (!body.get("file")?.size) body.delete("file");
  const buttons = form.querySelectorAll("[type=submit]");
  said.hidden = true;
  byId("job-sending").hidden = false;
  buttons.forEach((button) => { button.disabled = true; });
  try {
    const job = await post("jobs/", body, { "Idempotency-Key": clientKey() });
    opened.add(job.uid);
    // Who has chosen the next file meanwhile keeps it.
    if (byId("job-file").files[0] === sent) byId("job-file").value = "";
    await read();
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    said.textContent = problem.words;
    said.hidden = false;
  } finally {
    byId("job-sending").hidden = true;
    buttons.forEach((button) => { button.disabled = false; });
  }
});

async function act(path, body = {}) {
  try {
    const job = await post(path, body, { "Idempotency-Key": clientKey() });
    opened.add(job.uid);
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    toast(problem.words, "error");
  }
  await read();
}

const actions = {
  open(job) {
    if (opened.has(job.uid)) opened.delete(job.uid);
    else opened.add(job.uid);
    read();
  },
  async cancel(job) {
    const text = gettext("已经保存的行会保留。");
    if (await ask({ title: gettext("取消这个任务？"), text, submit: gettext("取消任务"), danger: true })) {
      await act(`jobs/${job.uid}/cancel/`);
    }
  },
  async undo(job) {
    const text = gettext("新增的会移除，改动的恢复原值；之后有人改过或用到时整体不撤销，并说明原因。");
    if (await ask({ title: gettext("撤销 %(name)s 的导入？", { name: job.file_name || job.label }), text, submit: gettext("撤销导入"), danger: true })) {
      await act(`jobs/${job.uid}/undo/`);
    }
  },
  async repeat(job) {
    const bad = job.rejected ? gettext("%(n)s 行有问题，将被跳过。", { n: job.rejected }) : "";
    if (await ask({ title: gettext("正式导入 %(name)s？", { name: job.file_name || job.label }), text: bad, submit: gettext("正式导入") })) {
      await act(`jobs/${job.uid}/repeat/`, { dry_run: false });
    }
  },
};

/** What an opened job shows changes with its figures only. */
async function detail(job) {
  const mark = [job.state, job.done, job.accepted, job.rejected, job.undone_at, job.may_undo].join();
  const known = details.get(job.uid);
  if (known?.mark === mark) return known.data;
  const data = await get(`jobs/${job.uid}/`);
  details.set(job.uid, { mark, data });
  return data;
}

async function read() {
  clearTimeout(timer);
  let pause = IDLE_MS;
  try {
    const { results } = await get(`jobs/?limit=${SHOWN}`);
    const rows = await Promise.all(results.map(async (job) => (opened.has(job.uid) ? detail(job) : job)));
    const focused = document.activeElement?.dataset?.key;
    fill(list, rows.length
      ? rows.map((job) => card(job, opened.has(job.uid), actions))
      : el("li.empty", {}, gettext("还没有任务")));
    if (focused) list.querySelector(`[data-key="${focused}"]`)?.focus();
    list.removeAttribute("aria-busy");
    byId("jobs-late").hidden = true;
    if (results.some((job) => OPEN_STATES.has(job.state))) pause = BUSY_MS;
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    byId("jobs-late").hidden = false;
    pause = BUSY_MS * 3;
  } finally {
    clearTimeout(timer);
    timer = setTimeout(read, pause);
  }
}

await readKinds();
await read();
