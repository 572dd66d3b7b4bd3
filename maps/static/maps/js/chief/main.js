// The chief's forms: each is posted to its owner's API; the page is then read anew.
import { post } from "../api.js";
import { byId } from "../dom.js";

for (const form of document.querySelectorAll("form[data-api]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = byId("chief-error");
    const button = form.querySelector("[type=submit]");
    said.hidden = true;
    button.disabled = true;
    const body = Object.fromEntries([...new FormData(form)].filter(([, value]) => String(value).trim()));
    try {
      await post(form.dataset.api, body);
      location.reload();
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      said.textContent = problem.words;
      said.hidden = false;
      said.scrollIntoView({ block: "center" });
      button.disabled = false;
    }
  });
}
