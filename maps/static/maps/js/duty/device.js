// What the page asks of the phone itself: to be an app, to stay awake, to be read in the sun, to be heard.
import { choose } from "../../../core/look.js";
import { byId } from "../dom.js";
import { gettext } from "../page.js";
import { soundAllow } from "./alert.js";

/** Keep our own files for the next time without network; a new release takes the place of the old when `calm()`. */
export async function install(calm) {
  offerInstall();
  if (!("serviceWorker" in navigator)) return;
  const before = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    // The first worker takes over a page that is as new as itself; a later one brings other files.
    if (before && calm()) location.reload();
  });
  try {
    await navigator.serviceWorker.register("/duty/worker.js", { scope: "/duty/" });
  } catch (problem) {
    console.warn("worker:", problem.message);
  }
}

function offerInstall() {
  const button = byId("install");
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    button.hidden = false;
    button.onclick = async () => {
      await event.prompt();
      button.hidden = true;
    };
  });
}

let lock = null;
let wanted = false;

/** Keep the screen on, or let it go; a phone that cannot is left alone. */
export async function stayAwake(on) {
  wanted = on;
  if (!navigator.wakeLock) return;
  if (!on) {
    await lock?.release();
    lock = null;
    return;
  }
  if (lock && !lock.released) return;
  try {
    const taken = await navigator.wakeLock.request("screen");
    if (wanted) lock = taken;
    else await taken.release();
  } catch {
    lock = null; // The battery is low, or the page is hidden: asked again when it is seen.
  }
}

document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wanted && stayAwake(true));

const SUN = "sun";
let themeBefore = "";

function showSun(on) {
  const root = document.documentElement;
  root.toggleAttribute("data-sun", on);
  byId("sun").setAttribute("aria-pressed", String(on));
  if (on) {
    themeBefore = root.dataset.theme;
    root.dataset.theme = "light";
    document.dispatchEvent(new Event("themechange"));
  } else if (themeBefore) choose(themeBefore);
}

/** Buttons of the menu: sound, sun. */
export function menu() {
  const sound = byId("sound");
  sound.addEventListener("click", () => {
    soundAllow();
    sound.setAttribute("aria-pressed", "true");
    sound.querySelector("span").textContent = gettext("声音已开");
  });
  // Any first touch is permission enough.
  document.addEventListener("pointerdown", () => sound.getAttribute("aria-pressed") === "false" && sound.click(), { once: true });
  if (localStorage.getItem(SUN)) showSun(true);
  byId("sun").addEventListener("click", () => {
    const on = !document.documentElement.hasAttribute("data-sun");
    if (on) localStorage.setItem(SUN, "yes");
    else localStorage.removeItem(SUN);
    showSun(on);
  });
  const sheet = byId("menu");
  document.addEventListener("click", (event) => {
    if (sheet.open && !sheet.querySelector("summary").contains(event.target)) sheet.open = false;
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && (sheet.open = false));
}
