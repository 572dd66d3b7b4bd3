// The chief's page: forms go to their owner's API; what happens on the segments is read anew when the feed tells of it.
import { post } from "../api.js";
import { byId, toast } from "../dom.js";
import { Feed } from "../feed.js";
import { gettext, page } from "../page.js";
import { ageText } from "../words.js";
import { InspectionForm } from "./inspection.js";
import { ChiefMap } from "./map.js";

let map = null;

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-api]");
  if (!form) return;
  event.preventDefault();
  const said = byId("chief-error");
  const buttons = form.querySelectorAll("[type=submit]");
  // A ready sentence is the value of its button.
  const body = Object.fromEntries([...new FormData(form, event.submitter)].filter(([, value]) => String(value).trim()));
  said.hidden = true;
  buttons.forEach((each) => { each.disabled = true; });
  try {
    await post(form.dataset.api, body);
    if (form.dataset.said) toast(form.dataset.said);
    if (form.closest("[data-live]")) {
      form.reset();
      form.closest("details")?.removeAttribute("open");
      await readAnew();
    } else location.reload();
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    said.textContent = problem.words;
    said.hidden = false;
    said.scrollIntoView({ block: "center" });
    if (problem.status === 409) readSoon();
  } finally {
    buttons.forEach((each) => { each.disabled = false; });
  }
});

document.addEventListener("click", (event) => {
  const more = event.target.closest("[data-more]");
  if (more) {
    document.querySelector(".rounds")?.classList.add("is-whole");
    more.hidden = true;
  }
  const round = event.target.closest("[data-inspect]");
  if (round) entry?.chooseSegment(round.dataset.inspect);
});

const fieldsOf = (form) => [...form.elements].filter(({ name, type }) => name && !["hidden", "submit"].includes(type));

/** The live parts as the server draws them now. What is being typed stays, and so does what was opened. */
async function readAnew() {
  const answer = await fetch(location.pathname + location.search, { credentials: "same-origin", headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) {
    if (answer.redirected) location.reload();
    return;
  }
  const come = new DOMParser().parseFromString(await answer.text(), "text/html");
  const typed = new Map();
  for (const form of document.querySelectorAll("[data-live] form[data-api]")) {
    for (const field of fieldsOf(form)) typed.set(`${form.dataset.api} ${field.name}`, field.value);
  }
  const opened = [...document.querySelectorAll("[data-live] details[data-kept][open]")].map(({ id }) => id);
  const focused = document.activeElement;
  const place = focused?.closest("[data-live] form[data-api]") && `${focused.form?.dataset.api} ${focused.name}`;
  const whole = document.querySelector(".rounds.is-whole");
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = come.querySelector(`[data-live="${part.dataset.live}"]`);
    if (fresh) part.replaceChildren(...fresh.childNodes);
  }
  if (whole) document.querySelector(".rounds")?.classList.add("is-whole");
  opened.forEach((id) => byId(id)?.setAttribute("open", ""));
  for (const form of document.querySelectorAll("[data-live] form[data-api]")) {
    for (const field of fieldsOf(form)) {
      const key = `${form.dataset.api} ${field.name}`;
      if (typed.get(key)) field.value = typed.get(key);
      if (key === place) field.focus();
    }
    if (place?.startsWith(`${form.dataset.api} `) && !form.contains(document.activeElement)) form.querySelector("[type=submit]").focus();
  }
  const data = come.getElementById("page-data");
  if (data && map) {
    Object.assign(page, JSON.parse(data.textContent));
    map.draw(page);
  }
}

let reading = null;
function readSoon() {
  clearTimeout(reading);
  reading = setTimeout(() => readAnew().catch(() => readSoon()), 300);
}

/** A segment pressed on the map: its line in the list. */
function showRow(uid) {
  const row = byId(`s-${uid}`);
  document.querySelectorAll(".segment.is-chosen").forEach((each) => each.classList.remove("is-chosen"));
  row?.classList.add("is-chosen");
  row?.scrollIntoView({ block: "nearest" });
  map.show(uid);
}

async function start() {
  const box = byId("map");
  if (box && page.segments) map = await ChiefMap.make(box, page, showRow);
}

start().catch((problem) => {
  console.warn("map:", problem.message);
  document.querySelector(".chief-map")?.remove();
}).finally(() => entry?.start());

const form = byId("inspection");
const entry = form ? new InspectionForm(form, () => map, readSoon) : null;

const leave = byId("leave-form");
if (leave) {
  const usual = [...byId("leave-means").childNodes];
  leave.addEventListener("input", () => {
    const { deputy, starts_at: at } = leave.elements;
    const name = deputy.selectedOptions[0]?.textContent;
    if (deputy.value && at.value) {
      byId("leave-means").textContent = gettext("%(at)s 起由 %(name)s 代理您的全部路段。", { at: at.value.replace("T", " "), name });
    } else byId("leave-means").replaceChildren(...usual);
  });
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
