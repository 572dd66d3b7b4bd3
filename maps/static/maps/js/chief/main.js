// The chief's page: forms go to their owner's API; what happens on the segments is read anew when the feed tells of it.
import { post } from "../api.js";
import { byId, toast } from "../dom.js";
import { Feed } from "../feed.js";
import { gettext } from "../page.js";
import { ageText } from "../words.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-api]");
  if (!form) return;
  event.preventDefault();
  const said = byId("chief-error");
  const button = form.querySelector("[type=submit]");
  said.hidden = true;
  button.disabled = true;
  const body = Object.fromEntries([...new FormData(form)].filter(([, value]) => String(value).trim()));
  try {
    await post(form.dataset.api, body);
    if (form.closest("[data-live]")) {
      form.reset();
      await readAnew();
    } else location.reload();
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    said.textContent = problem.words;
    said.hidden = false;
    said.scrollIntoView({ block: "center" });
  } finally {
    button.disabled = false;
  }
});

/** The live parts as the server draws them now. What is being typed stays. */
async function readAnew() {
  const answer = await fetch(location.pathname, { credentials: "same-origin", headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) {
    if (answer.redirected) location.reload();
    return;
  }
  const come = new DOMParser().parseFromString(await answer.text(), "text/html");
  const typed = new Map([...document.querySelectorAll("[data-live] form[data-api]")]
    .map((form) => [form.dataset.api, form.elements.text?.value || ""]));
  const focused = document.activeElement?.closest("[data-live] form[data-api]")?.dataset.api;
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = come.querySelector(`[data-live="${part.dataset.live}"]`);
    if (fresh) part.replaceChildren(...fresh.childNodes);
  }
  for (const form of document.querySelectorAll("[data-live] form[data-api]")) {
    if (typed.get(form.dataset.api)) form.elements.text.value = typed.get(form.dataset.api);
    if (form.dataset.api === focused) (form.elements.text || form.querySelector("[type=submit]")).focus();
  }
}

let reading = null;
function readSoon() {
  clearTimeout(reading);
  reading = setTimeout(() => readAnew().catch(() => readSoon()), 300);
}

let begun = false;
const age = byId("feed-age");
new Feed("own=1", {
  change: ({ topic, payload }) => {
    if (topic === "incidents.supervision_changed" && !payload.settled) toast(gettext("有新的督办，请答复"), "error");
    else if (topic === "incidents.incident_received") toast(gettext("新警情：%(title)s", { title: payload.incident.title }), "warn");
    readSoon();
  },
  // The first reset comes with the page, which has just been read.
  reset: () => {
    if (begun) readSoon();
    begun = true;
  },
  age(seconds, late) {
    age.hidden = !late;
    age.textContent = late ? gettext("实时通道中断 %(age)s，页面不是现在", { age: ageText(seconds) }) : "";
  },
});
