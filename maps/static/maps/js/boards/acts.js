// What may be done with one board, by its state and one's rights.
import { clientKey, post } from "../api.js";
import { ask } from "../ask.js";
import { el, toast } from "../dom.js";
import { gettext, page } from "../page.js";
import { record } from "./record.js";

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

/** Where this device stands, as the API takes it; nothing where it will not say within a few seconds. */
function placeHere() {
  return new Promise((resolve) => {
    if (!navigator.geolocation) resolve({});
    else navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lon: coords.longitude, lat: coords.latitude, datum: "wgs84" }), () => resolve({}),
      { enableHighAccuracy: true, timeout: 5000, maximumAge: 60000 });
  });
}

/** Send a picture with where it was taken; what else is given belongs to posting the board. */
async function sendPicture(board, { file, ...given }, said, after) {
  const body = new FormData();
  body.append("file", file);
  for (const [name, value] of Object.entries({ ...given, ...await placeHere() })) if (value !== "" && value != null) body.append(name, value);
  try {
    await post(`boards/${board.uid}/pictures/`, body);
    await after(said);
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    toast(problem.words, "error");
  }
}

async function photograph(board, after) {
  const given = await ask({
    title: gettext("公示牌 %(number)s 的照片", { number: board.number }),
    fields: [{ name: "file", label: gettext("照片"), required: true, picture: true }],
    submit: gettext("保存"),
  });
  if (given) await sendPicture(board, given, gettext("已保存照片"), after);
}

async function hang(board, after) {
  const today = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone: page.time_zone || "Asia/Shanghai" }).format(Date.now());
  const given = await ask({
    title: gettext("公示牌 %(number)s 已张贴", { number: board.number }),
    fields: [{ name: "posted_on", label: gettext("张贴日期（年-月-日）"), required: true, value: today }, { name: "note", label: gettext("说明") },
      { name: "file", label: gettext("张贴后的照片（可不填）"), picture: true }],
    submit: gettext("记录"),
  });
  if (!given) return;
  const { file, ...told } = given;
  if (file) await sendPicture(board, given, gettext("已记录张贴"), after);
  else await send(board, "post", told, gettext("已记录张贴"), after);
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
    rights.post && (board.state === "posted" || (again && board.posted_on)) && button(gettext("照片…"), () => photograph(board, after)),
    button(gettext("记录…"), () => record(board), ".btn--quiet"),
    rights.remove && !OVER.has(board.state) && button(gettext("撤除…"), () => takeDown(board, after), ".btn--quiet"),
  ];
}
