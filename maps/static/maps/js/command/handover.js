// A hand-over sheet: make it, sign it, take over, drop it, print it.
import { clientKey, post } from "../api.js";
import { ask } from "../ask.js";
import { byId } from "../dom.js";
import { gettext } from "../page.js";

const uid = document.querySelector("[data-sheet]")?.dataset.sheet;
const problemPlace = byId("sheet-problem");
let key = clientKey();

/** Do it and go where it leads; a refusal is said above the sheet and nothing typed is lost. */
async function step(act) {
  problemPlace.hidden = true;
  try {
    await act();
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    if (problem.status) key = clientKey();
    problemPlace.textContent = problem.words;
    problemPlace.hidden = false;
    problemPlace.scrollIntoView({ block: "nearest" });
  }
}

byId("sheet-form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const { notes } = Object.fromEntries(new FormData(event.target));
  step(async () => {
    const made = await post("handovers/", { notes }, { "Idempotency-Key": key });
    location.assign(`/command/handovers/${made.uid}/`);
  });
});

const sign = (action, body = {}) => step(async () => {
  await post(`handovers/${uid}/${action}/`, body);
  location.reload();
});

byId("sheet-sign")?.addEventListener("click", async () => {
  const sure = await ask({ title: gettext("交班签字"), text: gettext("签字后内容不能再改，等接班人签字。"), submit: gettext("签字") });
  if (sure) sign("sign");
});
byId("sheet-accept")?.addEventListener("click", async () => {
  const given = await ask({ title: gettext("接班签字"), text: gettext("我已逐项核对，接过本班工作。"), fields: [{ name: "remark", label: gettext("接班意见"), rows: 2 }], submit: gettext("签字") });
  if (given) sign("accept", given);
});
byId("sheet-cancel")?.addEventListener("click", async () => {
  const given = await ask({ title: gettext("作废交接班单"), fields: [{ name: "reason", label: gettext("原因"), required: true, rows: 2 }], submit: gettext("作废"), danger: true });
  if (given) sign("cancel", given);
});
byId("sheet-print")?.addEventListener("click", () => print());
