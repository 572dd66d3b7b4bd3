// One alarm with all that is needed to say whether it is the vehicle: both plates, pictures, the list's words, doubts.
import { post } from "../api.js";
import { secondsSince } from "../clock.js";
import { el, fill } from "../dom.js";
import { gettext, page } from "../page.js";
import { stateBlock } from "../parts.js";
import { ALARM_STATES, alarmGradeChip, CAUSES, DOUBTS, FALSE_REASONS, matchChip, OUTCOMES, plate, PLATE_COLOURS, speedText, sureText } from "../plates.js";
import { ageText, clockText, distanceText, timeText } from "../words.js";

const pair = (term, value) => value && [el("dt", {}, term), el("dd", {}, value)];
const section = (title, ...children) => el("section.alarm-card__sec", {}, el("h4", {}, title), ...children);

export class AlarmCard {
  /** `acts`: {confirm, hold, askFalse, sayFalse(reason), open(incident)}; the panel does them. */
  constructor(acts) {
    this.acts = acts;
    this.row = null;
    this.sheet = null;
    this.whyOpen = false;
    this.said = null;
    this.place = el("div.alarm-card", {});
    this.empty();
  }

  empty() {
    this.row = null;
    this.sheet = null;
    fill(this.place, stateBlock("empty", gettext("没有待确认的预警"), gettext("有新预警时这里和提示音会告知。")));
  }

  /** Show an alarm. Its plates are read by a look that is written down: deciding on it is the reason. */
  async show(row) {
    if (this.row?.uid === row.uid) {
      this.row = row;
      return;
    }
    Object.assign(this, { row, sheet: null, whyOpen: false, said: null });
    fill(this.place, this.head(), el("p.state.state--loading", {}, gettext("正在读取预警…")));
    try {
      const sheet = await post(`recognition/alarms/${row.uid}/look/`, { words: gettext("核对预警 %(number)s", { number: row.number }) });
      if (this.row?.uid !== row.uid) return;
      this.sheet = sheet;
      if (sheet.decided && !this.said) this.said = sheet.decided;
      this.draw();
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      if (this.row?.uid === row.uid) {
        fill(this.place, this.head(), stateBlock("error", gettext("打不开这条预警"), problem.words,
          el("button.btn.btn--sm", { type: "button", onclick: () => this.again() }, gettext("重试"))));
      }
    }
  }

  /** Read what is shown anew. */
  again() {
    const { row } = this;
    this.row = null;
    return this.show(row);
  }

  /** Somebody decided on what is shown: said here, and nothing can be pressed any more. */
  decided(told) {
    this.said = told;
    if (this.sheet) this.draw();
  }

  /** The reasons for a false alarm, to be chosen by 1 to 6. */
  why(open) {
    this.whyOpen = open;
    if (this.sheet) this.draw();
    if (open) this.place.querySelector(".alarm-why .btn")?.focus();
  }

  head() {
    return el("header.alarm-card__head", {},
      el("div.row", {}, alarmGradeChip(this.row.grade), el("h3", {}, this.row.category_name), matchChip(this.row.match),
        this.row.state === "held" && el("span.chip.chip--line", {}, ALARM_STATES.held)),
      el("small", {}, this.row.number));
  }

  draw() {
    const focus = document.activeElement?.dataset?.alarmAct;
    fill(this.place, this.head(), this.verdict(), el("div.alarm-card__body", { tabIndex: 0, role: "region", "aria-label": gettext("预警详情") },
      this.plates(), this.pictures(), this.where(), this.list(), this.earlier(), this.past()), this.foot());
    if (focus && this.place.contains(document.activeElement) === false) this.place.querySelector(`[data-alarm-act="${focus}"]`)?.focus({ preventScroll: true });
  }

  verdict() {
    if (!this.said) return null;
    return el("p.banner.banner--warn", { role: "status" },
      gettext("%(who)s 已在 %(at)s 处理：%(what)s", { who: this.said.by || gettext("系统"), at: timeText(this.said.at), what: ALARM_STATES[this.said.state] || this.said.state }));
  }

  plates() {
    const { sheet } = this;
    const seen = sheet.read ? plate(sheet.read, { differs: sheet.differs, big: true, colour: sheet.passage?.colour }) : el("b", {}, gettext("未识别"));
    return el("div.alarm-plates", {},
      sheet.entry && el("figure", {}, el("figcaption", {}, gettext("布控")), plate(sheet.plate, { differs: sheet.differs, big: true })),
      el("figure", {}, el("figcaption", {}, gettext("识别")), seen),
      el("p.alarm-plates__sure", {}, el("b", {}, sureText(sheet.reliability)), el("small", {}, gettext("识别可信度")),
        sheet.doubts.map((doubt) => el("span.chip.chip--warn", {}, DOUBTS[doubt] || doubt))));
  }

  pictures() {
    const { pictures, other_pictures: others } = this.sheet;
    if (!pictures.length && !others.length) return el("p.notice", {}, gettext("这次过车没有图片，请凭识别结果和车辆特征判断，或暂缓。"));
    return el("div.alarm-pictures", {}, [...pictures, ...others.map((one) => ({ ...one, other: true }))].map((one) => {
      const words = [one.other && gettext("前一次"), one.is_plate ? gettext("车牌特写") : gettext("过车照片")].filter(Boolean).join(" · ");
      return el("a", { href: one.url, target: "_blank", rel: "noopener", "aria-label": words },
        el("img", { src: one.url, alt: words, className: one.is_plate ? "is-plate" : "" }), one.other && el("small", {}, words));
    }));
  }

