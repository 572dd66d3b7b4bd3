// This week so far beside the same days of last week, from the statistics, with how old they are.
import { get } from "../api.js";
import { byId, el, fill } from "../dom.js";
import { gettext } from "../page.js";
import { stateBlock } from "../parts.js";
import { ageText, clockText } from "../words.js";

const DAY_MS = 86_400_000;
const MONDAY = 1;

const ROWS = [
  [gettext("接警"), (week) => week.received],
  [gettext("已办结"), (week) => week.closed],
  [gettext("误报"), (week) => week.false_alarms],
  [gettext("超时"), (week) => week.overdue],
  [gettext("无单元可派"), (week) => week.shortfalls],
  [gettext("自动派警"), (week) => week.by_engine + week.by_solver],
  [gettext("人工派警"), (week) => week.by_hand],
  [gettext("签收用时（中位）"), (week) => week.sign.p50_s, clockText],
  [gettext("到场用时（中位）"), (week) => week.arrival.p50_s, clockText],
  [gettext("到场用时（95% 之内）"), (week) => week.arrival.p95_s, clockText],
  [gettext("办结用时（中位）"), (week) => week.closing.p50_s, clockText],
];

/** Monday of this week to today, and the same days of last week; `today` is a local date of the deployment. */
export function weeksOf(today) {
  const end = Date.parse(`${today}T00:00:00Z`);
  const back = (new Date(end).getUTCDay() + 7 - MONDAY) % 7;
  const text = (ms) => new Date(ms).toISOString().slice(0, 10);
  const week = (ago) => ({ from: text(end - (back + 7 * ago) * DAY_MS), to: text(end - 7 * ago * DAY_MS) });
  return [week(0), week(1)];
}

const ask = ({ from, to }) => get(`statistics/incidents/?from=${from}&to=${to}`);

async function load(place) {
  fill(place, el("p.state.state--loading", {}, gettext("正在读取统计…")));
  try {
    const today = (await get("statistics/incidents/")).to;
    const [now, before] = await Promise.all(weeksOf(today).map(ask));
    draw(place, now, before);
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    fill(place, stateBlock("error", problem.words, "", el("button.btn.btn--sm", { type: "button", onclick: () => load(place) }, gettext("重试"))));
  }
}

function draw(place, now, before) {
  const missing = now.days_not_counted.length + before.days_not_counted.length;
  fill(place,
    el("table.table", { id: "weeks-table" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, gettext("按接警日")), head(gettext("本周"), now), head(gettext("上周同期"), before))),
      el("tbody", {}, ROWS.map(([name, of, words = String]) => el("tr", {}, el("th", { scope: "row" }, name),
        [now, before].map((week) => el("td.num", {}, of(week.total) == null ? "–" : words(of(week.total)))))))),
    el("p.muted", {}, now.computed_at == null
      ? gettext("尚未统计，每十分钟统计一次")
      : gettext("%(age)s前统计，今天未过完", { age: ageText(newest(now)) })),
    missing > 0 && el("p.banner.banner--warn", {}, gettext("%(n)s 天尚未统计，数字不全", { n: missing })));
}

const head = (name, week) => el("th.num", { scope: "col" }, name, el("br"), el("small", {}, `${week.from.slice(5)} – ${week.to.slice(5)}`));
/** How old the count of the running day is. */
const newest = (week) => week.rows.at(-1).age_s ?? week.age_s;

/** The button that opens it. */
export function weeksButton() {
  byId("show-weeks")?.addEventListener("click", () => {
    byId("weeks").showModal();
    load(byId("weeks-place"));
  });
}
