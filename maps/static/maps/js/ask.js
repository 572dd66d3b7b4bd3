// A dialogue that asks for a reason or a choice before something is done.
import { byId, el, fill } from "./dom.js";
import { gettext } from "./page.js";

/**
 * Ask. `fields`: [{name, label, required, options?, value?, rows?, picture?}]. Resolves to the values (of a picture its
 * File, or null), or null when given up.
 * The native dialog keeps focus inside and closes on Escape.
 */
export function ask({ title, text = "", fields = [], submit = gettext("确定"), danger = false }) {
  const dialog = byId("ask");
  return new Promise((resolve) => {
    const inputs = fields.map(input);
    const form = el("form", { method: "dialog" },
      el("div.dialog__head", {}, el("h2", {}, title)),
      el("div.dialog__body", {}, text && el("p", {}, text), inputs.map(([label]) => label)),
      el("div.dialog__foot", {},
        el("button.btn", { type: "button", onclick: () => dialog.close("") }, gettext("取消")),
        el(`button.btn.${danger ? "btn--danger" : "btn--primary"}`, { type: "submit", value: "yes" }, submit)));
    fill(dialog, form);
    dialog.returnValue = "";
    dialog.addEventListener("close", () => {
      const values = Object.fromEntries(inputs.map(([, field]) => [field.name, field.type === "file" ? field.files[0] ?? null : field.value.trim()]));
      resolve(dialog.returnValue === "yes" ? values : null);
    }, { once: true });
    dialog.showModal();
    (inputs[0]?.[1] || form.querySelector("[type=submit]")).focus();
  });
}

function input({ name, label, required = false, options, value = "", rows, picture = false }) {
  const props = { name, required, value, className: "input" };
  let field;
  if (options) {
    field = el("select", props, options.map(([code, text]) => el("option", { value: code }, text)));
    field.value = value || options[0]?.[0] || "";
  } else if (picture) field = el("input", { name, required, className: "input input--touch", type: "file", accept: "image/*" });
  else if (rows) field = el("textarea", { ...props, rows });
  else field = el("input", { ...props, type: "text", maxLength: 300 });
  return [el("label.field", {}, el("span", {}, label), field), field];
}