  where() {
    const { sheet } = this;
    const car = sheet.passage;
    const seen = car && [car.vehicle_colour, car.vehicle_class, PLATE_COLOURS[car.colour] && gettext("%(colour)s牌", { colour: PLATE_COLOURS[car.colour] })].filter(Boolean).join(" · ");
    return section(gettext("过车"), el("dl.kv", {},
      pair(gettext("卡口"), sheet.camera_name),
      pair(gettext("地点"), sheet.place_text || (sheet.place ? sheet.place.map((each) => each.toFixed(5)).join(", ") : gettext("位置不明"))),
      pair(gettext("经过"), `${timeText(sheet.passed_at)} · ${gettext("%(age)s前", { age: ageText(secondsSince(sheet.last_at)) })}${sheet.count > 1 ? ` · ${gettext("共 %(n)s 次", { n: sheet.count })}` : ""}`),
      pair(gettext("抓拍特征"), seen || gettext("摄像机未给出")),
      car?.speed_mps != null && pair(gettext("车速"), speedText(car.speed_mps)),
      car?.clock === "corrected" && pair(gettext("时间"), gettext("摄像机时钟有偏差，已校正（原 %(time)s）", { time: timeText(car.device_time) }))));
  }

  list() {
    const { entry } = this.sheet;
    if (!entry) return this.grounds();
    const people = [entry.applied_by && gettext("%(who)s 申请", { who: entry.applied_by }), entry.approved_by ? gettext("%(who)s 审批", { who: entry.approved_by }) : entry.urgent && gettext("紧急布控，尚未审批")];
    return section(gettext("布控"), !entry.in_force && el("p.banner.banner--warn", {}, gettext("这条布控已不在有效期内")), el("dl.kv", {},
      pair(gettext("车辆特征"), entry.vehicle || gettext("布控未填写")),
      entry.reason && pair(gettext("理由"), entry.reason),
      entry.case_number && pair(gettext("案件编号"), entry.case_number),
      pair(gettext("有效至"), `${entry.valid_until.slice(0, 10)} ${timeText(entry.valid_until).slice(0, 5)}`),
      people.some(Boolean) && pair(gettext("审批"), people.filter(Boolean).join(" · ")),
      entry.others > 0 && pair(gettext("另有布控"), gettext("%(n)s 条", { n: entry.others }))));
  }

  /** Without an entry: what was concluded from which passages. */
  grounds() {
    const { cause, grounds } = this.sheet;
    const sight = (one) => one && [timeText(one.passed_at), one.camera].filter(Boolean).join(" · ");
    return section(gettext("推断：%(cause)s", { cause: CAUSES[cause] || cause }), el("dl.kv", {},
      pair(gettext("前一次"), sight(grounds.first)), pair(gettext("这一次"), sight(grounds.second)),
      grounds.road_m != null && pair(gettext("两地道路"), distanceText(grounds.road_m)),
      grounds.gap_s != null && pair(gettext("间隔"), clockText(grounds.gap_s)),
      grounds.fastest_s != null && pair(gettext("最快也要"), clockText(grounds.fastest_s))),
    el("p.muted", {}, gettext("没有布控这辆车。可能是套牌，也可能是识别错误，请对照图片判断。")));
  }

  earlier() {
    const { earlier } = this.sheet;
    return earlier.length > 0 && section(gettext("此前预警"), el("ul.alarm-earlier", {}, earlier.map((row) => el("li", {},
      el("time", {}, timeText(row.passed_at)), el("span", {}, [row.camera_name, row.place_text].filter(Boolean).join(" · ")),
      el("span.chip", {}, ALARM_STATES[row.state]), row.outcome && el("span.chip.chip--line", {}, OUTCOMES[row.outcome])))));
  }

  past() {
    const { steps } = this.sheet;
    return steps.length > 1 && section(gettext("经过"), el("ol.timeline", {}, steps.map((step) => el("li", {}, el("time", {}, timeText(step.at)),
      el("div", {}, ALARM_STATES[step.to_state] || step.to_state, " ", el("small", {}, [step.by, step.text !== "policy" && step.text].filter(Boolean).join(" · ")))))));
  }

  foot() {
    if (this.said || !page.may.judge) return null;
    const act = (name, label, key, does, style = "") => el(`button.btn${style}`, { type: "button", dataset: { alarmAct: name }, onclick: does }, label, el("span.kbd", { "aria-hidden": "true" }, key));
    return el("footer.alarm-card__foot", {},
      this.whyOpen && el("div.alarm-why", { role: "group", "aria-label": gettext("误报原因") }, el("b", {}, gettext("为什么不是？")),
        FALSE_REASONS.map(([code, name], index) => el("button.btn.btn--sm", { type: "button", dataset: { alarmAct: code }, onclick: () => this.acts.sayFalse(code) }, name, el("span.kbd", { "aria-hidden": "true" }, String(index + 1))))),
      el("div.row", {},
        act("confirm", gettext("确认，派警拦截"), "C", this.acts.confirm, ".btn--primary"),
        act("false", gettext("误报…"), "X", this.acts.askFalse, ".btn--danger"),
        this.row.state !== "held" && act("hold", gettext("暂缓"), "Z", this.acts.hold)));
  }
}
