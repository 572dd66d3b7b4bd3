// What came of the alarms: passed, hit, confirmed, sent after, stopped; by day and by category.
import { get } from "../api.js";
import { everySecond, secondsSince } from "../clock.js";
import { byId, el, fill } from "../dom.js";
import { gettext } from "../page.js";
import { stateBlock } from "../parts.js";
import { ageText } from "../words.js";

const STALE_S = 600;
const place = byId("figures");
const age = byId("age");
const span = byId("span");
let readAt = null;
let wanted = 0;

const number = (value) => (value == null ? "–" : value.toLocaleString());
const percent = (share) => (share == null ? "–" : `${(share * 100).toFixed(1)}%`);
const minutes = (value) => (value == null ? "–" : gettext("%(n)s 分钟", { n: value }));

const COLUMNS = [
  ["hits", gettext("预警"), number], ["confirmed", gettext("确认"), number], ["false", gettext("误报"), number], ["wrong", gettext("识别错误"), number],
  ["sent", gettext("派出拦截"), number], ["stopped", gettext("拦下"), number], ["share", gettext("拦截率"), percent], ["stop_minutes", gettext("用时中位"), minutes],
];

const sum = (value, name, hint = "") => el("div.sum", { title: hint || null }, el("dd", {}, value), el("dt", {}, name));

/** The way from passage to stop as bars, each as long as its share of the alarms. */
function funnel(total) {
  const steps = [[gettext("预警"), total.hits], [gettext("确认"), total.confirmed], [gettext("派出拦截"), total.sent], [gettext("拦下"), total.stopped]];
  const most = Math.max(1, ...steps.map(([, value]) => value));
  return el("ol.funnel", {}, steps.map(([name, value]) => el("li", {}, el("span", {}, name), el("progress", { max: most, value, "aria-label": name }), el("b", {}, number(value)))));
}

function table(caption, first, rows, passages) {
  const columns = passages ? [["passages", gettext("过车"), number], ...COLUMNS] : COLUMNS;
  return el("section.card.stack", {}, el("h2", {}, caption), el("div.table-scroll", { tabIndex: 0, role: "region", "aria-label": caption }, el("table.table.table--dense", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, first), columns.map(([, name]) => el("th.num", { scope: "col" }, name)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, el("th", { scope: "row" }, row.day || row.name), columns.map(([key, , words]) => el("td.num", {}, words(row[key])))))))));
}

async function read() {
  const mine = ++wanted;
  try {
    const told = await get(`recognition/figures/?days=${span.elements.days.value}`);
    if (mine !== wanted) return;
    readAt = told.at;
    const { total } = told;
    fill(place,
      el("section.card.stack", {}, el("h2", {}, gettext("合计")),
        el("dl.sums", {}, sum(number(total.passages), gettext("过车")), sum(number(total.hits), gettext("预警")), sum(percent(total.share), gettext("拦截率"), gettext("拦下或移交的警情占派出拦截的警情")), sum(minutes(total.stop_minutes), gettext("预警到拦下（中位）"))),
        total.passages == null && el("p.notice", {}, gettext("过车太多，未能及时点清。")),
        total.hits ? funnel(total) : stateBlock("empty", gettext("这段时间没有预警")),
        el("p.muted", {}, gettext("同一辆车一路的多次预警合为一件警情，只计一次派出、一次拦下；移交他人算拦下。"))),
      total.hits > 0 && table(gettext("按类别"), gettext("类别"), told.categories, false),
      table(gettext("按天"), gettext("日期"), told.days, true));
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    if (mine === wanted && readAt == null) fill(place, stateBlock("error", gettext("读不到统计"), problem.words, el("button.btn.btn--sm", { type: "button", onclick: read }, gettext("重试"))));
  } finally {
    place.removeAttribute("aria-busy");
  }
}

span.addEventListener("change", read);
await read();
everySecond(() => {
  if (readAt == null) return;
  const seconds = secondsSince(readAt);
  age.className = `age age--${seconds > STALE_S ? "stale" : "fresh"}`;
  age.textContent = gettext("%(age)s前读取", { age: ageText(seconds) });
});
