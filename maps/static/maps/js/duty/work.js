// The case a unit is working on: the way, the next act, one more unit, the report.
import { el } from "../dom.js";
import { directions } from "../directions.js";
import { gettext, page } from "../page.js";
import { pictures } from "../pictures.js";
import { gradeChip } from "../parts.js";
import { kindName, TASK_STATES, timeText } from "../words.js";
import { mapButton } from "./mapview.js";
import { placeOf, travelOf } from "./offer.js";
import { placeNow } from "./place.js";

const STEPS = [["acknowledged", gettext("签收")], ["en_route", gettext("出发")], ["on_scene", gettext("到场")], ["cleared", gettext("处置")], ["reported", gettext("反馈")]];
const NEXT = { acknowledged: ["en_route", gettext("出发")], en_route: ["on_scene", gettext("到场")], on_scene: ["cleared", gettext("处置完毕")] };
const ON_THE_WAY = new Set(["acknowledged", "en_route"]);
const OUTCOMES = [["handled", gettext("现场处置完毕")], ["handed_over", gettext("移交其他单位")], ["nothing_found", gettext("到场未发现")], ["persuaded", gettext("劝导放行")], ["other", gettext("其他")]];
const PHRASES = [gettext("已清出车道，恢复通行"), gettext("双方自行协商"), gettext("已移交事故中队"), gettext("已劝导教育")];

/** `draft`: what was typed before and not sent. */
export function workView(detail, { draft, step, report, decline, backup, photo, type, well, finishTask }) {
  const summary = detail.incident_summary;
  const at = STEPS.findIndex(([state]) => state === detail.state);
  const next = NEXT[detail.state];
  const going = ON_THE_WAY.has(detail.state);
  // The button stands in the foot, which is always there; the foot lies over whatever is at the bottom of the page.
  const [mapSwitch, mapPlace] = going ? mapButton() : [];
  return el("section.work", {},
    summary.exercise && el("p.stripe", {}, gettext("演练警情")),
    welfare(detail, well),
    going && el("div.turn", { id: "guide", hidden: true, "aria-live": "polite" }),
    el(`div.card.card--${summary.grade || "none"}`, {},
      el("p.row", {}, gradeChip(summary.grade), el("small", {}, summary.number), !detail.is_lead && el("span.chip", {}, gettext("增援")), helpChip(detail)),
      detail.backup?.outcome === "desk" && detail.backup.outcome_text && el("p.banner.banner--warn", { id: "help-answer" }, gettext("指挥中心答复：%(text)s", { text: detail.backup.outcome_text })),
      el("h1", {}, summary.title || kindName(summary.kind)),
      placeOf(summary),
      detail.text && el("p", {}, detail.text),
      pictures(detail.attachments)),
    el("ol.steps", { "aria-label": gettext("进度") }, STEPS.map(([state, name], index) => el(`li${index <= at ? ".is-done" : ""}${index === at + 1 ? ".is-next" : ""}`, { "aria-current": index === at ? "step" : null }, name))),
    caseTasks(detail.tasks, finishTask),
    going && [travelOf(detail), mapPlace, el("details", { open: true }, el("summary", {}, gettext("全部路线")), directions(detail.directions))],
    !going && detail.state !== "cleared" && page.may.photo && photoField(photo),
    detail.state === "cleared" && reportForm(summary, { draft, report, photo, type }),
    chiefs(detail.chain),
    next && el("footer.bottom", {},
      el("button.btn.btn--primary.btn--giant", { type: "button", id: "next-step", onclick: () => step(next[0]) }, next[1]),
      el("div.bottom__row", {},
        holdButton(backup),
        mapSwitch,
        going && el("button.btn.btn--touch", { type: "button", id: "decline", onclick: decline }, gettext("去不了…")))));
}

/** What has become of the call for help: waiting, taken by whom, answered. */
function helpChip({ backup, backup_asked: asked }) {
  if (asked && (!backup || backup.state === "answered")) return el("span.chip.chip--warn", {}, gettext("已请求增援"));
  if (!backup) return null;
  if (backup.outcome === "unit") return el("span.chip.chip--go", {}, gettext("增援 %(unit)s 已到场", { unit: backup.outcome_text }));
  if (backup.taken_at) return el("span.chip.chip--go", {}, gettext("增援请求：%(who)s 已接应", { who: backup.taken_by }));
  return el("span.chip.chip--warn", {}, gettext("已请求增援"));
}

function chiefs(chain) {
  if (!chain.length) return null;
  return el("details", {}, el("summary", {}, gettext("路长")), el("ul.chain", {}, chain.map((chief) => el("li", {},
    el("span.chain__level", {}, chief.level_name), el("span", {}, chief.acting_name || chief.name), el("a.chain__phone", { href: `tel:${chief.acting_phone || chief.duty_phone}` }, chief.acting_phone || chief.duty_phone)))));
}

