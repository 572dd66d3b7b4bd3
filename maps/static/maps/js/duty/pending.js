// What is not sent yet, in plain sight: a count in the bar, the list behind it, and what the centre did not take.
import { byId, el, fill } from "../dom.js";
import { gettext } from "../page.js";
import { timeText } from "../words.js";
import { dismiss, flush, onQueue } from "./queue.js";

const button = byId("unsent");
const sheet = byId("sheet");
let shown = [];

/** Begin to show the line; `changed(acts)` after every change. */
export function showPending(changed) {
  button.addEventListener("click", open);
  onQueue((acts) => {
    shown = acts;
    const waiting = acts.filter((act) => act.state === "waiting").length;
    const refused = acts.length - waiting;
    button.hidden = !acts.length;
    button.textContent = [waiting && gettext("未发送 %(n)s", { n: waiting }), refused && gettext("未被接受 %(n)s", { n: refused })].filter(Boolean).join(" · ");
    button.classList.toggle("is-refused", refused > 0);
    if (sheet.open && sheet.dataset.of === "pending") draw();
    changed(acts);
  });
}

function open() {
  sheet.dataset.of = "pending";
  draw();
  sheet.setAttribute("aria-labelledby", "sheet-title");
  sheet.showModal();
}

function row(act) {
  return el(`li.act${act.state === "refused" ? ".act--refused" : ""}`, {},
    el("div", {},
      el("b", {}, act.name), el("small", {}, timeText(Date.parse(act.at)).slice(0, 5)),
      act.words && el("p.muted", {}, act.words)),
    act.state === "waiting"
      ? el("span.chip.chip--late", {}, act.tries ? gettext("等网络，已试 %(n)s 次", { n: act.tries }) : gettext("等网络"))
      : el("button.btn.btn--task", { type: "button", onclick: () => dismiss(act.id) }, gettext("知道了")));
}

function draw() {
  const waiting = shown.filter((act) => act.state === "waiting");
  const refused = shown.filter((act) => act.state === "refused");
  fill(sheet, el("div.dialog__head", {}, el("h2", { id: "sheet-title" }, gettext("还没送到指挥中心"))),
    el("div.dialog__body", {},
      el("p", {}, waiting.length
        ? gettext("%(n)s 项已安全存在本机，联网后按先后自动补发，不会重复。", { n: waiting.length })
        : gettext("没有等待发送的内容。")),
      waiting.length > 0 && el("ol.acts", {}, waiting.map(row)),
      refused.length > 0 && [el("h3", {}, gettext("需要你看一眼")), el("ol.acts", {}, refused.map(row))]),
    el("div.dialog__foot", {},
      el("button.btn.btn--touch", { type: "button", onclick: () => sheet.close() }, gettext("返回")),
      waiting.length > 0 && el("button.btn.btn--touch.btn--primary", { type: "button", id: "retry", onclick: () => flush(true) }, gettext("现在重试"))));
}
