// What may be done with one board, by its state and one's rights.
import { clientKey, post } from "../api.js";
import { ask } from "../ask.js";
import { el, toast } from "../dom.js";
import { gettext, page } from "../page.js";

const OVER = new Set(["replaced", "removed"]);

async function send(board, action, body, said, after) {
  try {
    await post(`boards/${board.uid}/${action}/`, body, { "Idempotency-Key": clientKey() });
    await after(said);
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    toast(problem.words, "error");
  }
}

async function hang(board, after) {
  const today = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone: page.time_zone || "Asia/Shanghai" }).format(Date.now());
  const given = await ask({
    title: gettext("公示牌 %(number)s 已张贴", { number: board.number }),
    fields: [{ name: "posted_on", label: gettext("张贴日期（年-月-日）"), required: true, value: today }, { name: "note", label: gettext("说明") }],
    submit: gettext("记录"),
  });
  if (given) await send(board, "post", given, gettext("已记录张贴"), after);
}

async function takeDown(board, after) {
  const given = await ask({
    title: gettext("撤除公示牌 %(number)s？", { number: board.number }),
    text: gettext("撤除后牌号不再使用。"),
    fields: [
      { name: "reason", label: gettext("原因"), required: true },
      { name: "replaced_by", label: gettext("由哪块牌代替（牌号，可不填）") },
    ],
    submit: gettext("撤除"),
    danger: true,
  });
  if (given) await send(board, "remove", given, gettext("已撤除"), after);
}

/** Buttons of a board; `after(words)` is called when something was done. */
export function acts(board, after) {
  const { rights } = page;
  const again = board.state === "out_of_date";
  const button = (text, onclick, more = "") => el(`button.btn.btn--sm${more}`, { type: "button", onclick }, text);
  return [
    rights.issue && (board.state === "due" || again) && button(again ? gettext("重新印发") : gettext("印发"),
      () => send(board, "issue", {}, gettext("已印发，可打开 PDF"), after), ".btn--primary"),
    board.edition > 0 && !OVER.has(board.state) && el("a.btn.btn--sm", { href: `/api/v1/boards/${board.uid}/pdf/`, target: "_blank" }, "PDF"),
    rights.post && board.state === "issued" && button(gettext("已张贴…"), () => hang(board, after)),
    rights.remove && !OVER.has(board.state) && button(gettext("撤除…"), () => takeDown(board, after), ".btn--quiet"),
  ];
}
