// Of an interception: where its car can be, and who can stand ahead of it. Planned anew while the case is open.
import { get } from "../api.js";
import { el } from "../dom.js";
import { gettext, page } from "../page.js";
import { stateBlock } from "../parts.js";
import { ageText, clockText } from "../words.js";

const KIND = "interception";
const SETTLED = new Set(["reported", "reviewed", "closed", "merged", "false"]);
// The rings grow with every second that nobody sees the car.
const AGAIN_MS = 15000;

export class Ahead {
  /** `changed()` when there is something new to draw, `show(plan)` what belongs on the map; null is nothing. */
  constructor({ changed, show }) {
    this.changed = changed;
    this.show = show;
    this.uid = null;
    this.plan = null;
    this.problem = "";
  }

  /** The case that is open now, as its detail says; null when none is. */
  of(row) {
    const uid = row && row.kind === KIND && !SETTLED.has(row.state) && page.may.dispatch ? row.uid : null;
    if (uid !== this.uid) {
      this.plan = null;
      this.problem = "";
      this.show(null);
    }
    this.uid = uid;
    clearTimeout(this.again);
    if (uid) this.read(uid);
  }

  async read(uid) {
    try {
      const plan = await get(`incidents/${uid}/interception/`);
      if (uid !== this.uid) return;
      this.plan = plan;
      this.problem = "";
      this.show(plan);
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      if (uid !== this.uid) return;
      this.problem = problem.words || problem.message;
    }
    clearTimeout(this.again);
    this.again = setTimeout(() => this.read(uid), AGAIN_MS);
    this.changed();
  }

  /** What the drawer says of it; `send(proposal)` makes the button of a unit, or nothing. */
  part(section, send) {
    if (!this.uid) return null;
    const { plan, problem } = this;
    if (!plan) return section(gettext("前方拦截"), problem ? stateBlock("error", gettext("没有算出拦截点"), problem) : stateBlock("loading", gettext("正在推算…")));
    if (plan.stale) return section(gettext("前方拦截"), el("p.muted", {}, gettext("%(age)s前见到，已无法推算车在哪里", { age: ageText(plan.seen.age_s) })));
    return section(gettext("前方拦截"),
      el("p.ahead-key", {},
        el("span", {}, el("i.ahead-line.ahead-line--inner"), gettext("现在可能在")),
        el("span", {}, el("i.ahead-line.ahead-line--outer"), gettext("%(minutes)s 分钟内可到", { minutes: Math.round(plan.next_s / 60) }))),
      el("p.muted", {}, plan.seen.where
        ? gettext("%(where)s，%(age)s前", { where: plan.seen.where, age: ageText(plan.seen.age_s) })
        : gettext("%(age)s前见到", { age: ageText(plan.seen.age_s) })),
      problem && el("p.chip.chip--warn", {}, problem),
      plan.proposals.length
        ? el("ol.ahead-posts", {}, plan.proposals.map((one, at) => el("li.offer", {},
          el("div.row", {}, el("b.ahead-number", {}, String(at + 1)), el("b", {}, one.call_sign),
            one.on_its_way && el("span.chip.chip--sent", {}, gettext("已派出")), el("b.push.offer__time", {}, clockText(one.unit_s))),
          el("p.offer__why", {}, one.reasons.join(" · ")), send(one))))
        : el("p.muted", {}, gettext("没有可抢在前方的警力")));
  }
}
