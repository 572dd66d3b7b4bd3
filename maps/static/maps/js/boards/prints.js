// Printing in bulk: ask for a job, show how far it is, hand over its file.
import { byId, el, fill } from "../dom.js";
import { gettext, page } from "../page.js";
import { card, OPEN_STATES } from "../jobs/card.js";

const BUSY_MS = 1000;
const IDLE_MS = 15000;
const SHOWN = 3;
const LOOKED_AT = 50;

/** Start the part of the page; `done()` when a job came to its end. */
export function prints({ clientKey, get, post }, done) {
  const form = byId("print-form");
  const opened = new Set();
  let timer = null;
  let busy = false;

  const actions = {
    async open(job) {
      if (opened.has(job.uid)) opened.delete(job.uid);
      else opened.add(job.uid);
      await read();
    },
    async cancel(job) {
      await attempt(() => post(`jobs/${job.uid}/cancel/`));
    },
    async repeat(job) {
      await attempt(() => post(`jobs/${job.uid}/repeat/`, { dry_run: false }, { "Idempotency-Key": clientKey() }));
    },
  };

  async function attempt(work) {
    const said = byId("print-error");
    said.hidden = true;
    try {
      await work();
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      said.textContent = problem.words;
      said.hidden = false;
    }
    await read();
  }

  function one(job) {
    const made = card({ ...job, may_repeat: job.may_repeat && job.state !== "done" }, opened.has(job.uid), actions);
    if (job.state === "done") {
      made.append(el("p.row", {}, el("a.btn.btn--primary.btn--sm", { href: `/api/v1/boards/prints/${job.uid}/`, download: "" }, gettext("下载印制文件（ZIP）"))));
    }
    return made;
  }

  async function read() {
    clearTimeout(timer);
    let pause = IDLE_MS;
    try {
      const { results } = await get(`jobs/?limit=${LOOKED_AT}`);
      const mine = results.filter((job) => job.kind === page.print_kind).slice(0, SHOWN);
      const full = await Promise.all(mine.map((job) => (opened.has(job.uid) ? get(`jobs/${job.uid}/`) : job)));
      const focused = document.activeElement?.dataset?.key;
      fill(byId("print-jobs"), full.map(one));
      if (focused) byId("print-jobs").querySelector(`[data-key="${focused}"]`)?.focus();
      const isBusy = mine.some((job) => OPEN_STATES.has(job.state));
      if (busy && !isBusy) done();
      busy = isBusy;
      if (isBusy) pause = BUSY_MS;
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      pause = BUSY_MS * 3;
    } finally {
      clearTimeout(timer);
      timer = setTimeout(read, pause);
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    await attempt(() => post("boards/prints/", Object.fromEntries(new FormData(form)), { "Idempotency-Key": clientKey() }));
    button.disabled = false;
  });
  read();
}
