// 请求增援: why, by one more tap. Without network it waits in the line, and the radio is named.
import { byId, el, fill } from "../dom.js";
import { gettext } from "../page.js";
import { BACKUP_REASONS } from "../words.js";
import { askBackup } from "./acts.js";

/** Show the reasons; `act(promise, words)` carries the one that was chosen. */
export function askForBackup(assignment, act) {
  const sheet = byId("sheet");
  sheet.dataset.of = "backup";
  const text = el("input.input.input--touch", { name: "text", type: "text", maxLength: 200 });
  const choose = (reason) => () => {
    sheet.close();
    act(askBackup(assignment, reason, text.value.trim()), gettext("已请求增援，指挥中心已收到"));
  };
  fill(sheet, el("div.dialog__head", {}, el("h2", { id: "sheet-title" }, gettext("为什么需要增援"))),
    el("div.dialog__body", {},
      el("div.chips", { id: "reasons" }, Object.entries(BACKUP_REASONS).map(([code, name]) => el("button.btn.btn--touch", { type: "button", value: code, onclick: choose(code) }, name))),
      el("label.field", {}, el("span", {}, gettext("补充（可不填）")), text),
      el("p.muted", {}, gettext("没有网络时请同时用电台呼叫。"))),
    el("div.dialog__foot", {}, el("button.btn.btn--touch", { type: "button", onclick: () => sheet.close() }, gettext("取消"))));
  sheet.setAttribute("aria-labelledby", "sheet-title");
  sheet.showModal();
}
