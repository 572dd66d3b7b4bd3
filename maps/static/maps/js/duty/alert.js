// A sound and a buzz for an offer. Browsers allow sound only after the officer touched the page once.
let audio = null;
let ringing = null;

/** Call from a click: from then on the page may make itself heard. */
export function soundAllow() {
  if (!audio) audio = new AudioContext();
  audio.resume();
  beep();
  return audio;
}

export const soundAllowed = () => Boolean(audio) && audio.state === "running";

function beep(frequency = 880, at = 0) {
  if (!soundAllowed()) return;
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  const start = audio.currentTime + at;
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0.001, start);
  volume.gain.exponentialRampToValueAtTime(0.4, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, start + 0.25);
  tone.connect(volume).connect(audio.destination);
  tone.start(start);
  tone.stop(start + 0.3);
}

const touched = () => navigator.userActivation?.hasBeenActive ?? true;

/** Ring until `alertStop`. */
export function alertStart() {
  if (ringing) return;
  const ring = () => {
    beep(880);
    beep(1175, 0.28);
    if (touched()) navigator.vibrate?.([200, 100, 200]);
  };
  ring();
  ringing = setInterval(ring, 2000);
}

export function alertStop() {
  clearInterval(ringing);
  ringing = null;
  if (touched()) navigator.vibrate?.(0);
}
