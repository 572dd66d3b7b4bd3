// The record of one board: its pictures where it hangs, and what was done with it by whom.
import { get } from "../api.js";
import { byId, el, fill, toast } from "../dom.js";
import { gettext } from "../page.js";
import { timeText } from "../words.js";

const HEIGHT_PX = 120;

const away = (metres) => (metres == null ? gettext("位置未知") : gettext("距牌位 %(n)s 米", { n: Math.round(metres) }));

function picture(row) {
  const words = [timeText(row.taken_at || row.added_at), row.by, away(row.distance_m)].filter(Boolean).join(" · ");
  return el("figure.board-picture", {},
    el("a", { href: row.large_url, target: "_blank", rel: "noopener" },
      el("img", { src: row.small_url, height: HEIGHT_PX, loading: "lazy", alt: gettext("公示牌照片，%(words)s", { words }) })),
    el("figcaption", {}, el("small", {}, words)));
}

function step(row) {
  return el("li", {}, el("p.row", {}, el("b", {}, row.state_name),
    row.edition > 0 && el("span", {}, gettext("第 %(n)s 版", { n: row.edition })), el("span", {}, row.by),
    el("small.push", {}, timeText(row.at))), row.note && el("p.muted", {}, row.note));
}

/** Show it in the page's dialogue. */
export async function record(board) {
  let told;
  try {
    told = await get(`boards/${board.uid}/`);
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    toast(problem.words, "error");
    return;
  }
  const dialog = byId("ask");
  fill(dialog, el("form", { method: "dialog" },
    el("div.dialog__head", {}, el("h2", {}, gettext("公示牌 %(number)s 的记录", { number: board.number }))),
    el("div.dialog__body", {},
      told.pictures.length ? el("div.board-pictures", {}, told.pictures.map(picture)) : el("p.muted", {}, gettext("还没有照片")),
      el("ol.board-steps", {}, told.steps.map(step))),
    el("div.dialog__foot", {}, el("button.btn", { type: "submit" }, gettext("关闭")))));
  dialog.showModal();
}
