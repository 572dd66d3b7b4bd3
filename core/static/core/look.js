// Day and night while the page is open: by its button, by the computer's own change, by another page of ours. What draws
// with the colours of the tokens hears "themechange" on the document. Nothing is loaded anew: what was typed stays.
const system = matchMedia("(prefers-color-scheme: dark)");

function show(theme) {
  if (document.documentElement.dataset.theme === theme) return;
  document.documentElement.dataset.theme = theme;
  document.dispatchEvent(new Event("themechange"));
}

function wanted() {
  const chosen = localStorage.getItem("theme");
  return ["dark", "light"].includes(chosen) ? chosen : system.matches ? "dark" : "light";
}

/** Choose "light" or "dark" on this computer. */
export function choose(theme) {
  localStorage.setItem("theme", theme);
  show(theme);
}

for (const button of document.querySelectorAll("[data-theme-button]")) {
  button.hidden = false;
  button.addEventListener("click", () => choose(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
}
system.addEventListener("change", () => show(wanted()));
addEventListener("storage", ({ key }) => key === "theme" && show(wanted()));
