// What `bench commandmap` puts into a page before its own scripts: a feed that it plays itself, and a count of frames.
{
  const sources = [];

  // Leaflet tells of its maps, so that the bench can look where it wants.
  let kit = null;
  Object.defineProperty(window, "L", {
    get: () => kit,
    set(made) {
      kit = made;
      made.Map.addInitHook(function tell() { window.benchMap = this; });
    },
  });

  // The page's own feed, with messages made here: they are parsed as those of the server are.
  if (window.benchPlays) {
    window.EventSource = class extends EventTarget {
      static CLOSED = 2;
      static OPEN = 1;
      constructor() {
        super();
        this.readyState = 1;
        sources.push(this);
        this.say("reset", { seq: 1, at: new Date().toISOString() });
        this.beat = setInterval(() => this.say("beat", { at: new Date().toISOString(), seq: 1, age_s: 0 }), 2000);
      }
      say(name, body) {
        setTimeout(() => this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(body) })));
      }
      close() {
        clearInterval(this.beat);
      }
    };
  }

  const moved = (rows) => {
    for (const row of rows) {
      const turn = (row.course_deg * Math.PI) / 180;
      row.lon += (Math.sin(turn) * row.speed_mps) / 105000;
      row.lat += (Math.cos(turn) * row.speed_mps) / 111000;
      row.course_deg = (row.course_deg + 3) % 360;
      row.fixed_at = Date.now() / 1000;
    }
    return rows;
  };

  window.benchMove = (rows) => {
    setInterval(() => {
      moved(rows);
      for (const source of sources) source.say("positions", { at: new Date().toISOString(), units: rows });
    }, 1000);
  };

  window.benchZoom = (lon, lat) => {
    const map = window.benchMap;
    map.setView([lat, lon], 14, { animate: false });
  };

  window.benchFrames = (seconds) => new Promise((resolve) => {
    const times = [];
    const frame = (now) => {
      times.push(now);
      if (now - times[0] < seconds * 1000) requestAnimationFrame(frame);
      else resolve(times);
    };
    requestAnimationFrame(frame);
  });

  window.benchNaive = async (rows, glides) => {
    const { unitMark } = await import("/static/maps/js/mapview.js");
    while (!window.benchMap?.ready) await new Promise(requestAnimationFrame);
    const map = window.benchMap;
    await map.ready;
    const markers = rows.map((row) => window.L.marker([row.lat, row.lon], {
      icon: window.L.divIcon({ className: "", iconSize: [24, 24], html: unitMark({ state: "free", age: "fresh" }, "", row.kind) }),
    }).addTo(map));
    const before = rows.map(({ lon, lat }) => [lon, lat]);
    let at = performance.now();
    setInterval(() => {
      for (const [number, row] of rows.entries()) before[number] = [row.lon, row.lat];
      moved(rows);
      at = performance.now();
      if (!glides) for (const [number, row] of rows.entries()) markers[number].setLatLng([row.lat, row.lon]);
    }, 1000);
    const glide = (now) => {
      const part = Math.min(1, (now - at) / 900);
      for (const [number, row] of rows.entries()) {
        const [lon, lat] = before[number];
        markers[number].setLatLng([lat + (row.lat - lat) * part, lon + (row.lon - lon) * part]);
      }
      requestAnimationFrame(glide);
    };
    if (glides) requestAnimationFrame(glide);
  };

  // When list, figures and units stand on the page.
  window.benchUseful = new Promise((resolve) => {
    const look = () => {
      const figure = document.getElementById("n-units")?.textContent;
      const list = document.querySelector("#incident-list:not(:has(.state--loading))");
      const drawn = document.querySelector(".map-canvas[data-singles]");
      if (figure && figure !== "–" && list && drawn) resolve(performance.now());
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}
