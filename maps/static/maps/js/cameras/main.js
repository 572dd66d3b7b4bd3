// How the cameras do: the list, those that misread most first, and one of them with its week and its pictures.
import { get } from "../api.js";
import { byId, el, fill } from "../dom.js";
import { gettext } from "../page.js";
import { stateBlock } from "../parts.js";
import { SortTable } from "../table.js";
import { RINGS } from "../watchlist/words.js";
import { showCamera } from "./camera.js";
import { clockChip, lastSign, shareText } from "./words.js";

const LEAST_SHARE = 0.8;
const table = new SortTable({
  id: "camera-table",
  label: gettext("摄像机"),
  rowKey: (row) => row.code,
  onOpen: (row) => open(row.code),
  sort: "rank",
  empty: gettext("没有摄像机"),
  columns: [
    { key: "rank", name: gettext("序"), of: (row) => row.rank, num: true },
    { key: "name", name: gettext("摄像机"), of: (row) => `${row.name} ${row.code} ${row.organisation}`, draw: (row) => el("button.link", { type: "button", onclick: () => open(row.code) }, row.name) },
    { key: "ring", name: gettext("圈层"), of: (row) => row.ring, words: (row) => RINGS[row.ring - 1], draw: (row) => RINGS[row.ring - 1] },
    { key: "wrong", name: gettext("错报"), of: (row) => row.wrong, num: true, draw: (row) => (row.wrong ? el("span.chip.chip--late", {}, gettext("%(n)s / %(all)s 次", { n: row.wrong, all: row.alarms })) : String(row.alarms ? gettext("0 / %(all)s 次", { all: row.alarms }) : "–")) },
    { key: "read", name: gettext("识读率"), of: (row) => row.read_share, num: true, draw: (row) => (row.read_share != null && row.read_share < LEAST_SHARE ? el("span.chip.chip--warn", {}, shareText(row.read_share)) : shareText(row.read_share)) },
    { key: "passages", name: gettext("过车"), of: (row) => row.passages, num: true, draw: (row) => row.passages.toLocaleString() },
    { key: "clock", name: gettext("时钟"), of: (row) => (row.offset_s == null ? null : Math.abs(row.offset_s)), draw: (row) => clockChip(row) || (row.offset_s == null ? "–" : gettext("正常")) },
    { key: "last", name: gettext("最近来车"), of: (row) => (row.last_received_at ? -Date.parse(row.last_received_at) : null), draw: lastSign },
  ],
});

function open(code) {
  history.replaceState(null, "", `#${encodeURIComponent(code)}`);
  showCamera(code);
}

async function read() {
  try {
    const { cameras } = await get("recognition/cameras/");
    table.show(cameras.map((row, index) => ({ ...row, rank: index + 1 })));
    fill(byId("list"), table.place);
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    fill(byId("list"), stateBlock("error", gettext("读不到摄像机"), problem.words, el("button.btn.btn--sm", { type: "button", onclick: read }, gettext("重试"))));
  }
}

addEventListener("hashchange", () => { if (location.hash.length > 1) showCamera(decodeURIComponent(location.hash.slice(1))); });
if (location.hash.length > 1) showCamera(decodeURIComponent(location.hash.slice(1)));
await read();
