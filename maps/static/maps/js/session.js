// The session ended while a page was open: sign in beside it, then go on where one was. What was typed stays; what was
// shown is covered until the same person is back.
import { el } from "./dom.js";
import { gettext, page } from "./page.js";

export const CHANNEL = "luzhang-session";
const BACK = "/signed-in/";
const resuming = [];
let veil = null;

/** Call `act` when the person of this page has signed in again. */
export function onSignedInAgain(act) {
  resuming.push(act);
}

/** The server no longer knows who we are. */
export function signedOut() {
  if (veil) return;
  const note = el("p.banner.banner--error", { role: "alert", hidden: true });
  const signIn = `/login/?next=${encodeURIComponent(BACK)}`;
  veil = el("dialog.dialog.dialog--veil", { id: "signed-out" },
    el("form", { method: "dialog", onsubmit: (event) => { event.preventDefault(); lookAgain(note); } },
      el("div.dialog__head", {}, el("h2", {}, gettext("登录已过期"))),
      el("div.dialog__body", {},
        el("p", {}, gettext("请在新标签页重新登录，然后回到这里。已填写的内容不会丢失。")), note),
      el("div.dialog__foot", {},
        el("button.btn", { type: "submit" }, gettext("我已登录")),
        el("button.btn.btn--primary", { type: "button", id: "sign-in-again", onclick: () => window.open(signIn) }, gettext("重新登录")))));
  // Escape would uncover what nobody is signed in for.
  veil.addEventListener("cancel", (event) => event.preventDefault());
  document.body.append(veil);
  veil.showModal();
}

async function lookAgain(note = null) {
  if (!veil) return;
  let user = null;
  try {
    const answer = await fetch("/session.json", { credentials: "same-origin", cache: "no-store" });
    if (answer.ok) user = (await answer.json()).user;
  } catch {
    // Without a network nobody is back yet; the words below say so.
  }
  if (user != null && user === page.user) {
    veil?.remove();
    veil = null;
    for (const act of resuming) act();
  } else if (user != null) location.reload();
  else if (note) {
    note.textContent = gettext("还没有登录");
    note.hidden = false;
  }
}

new BroadcastChannel(CHANNEL).addEventListener("message", () => lookAgain());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && lookAgain());
