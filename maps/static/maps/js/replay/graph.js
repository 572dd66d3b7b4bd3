// The speed of one unit over the window, with the stops it made and the moment that is shown.
import { tone } from "../map/sprites.js";
import { gettext } from "../page.js";

const TOP_KMH = 60;

export class SpeedGraph {
  /** `seek(second)` when somebody presses into it. */
  constructor(canvas, seek) {
    this.canvas = canvas;
    this.tape = null;
    canvas.addEventListener("pointerdown", (event) => {
      const { left, width } = canvas.getBoundingClientRect();
      if (this.tape) seek(((event.clientX - left) / width) * this.tape.lengthS);
    });
    new ResizeObserver(() => this.paint()).observe(canvas);
    document.addEventListener("themechange", () => this.paint());
  }

  show(tape, track) {
    this.tape = tape;
    this.track = track;
    this.line = track && tape.speeds(track);
    this.top = track ? Math.max(TOP_KMH, ...this.line.map(([, speed]) => speed * 3.6)) : TOP_KMH;
    if (track) {
      const most = Math.round(Math.max(0, ...this.line.map(([, speed]) => speed * 3.6)));
      this.canvas.setAttribute("aria-label", gettext("%(unit)s 的速度：最高 %(n)s 公里/时，停留 %(stops)s 次", { unit: track.call_sign, n: most, stops: track.stops.length }));
    }
    this.paint();
  }

  at(second) {
    this.second = second;
    this.paint();
  }

  paint() {
    const { canvas } = this;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const { clientWidth: width, clientHeight: height } = canvas;
    if (!width || !this.tape || !this.track) return;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const ctx = canvas.getContext("2d");
    ctx.scale(ratio, ratio);
    const x = (second) => (second / this.tape.lengthS) * width;
    const y = (speed) => height - 2 - ((speed * 3.6) / this.top) * (height - 14);
    ctx.fillStyle = tone("--yellow-soft");
    for (const stop of this.track.stops) ctx.fillRect(x(stop.from_s), 0, Math.max(1, x(stop.to_s) - x(stop.from_s)), height);
    ctx.strokeStyle = tone("--brand");
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    let last = null;
    for (const [second, speed] of this.line) {
      if (last == null || second - last > 180) ctx.moveTo(x(second), y(speed));
      else ctx.lineTo(x(second), y(speed));
      last = second;
    }
    ctx.stroke();
    ctx.fillStyle = tone("--text-2");
    ctx.font = `${0.75 * 16}px ${tone("--font")}`;
    ctx.fillText(gettext("%(n)s 公里/时", { n: Math.round(this.top) }), 4, 12);
    if (this.second != null) {
      ctx.fillStyle = tone("--red");
      ctx.fillRect(x(this.second) - 1, 0, 2, height);
    }
  }
}
