// Two lists of the commander's morning: the red cases, and the presses (督办) that nobody has answered.
import { get } from "../api.js";
import { nowMs, secondsSince } from "../clock.js";
import { el } from "../dom.js";
import { gettext } from "../page.js";
import { exerciseChip, gradeChip } from "../parts.js";
import { SortTable } from "../table.js";
import { ageText, GRADES, INCIDENT_STATES, kindName, STAGES, timeText } from "../words.js";
import { settle } from "./actions.js";
import { tabOf } from "./list.js";

const DAY_MS = 86_400_000;
/** A moment as one says it: the time today, with the day before. */
const when = (moment) => (nowMs() - Date.parse(moment) > DAY_MS ? `${moment.slice(5, 10)} ` : "") + timeText(moment).slice(0, 5);
const ageColumn = (of) => ({ key: "age", name: gettext("已历时"), of: (row) => secondsSince(of(row)), draw: (row) => ageText(secondsSince(of(row))) });

/** Grade red or with a crew that calls for help, not settled, longest open first. Lives from the feed alone. */
export class RedPanel {
  constructor(store, { choose }) {
    this.title = gettext("重点警情");
    this.live = true;
    this.store = store;
    const units = (row) => store.assignmentsOf(row.uid).filter((each) => each.state !== "proposed").map((each) => each.call_sign).join("、");
    this.table = new SortTable({
      id: "red-table",
      label: gettext("重点警情"),
      rowKey: (row) => row.uid,
      onOpen: (row) => choose(row.uid),
      sort: "received",
      empty: gettext("没有未办结的重点警情"),
      columns: [
        { key: "received", name: gettext("接警"), of: (row) => row.received_at, draw: (row) => when(row.received_at) },
        ageColumn((row) => row.received_at),
        { key: "number", name: gettext("编号"), of: (row) => row.number },
        { key: "title", name: gettext("警情"), of: (row) => row.title || kindName(row.kind), draw: (row) => el("button.link", { type: "button", onclick: () => choose(row.uid) }, row.title || kindName(row.kind)) },
        { key: "place", name: gettext("地点"), of: (row) => row.chainage_text || row.place_text },
        { key: "state", name: gettext("状态"), of: (row) => INCIDENT_STATES[row.state], draw: (row) => [el("span.chip", {}, INCIDENT_STATES[row.state]), row.overdue_since && el("span.chip.chip--late", {}, gettext("超时")), store.calls(row.uid) && el("span.chip.chip--late", {}, gettext("求增援")), row.exercise && exerciseChip()] },
        { key: "units", name: gettext("单元"), of: units, draw: (row) => units(row) || el("span.chip.chip--late", {}, gettext("无单元")) },
      ],
    });
    this.place = this.table.place;
  }

  load() {
    return Promise.resolve();
  }

  draw() {
    this.table.show([...this.store.incidents.values()].filter((row) => (row.grade === "red" || this.store.calls(row.uid)) && tabOf(row) !== "settled"));
  }
}

/** Every press of the scope, upon whomever it lies. Those of my own can be answered here. */
export class PressPanel {
  constructor(store, { choose }) {
    this.title = gettext("督办");
    this.store = store;
    this.presses = [];
    const mine = (row) => store.presses.some((each) => each.id === row.id);
    this.table = new SortTable({
      id: "press-table",
      label: gettext("未答复的督办"),
      rowKey: (row) => row.id,
      onOpen: (row) => choose(row.incident),
      sort: "raised",
      empty: gettext("没有未答复的督办"),
      columns: [
        { key: "raised", name: gettext("督办时间"), of: (row) => row.raised_at, draw: (row) => when(row.raised_at) },
        ageColumn((row) => row.raised_at),
        { key: "grade", name: gettext("等级"), of: (row) => ["red", "yellow", "blue"].indexOf(row.grade), words: (row) => GRADES[row.grade], draw: (row) => gradeChip(row.grade) },
        { key: "title", name: gettext("警情"), of: (row) => `${row.title} ${row.number}`, draw: (row) => [el("button.link", { type: "button", onclick: () => choose(row.incident) }, row.title), el("small", {}, ` ${row.number}`)] },
        { key: "stage", name: gettext("事由"), of: (row) => STAGES[row.stage] || row.stage, draw: (row) => [STAGES[row.stage] || row.stage, row.reason && el("small", {}, ` ${row.reason}`)] },
        { key: "name", name: gettext("责任人"), of: (row) => row.name, draw: (row) => row.name || el("span.chip.chip--late", {}, gettext("该处没有路长")) },
        { key: "answer", name: gettext("答复"), of: (row) => (mine(row) ? 0 : 1), draw: (row) => mine(row) && el("button.btn.btn--sm", { type: "button", onclick: () => settle(row) }, gettext("答复")) },
      ],
    });
    this.place = this.table.place;
  }

  async load() {
    this.presses = (await get("/command/presses/")).presses;
  }

  draw() {
    this.table.show(this.presses);
  }
}
