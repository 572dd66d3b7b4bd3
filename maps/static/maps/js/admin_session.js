// Forms of /admin/ go out only while the person they were drawn for is signed in: else the session ends in front of the
// form, not behind it, and what was typed stays.
import { gettext, page } from "./page.js";
import { onSignedInAgain, signedOut } from "./session.js";

const TOKEN = "csrfmiddlewaretoken";
const looked = new WeakSet();

async function stillHere() {
  const answer = await fetch("/session.json", { credentials: "same-origin", cache: "no-store" });
  return answer.ok && (await answer.json()).user === page.user;
}

function say(form, words) {
  let note = form.querySelector(".errornote[data-session]");
  if (!note) {
    note = document.createElement("p");
    note.className = "errornote";
    note.dataset.session = "";
    note.setAttribute("role", "alert");
    form.prepend(note);
  }
  note.textContent = words;
  note.hidden = words === "";
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented || looked.delete(form)) return;
  event.preventDefault();
  const by = event.submitter;
  try {
    if (await stillHere()) {
      say(form, "");
      looked.add(form);
      form.requestSubmit(by);
    } else signedOut();
  } catch {
    say(form, `${gettext("没有网络连接")}（${gettext("恢复后重试，重复提交不会重复生效")}）`);
  }
});

// Signing in changes the token that every form carries.
onSignedInAgain(() => {
  const token = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="))?.slice("csrftoken=".length);
  if (token) for (const field of document.querySelectorAll(`input[name=${TOKEN}]`)) field.value = decodeURIComponent(token);
});
