// Plates and what is said of vehicles: shared by the alarm queue, the watch-list desk, the vehicle and camera pages.
import { el } from "./dom.js";
import { gettext } from "./page.js";

export const PLATE_COLOURS = {
  blue: gettext("蓝"), yellow: gettext("黄"), white: gettext("白"), black: gettext("黑"), green: gettext("绿"), yellow_green: gettext("黄绿"), other: gettext("其他"),
};

/** How a passage met the list. */
export const MATCHES = { exact: gettext("号牌与种类一致"), plate: gettext("号牌一致，种类不明"), partial: gettext("部分识别"), alike: gettext("疑似，一字形近"), found: gettext("推断") };

/** What brought an alarm without an entry on the list. */
export const CAUSES = { watched: gettext("布控比中"), travel: gettext("行程不可能"), register: gettext("与登记不符"), rule: gettext("违反通行规定") };

/** What speaks against a reading. */
export const DOUBTS = {
  reliability: gettext("识别可信度低"), clock: gettext("摄像机时间不可信"), late: gettext("过车迟到"), place: gettext("地点不明"),
};

export const ALARM_STATES = {
  raised: gettext("待确认"), held: gettext("暂缓"), confirmed: gettext("已确认"), ordered: gettext("已下达指令"), turned_out: gettext("已出警"),
  reported: gettext("已反馈"), closed: gettext("已办结"), false: gettext("误报"),
};

export const OUTCOMES = { stopped: gettext("已拦截"), not_found: gettext("未发现"), wrong_read: gettext("识别错误"), handed_over: gettext("已移交") };

/** Why an alarm is not the vehicle; the order is that of the keys 1 to 6. */
export const FALSE_REASONS = [
  ["misread", gettext("识别错误")], ["differs", gettext("车与布控不符")], ["list_wrong", gettext("布控信息有误")],
  ["handled", gettext("已处置或重复")], ["test", gettext("测试、调试")], ["other", gettext("其他…")],
];

const ALARM_GRADES = { 1: "red", 2: "yellow", 3: "blue" };
/** The colour of an alarm's grade, 1 the gravest. */
export const alarmGrade = (grade) => ALARM_GRADES[grade] || "blue";

export const alarmGradeChip = (grade) => el(`span.grade.grade--${alarmGrade(grade)}`, {}, gettext("%(n)s 级", { n: grade }));

/** Only what is certain is drawn plainly: everything that a person has to look at is marked. */
export const matchChip = (match) => el(`span.chip.chip--${match === "exact" ? "go" : "warn"}`, {}, MATCHES[match] || match);

/** A plate as it is read; `differs`: the places (0 the first) to be marked. */
export function plate(text, { differs = [], colour = "", big = false } = {}) {
  const marked = new Set(differs);
  const said = marked.size ? gettext("%(plate)s，第 %(n)s 位不同", { plate: text, n: [...marked].map((place) => place + 1).join("、") }) : text;
  return el(`span.plate${big ? ".plate--big" : ""}${colour ? `.plate--${colour}` : ""}`, { role: "img", "aria-label": said },
    [...text].map((char, place) => (marked.has(place) ? el("mark", {}, char) : char)));
}

/** 0.97 as people say it. */
export const sureText = (share) => (share == null ? gettext("未给出") : `${Math.round(share * 100)}%`);

/** Metres a second as km/h. */
export const speedText = (speed) => (speed == null ? "" : gettext("%(n)s 公里/时", { n: Math.round(speed * 3.6) }));