/** What several do for the same case at the same time; one's own can be finished here. */
function caseTasks(rows, finish) {
  if (!rows?.length) return null;
  return el("div.card", { id: "case-tasks" }, el("h2", {}, gettext("本警情的任务")),
    el("ul.tasks", {}, rows.map((task) => el("li", {},
      el("div", {}, el("b", {}, task.title || task.kind_name), el("small", {}, task.owner), task.text && el("p.muted", {}, task.text)),
      task.mine && task.steps?.includes("done") && task.state !== "done"
        ? el("button.btn.btn--task", { type: "button", onclick: () => finish(task) }, gettext("完成"))
        : el(`span.chip${task.state === "done" ? ".chip--go" : ""}`, {}, TASK_STATES[task.state] ?? task.state)))));
}

/** Asked whether all is well, and not answered yet. */
export const isAsked = ({ welfare_asked_at: asked, welfare_safe_at: safe }) => Boolean(asked) && !(safe && Date.parse(safe) >= Date.parse(asked));

function welfare(detail, well) {
  if (!isAsked(detail)) return null;
  return el("div.card.card--red", { role: "alert", id: "welfare" },
    el("p", {}, el("b", {}, gettext("你一人在现场较久，是否平安？"))),
    el("p.muted", {}, gettext("不回答时指挥中心会用电台呼叫你。")),
    el("button.btn.btn--primary.btn--giant", { type: "button", id: "well", onclick: well }, gettext("我平安")));
}

const HOLD_MS = 1000;

/** Held for a second, by thumb or by key: no call for help by a pocket. */
function holdButton(act) {
  let timer = null;
  const button = el("button.btn.btn--touch.btn--danger.hold", { type: "button", id: "backup" },
    el("span", {}, gettext("请求增援")), el("small", {}, gettext("按住 1 秒")));
  const begin = (event) => {
    if (timer || event.repeat) return;
    button.classList.add("is-held");
    timer = setTimeout(() => {
      end();
      navigator.vibrate?.(60);
      act();
    }, HOLD_MS);
  };
  const end = () => {
    clearTimeout(timer);
    timer = null;
    button.classList.remove("is-held");
  };
  button.addEventListener("pointerdown", begin);
  for (const name of ["pointerup", "pointerleave", "pointercancel", "keyup", "blur"]) button.addEventListener(name, end);
  button.addEventListener("keydown", (event) => [" ", "Enter"].includes(event.key) && begin(event));
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  return button;
}

function photoField(add) {
  const count = el("span.muted", { role: "status" });
  const input = el("input", {
    type: "file", accept: "image/*", multiple: true, id: "photo",
    onchange: () => {
      const files = [...input.files];
      for (const file of files) add(file);
      if (files.length) count.textContent = gettext("已记下 %(n)s 张", { n: files.length });
      input.value = "";
    },
  });
  input.setAttribute("capture", "environment");
  return el("p.row.photo", {}, el("label.btn.btn--touch", {}, gettext("拍照"), input), count);
}

function reportForm(summary, { draft, report, photo, type }) {
  const kept = draft ?? {};
  const chosen = kept.outcome || OUTCOMES[0][0];
  const text = el("textarea.input", { id: "report-text", name: "text", rows: 3, maxLength: 2000, required: true, value: kept.text || "" });
  const outcome = () => form.elements.outcome.value;
  const typed = () => type({ outcome: outcome(), text: text.value });
  const add = (phrase) => {
    text.value = [text.value.trim(), phrase].filter(Boolean).join("，");
    typed();
    text.focus();
  };
  const here = placeNow();
  const form = el("form.card", { id: "report", oninput: typed, onsubmit: (event) => { event.preventDefault(); report({ outcome: outcome(), text: text.value.trim() }); } },
    el("h2", {}, gettext("反馈")),
    el("dl.kv", {},
      el("dt", {}, gettext("地点")), el("dd", {}, summary.chainage_text || summary.place_text || `${summary.lon.toFixed(5)}, ${summary.lat.toFixed(5)}`,
        here && el("small.muted", {}, " ", gettext("定位精度 %(n)s 米", { n: here.accuracy_m }))),
      el("dt", {}, gettext("时间")), el("dd", {}, timeText(Date.now()).slice(0, 5))),
    el("fieldset.chips", {}, el("legend", {}, gettext("结果")), OUTCOMES.map(([code, name]) => el("label.pick", {}, el("input", { type: "radio", name: "outcome", value: code, checked: code === chosen }), el("span", {}, name)))),
    page.may.photo && photoField(photo),
    el("label.field", {}, el("span", {}, gettext("处置情况")), text),
    el("div.chips", {}, PHRASES.map((phrase) => el("button.btn.btn--touch.btn--chip", { type: "button", onclick: () => add(phrase) }, phrase))),
    el("footer.bottom", {}, el("button.btn.btn--primary.btn--giant", { type: "submit" }, gettext("提交反馈"))));
  return form;
}
