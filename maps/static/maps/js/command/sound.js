// What the desk lets be heard: a red case, lateness, an alarm to be judged, a call by radio. Off and on are kept in this browser; before a
// person has touched the page nothing sounds, and the button says so.
import { byId, fill } from "../dom.js";
import { gettext } from "../page.js";
import { icon } from "../parts.js";

const KEPT = "luzhang.desk.sound";
// Pitch in Hz and length in s of the tones of each call; distinct without looking.
const CALLS = {
  red: [[880, 0.16], [1175, 0.16], [880, 0.16], [1175, 0.3]],
  late: [[523, 0.2], [392, 0.35]],
  alarm: [[988, 0.12], [784, 0.12], [988, 0.12], [784, 0.24]],
  radio: [[660, 0.12], [660, 0.12], [660, 0.12], [660, 0.12], [660, 0.3]],
};
const LOUDNESS = 0.2;
const PAUSE_S = 0.05;
/** The same call is not repeated within this time: in a flood one is enough. */
const APART_MS = 3000;

export class Sound {
  constructor() {
    this.button = byId("sound");
    this.muted = kept() === "off";
    this.context = null;
    this.last = {};
    this.button.addEventListener("click", () => this.toggle());
    for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, () => this.touched(), { once: true, capture: true });
    this.mark();
  }

  /** A person has touched the page: from now on it may sound. */
  touched() {
    if (this.context) return;
    this.context = new AudioContext();
    this.context.addEventListener("statechange", () => this.mark());
    this.mark();
  }

  toggle() {
    this.muted = !this.muted;
    try {
      localStorage.setItem(KEPT, this.muted ? "off" : "on");
    } catch {
      // Nothing is kept in a browser that forbids it; the button still works.
    }
    this.mark();
    if (!this.muted) this.call("late");
  }

  /** on | muted | waiting (for a touch of the page) */
  get state() {
    if (this.muted) return "muted";
    return this.context?.state === "running" ? "on" : "waiting";
  }

  mark() {
    const words = { on: gettext("提示音开"), muted: gettext("已静音"), waiting: gettext("提示音待启用：点一下页面") }[this.state];
    this.button.dataset.state = this.state;
    this.button.setAttribute("aria-pressed", String(!this.muted));
    this.button.title = words;
    fill(this.button, icon(this.muted ? "mute" : "sound"), words);
  }

  /** red | late | alarm | radio */
  call(name) {
    const now = performance.now();
    if (this.state !== "on" || now - (this.last[name] ?? -APART_MS) < APART_MS) return;
    this.last[name] = now;
    let at = this.context.currentTime;
    for (const [pitch, length] of CALLS[name]) {
      const tone = this.context.createOscillator();
      const gain = this.context.createGain();
      tone.frequency.value = pitch;
      gain.gain.setValueAtTime(LOUDNESS, at);
      gain.gain.linearRampToValueAtTime(0, at + length);
      tone.connect(gain).connect(this.context.destination);
      tone.start(at);
      tone.stop(at + length);
      at += length + PAUSE_S;
    }
  }
}

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}
