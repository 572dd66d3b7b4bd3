// Asking for a vehicle to be watched: a form whose faults are told at their field.
import { clientKey, post } from "../api.js";
import { nowMs } from "../clock.js";
import { byId, el, fill, toast } from "../dom.js";
import { gettext, page } from "../page.js";
import { icon } from "../parts.js";
import { momentText, RINGS } from "./words.js";

const DAY_MS = 86_400_000;
const DAYS = 30;

const field = (name, label, input, hint = "") => {
  input.name = name;
  input.classList.add("input");
  return el("label.field", { dataset: { field: name } }, el("span", {}, label), input, hint && el("small.muted", {}, hint), el("span.field__error", { hidden: true }));
};
const text = (more = {}) => el("input", { type: "text", ...more });
const choice = (rows, first = null) => el("select", {}, first != null && el("option", { value: "" }, first), rows.map(([value, name]) => el("option", { value }, name)));
const local = (ms) => momentText(new Date(ms).toISOString()).replace(" ", "T");

/** Returns what opens the form; `done()` after an application. */
export function application(done) {
  const dialog = byId("apply");
  let key = clientKey();
  const until = el("input", { type: "datetime-local", required: true });
  const category = choice(page.categories.map((each) => [each.code, gettext("%(name)s（最长 %(days)s 天）", { name: each.name, days: each.longest_days })]));
  const form = el("form", { noValidate: true },
    el("div.dialog__head", {}, el("h2", { id: "apply-title" }, gettext("申请布控")), el("button.btn.btn--quiet.btn--icon.btn--sm", { type: "button", "aria-label": gettext("关闭"), onclick: () => dialog.close() }, icon("close"))),
    el("div.dialog__body", {},
      el("p.muted", {}, gettext("须经另一人审核、批准后才生效；紧急布控立即比对两小时。")),
      el("p.banner.banner--error", { role: "alert", hidden: true }),
      el("div.fields", {},
        field("plate", gettext("号牌"), text({ required: true, maxLength: 20, autocomplete: "off" }), gettext("如 琼C54321")),
        field("kind_code", gettext("号牌种类"), choice(page.plate_kinds.map((each) => [each.code, `${each.code} ${each.name}`]), gettext("不明"))),
        field("category", gettext("类别"), category),
        field("organisation", gettext("机构"), choice(page.organisations.map((each) => [each.uid, each.name]))),
        field("case_number", gettext("案件编号"), text({ required: true, maxLength: 60 })),
        field("vehicle", gettext("车辆特征（颜色、车型、标记）"), text({ maxLength: 200 })),
        field("valid_from", gettext("布控起"), el("input", { type: "datetime-local", required: true })),
        field("valid_until", gettext("布控至"), until)),
      field("reason", gettext("布控理由"), el("textarea", { rows: 2, required: true, maxLength: 300 })),
      el("fieldset.place-limits", {}, el("legend", {}, gettext("只在这些圈层比对（不选为全部）")), RINGS.map((name, index) => el("label.check", {}, el("input", { type: "checkbox", name: "rings", value: index + 1 }), name))),
      page.checkpoints.length > 0 && field("checkpoints", gettext("只在这些卡口比对（不选为全部，可多选）"), el("select", { multiple: true, size: 4 }, page.checkpoints.map((each) => el("option", { value: each.code }, `${each.name} ${each.code}`)))),
      el("label.check", {}, el("input", { type: "checkbox", name: "urgent" }), gettext("紧急：批准前先比对两小时"))),
    el("div.dialog__foot", {}, el("button.btn", { type: "button", onclick: () => dialog.close() }, gettext("取消")), el("button.btn.btn--primary", { type: "submit" }, gettext("提交申请"))));
  fill(dialog, form);

  function fault(problem) {
    for (const place of form.querySelectorAll("[data-field]")) {
      const said = place.querySelector(".field__error");
      said.hidden = true;
      place.querySelector(".input").removeAttribute("aria-invalid");
    }
    const banner = form.querySelector(".banner");
    banner.hidden = true;
    if (!problem) return;
    const told = problem.details.length ? problem.details : [problem];
    let first = null;
    for (const each of told) {
      const place = form.querySelector(`[data-field="${CSS.escape(each.field || "")}"]`);
      const words = each.cure ? `${each.message}（${each.cure}）` : each.message;
      if (!place) { banner.textContent = words; banner.hidden = false; continue; }
      const said = place.querySelector(".field__error");
      said.textContent = words;
      said.hidden = false;
      place.querySelector(".input").setAttribute("aria-invalid", "true");
      first ||= place.querySelector(".input");
    }
    first?.focus();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    fault(null);
    const given = new FormData(form);
    const body = Object.fromEntries(["plate", "kind_code", "category", "organisation", "case_number", "vehicle", "valid_from", "valid_until", "reason"].map((name) => [name, String(given.get(name) || "").trim()]));
    body.rings = given.getAll("rings").map(Number);
    body.checkpoints = given.getAll("checkpoints");
    body.urgent = given.has("urgent");
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    try {
      const made = await post("recognition/watch/", body, { "Idempotency-Key": key });
      key = clientKey();
      dialog.close();
      toast(gettext("已提交 %(number)s，等待另一人审核", { number: made.number }));
      await done();
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      // What is sent next is another request: a refused one leaves its key unused, a lost answer keeps it.
      if (problem.status) key = clientKey();
      fault(problem);
    } finally {
      button.disabled = false;
    }
  });

  return () => {
    form.reset();
    fault(null);
    form.elements.valid_from.value = local(nowMs());
    until.value = local(nowMs() + DAYS * DAY_MS);
    dialog.showModal();
    form.elements.plate.focus();
  };
}
