// One entry: what is asked for, its history, and the steps that are open to this person. Opening it is a look on record.
import { post } from "../api.js";
import { ask } from "../ask.js";
import { byId, el, fill, toast } from "../dom.js";
import { gettext } from "../page.js";
import { icon } from "../parts.js";
import { alarmGradeChip, plate } from "../plates.js";
import { dayText, momentText, RINGS, stateChip, stateName } from "./words.js";

const pair = (term, value) => value && [el("dt", {}, term), el("dd", {}, value)];

/** Ask why, look, show; `changed()` is called after a step. */
export async function openSheet(entry, changed) {
  const todo = entry.may.some((step) => step === "check" || step === "approve");
  const given = await ask({
    title: gettext("查看布控 %(number)s", { number: entry.number }), text: gettext("号牌、理由和经过将显示，本次查看会留痕。"),
    fields: [{ name: "words", label: gettext("查看理由"), required: true, value: todo ? gettext("办理布控审批") : "" }], submit: gettext("查看"),
  });
  if (given) await show(entry, given.words, changed);
}

async function show(entry, words, changed) {
  let sheet;
  try {
    sheet = await post(`recognition/watch/${entry.uid}/look/`, { words });
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    toast(problem.words, "error");
    return;
  }
  const dialog = byId("sheet");
  const act = async (path, body, said) => {
    try {
      await post(`recognition/watch/${entry.uid}/${path}/`, body);
      toast(said);
      dialog.close();
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      toast(problem.words, "error");
    }
    await changed();
  };
  fill(dialog, el("form", { method: "dialog" },
    el("div.dialog__head", {}, el("h2", { id: "sheet-title" }, sheet.number), el("button.btn.btn--quiet.btn--icon.btn--sm", { type: "submit", "aria-label": gettext("关闭") }, icon("close"))),
    el("div.dialog__body", {},
      el("p.row", {}, plate(sheet.plate, { big: true }), alarmGradeChip(sheet.grade), el("b", {}, sheet.category_name), stateChip(sheet.state),
        sheet.in_force && el("span.chip.chip--go", {}, gettext("正在比对")), sheet.urgent_until && el("span.chip.chip--late", {}, gettext("紧急布控至 %(time)s", { time: momentText(sheet.urgent_until) }))),
      wish(sheet),
      el("dl.kv", {},
        pair(gettext("号牌种类"), sheet.kind_name || gettext("不明：比中时先问人")),
        pair(gettext("车辆特征"), sheet.vehicle),
        pair(gettext("理由"), sheet.reason),
        pair(gettext("案件编号"), sheet.case_number),
        pair(gettext("机构"), sheet.organisation),
        pair(gettext("期限"), `${momentText(sheet.valid_from)} – ${momentText(sheet.valid_until)}`),
        pair(gettext("范围"), [sheet.rings.length > 0 && sheet.rings.map((ring) => RINGS[ring - 1]).join("、"), sheet.checkpoints.join("、"), sheet.has_area && gettext("图上区域")].filter(Boolean).join("；") || gettext("全部摄像机")),
        pair(gettext("申请"), [sheet.applied_by, momentText(sheet.applied_at)].filter(Boolean).join(" · ")),
        sheet.approved_at && pair(gettext("审批"), [sheet.approved_by, momentText(sheet.approved_at)].filter(Boolean).join(" · ")),
        pair(gettext("预警"), gettext("%(n)s 次", { n: sheet.alarms }))),
      el("h3", {}, gettext("经过")),
      el("ol.timeline", {}, sheet.steps.map((step) => el("li", {}, el("time", {}, momentText(step.at).slice(5)),
        el("div", {}, stateName(step.to_state), step.code && el("small", {}, ` ${step.code}`), el("small", {}, ` ${[step.by || gettext("系统"), step.text].filter(Boolean).join(" · ")}`)))))),
    steps(sheet, act)));
  dialog.showModal();
}

/** What is asked for and not decided yet. */
function wish(sheet) {
  if (!sheet.asked_by) return null;
  const terms = [sheet.asked_terms.valid_until && gettext("期限改至 %(day)s", { day: dayText(sheet.asked_terms.valid_until) }),
    sheet.asked_terms.rings && gettext("圈层改为 %(names)s", { names: sheet.asked_terms.rings.map((ring) => RINGS[ring - 1]).join("、") || gettext("不限") }),
    sheet.asked_terms.checkpoints && gettext("卡口改为 %(names)s", { names: sheet.asked_terms.checkpoints.join("、") || gettext("不限") })].filter(Boolean);
  return el("p.banner", {}, [gettext("%(who)s 申请，等待另一人办理", { who: sheet.asked_by }), ...terms, sheet.asked_reason].join(" · "));
}

function steps(sheet, act) {
  const may = new Set(sheet.may);
  const button = (label, onclick, style = "") => el(`button.btn${style}`, { type: "button", onclick }, label);
  const words = (title, label, required, danger = false) => ask({ title, fields: [{ name: "words", label, required, rows: 2 }], submit: title, danger });
  const withWords = async (path, title, label, said, { required = true, danger = false, more = {} } = {}) => {
    const given = await words(title, label, required, danger);
    if (given) await act(path, { ...more, ...given }, said);
  };
  return el("div.dialog__foot.sheet__foot", {},
    may.has("withdraw") && button(gettext("撤控…"), () => withWords("withdraw", gettext("申请撤控"), gettext("撤控理由"), gettext("已申请撤控"), { danger: true }), ".btn--quiet"),
    may.has("change") && button(gettext("变更期限…"), () => change(sheet, act), ".btn--quiet"),
    may.has("refuse") && button(gettext("不同意…"), () => withWords("decide", gettext("不同意"), gettext("不同意的理由"), gettext("已退回"), { danger: true, more: { approve: false } }), ".btn--danger"),
    may.has("check") && button(gettext("审核通过"), () => act("check", {}, gettext("已审核，待审批")), ".btn--primary"),
    may.has("approve") && button(gettext("批准"), () => act("decide", { approve: true }, gettext("已批准")), ".btn--primary"),
    !sheet.may.length && el("p.muted", {}, sheet.asked_by ? gettext("等另一位有权限的人办理") : gettext("没有您可以办理的步骤")));
}

async function change(sheet, act) {
  const given = await ask({
    title: gettext("变更期限"), text: gettext("批准前原期限有效。"),
    fields: [{ name: "until", label: gettext("布控至（年-月-日 时:分）"), required: true, value: momentText(sheet.valid_until) }, { name: "reason", label: gettext("变更理由"), required: true, rows: 2 }], submit: gettext("申请变更"),
  });
  if (given) await act("change", { reason: given.reason, valid_until: given.until.replace(" ", "T") }, gettext("已申请变更"));
}
