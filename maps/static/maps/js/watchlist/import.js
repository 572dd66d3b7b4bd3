// A table of applications: tried first, each refused row with its reason, then for real.
import { post } from "../api.js";
import { byId, el, fill, toast } from "../dom.js";
import { gettext, page } from "../page.js";
import { icon } from "../parts.js";

/** Returns what opens the dialogue; `done()` after rows were taken in. */
export function importing(done) {
  const dialog = byId("import");
  const file = el("input.input", { type: "file", accept: ".csv,.xlsx", required: true, onchange: () => { real.disabled = true; fill(result); } });
  const organisation = el("select.input", {}, page.organisations.map((each) => el("option", { value: each.uid }, each.name)));
  const result = el("div.stack", { "aria-live": "polite" });
  const tryOut = el("button.btn.btn--primary", { type: "button", onclick: () => send(true) }, gettext("试导入"));
  const real = el("button.btn", { type: "button", disabled: true, onclick: () => send(false) }, gettext("正式导入"));
  fill(dialog, el("form", { method: "dialog" },
    el("div.dialog__head", {}, el("h2", { id: "import-title" }, gettext("导入布控申请")), el("button.btn.btn--quiet.btn--icon.btn--sm", { type: "submit", "aria-label": gettext("关闭") }, icon("close"))),
    el("div.dialog__body", {},
      el("p.muted", {}, gettext("CSV 或 XLSX，每次不超过 500 行；每一行都是您的一份申请，仍须另一人审核、批准。")),
      el("p.muted", {}, gettext("列：%(names)s", { names: page.import_columns.map((each) => (each.required ? `${each.name}*` : each.name)).join("、") })),
      el("div.fields", {}, el("label.field", {}, el("span", {}, gettext("文件")), file), el("label.field", {}, el("span", {}, gettext("未写机构的行属于")), organisation)),
      result),
    el("div.dialog__foot", {}, real, tryOut)));

  async function send(dry) {
    if (!file.files.length) { file.focus(); return; }
    const body = new FormData();
    body.append("file", file.files[0]);
    body.append("organisation", organisation.value);
    body.append("dry_run", String(dry));
    tryOut.disabled = true;
    real.disabled = true;
    try {
      const told = await post("recognition/watch/import/", body);
      fill(result, outcome(told));
      real.disabled = !(dry && told.accepted);
      if (!dry) {
        toast(gettext("已提交 %(n)s 份申请", { n: told.accepted }));
        file.value = "";
        await done();
      }
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      fill(result, el("p.banner.banner--error", { role: "alert" }, problem.words));
    } finally {
      tryOut.disabled = false;
    }
  }

  return () => {
    fill(result);
    real.disabled = true;
    dialog.showModal();
    file.focus();
  };
}

function outcome(told) {
  const good = told.dry_run ? gettext("可导入 %(n)s 行", { n: told.accepted }) : gettext("已导入 %(n)s 行", { n: told.accepted });
  const head = [gettext("行"), gettext("字段"), gettext("值"), gettext("问题"), gettext("办法")];
  return [
    el(`p.banner.banner--${told.rejected ? "warn" : "ok"}`, {}, told.rejected ? gettext("%(good)s，%(n)s 行有问题", { good, n: told.rejected }) : good),
    told.ignored_columns.length > 0 && el("p.muted", {}, gettext("未使用的列：%(names)s", { names: told.ignored_columns.join("、") })),
    told.errors.length > 0 && el("div.table-scroll", { tabIndex: 0, role: "region", "aria-label": gettext("有问题的行") }, el("table.table", {},
      el("thead", {}, el("tr", {}, head.map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, told.errors.map((row) => el("tr", {}, [row.line, row.field, row.value, row.message, row.cure].map((each) => el("td", {}, String(each ?? "")))))))),
    told.rejected > told.errors.length && el("p.muted", {}, gettext("只显示前 %(n)s 行", { n: told.errors.length })),
  ];
}
