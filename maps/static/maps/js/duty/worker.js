// The service worker of /duty/. Its first line, `const SHELL = {version, files}`, is written by maps/doors/duty_app.py.
// It keeps our own files, the page without what the page reads, and roads around the way. Answers of the API are never
// kept here: the last duty lies in the page's own store (kept.js), and all of it goes when somebody signs out (core/forget.js).
const PAGE = "/duty/";
const NAME = `luzhang-duty-${SHELL.version}`;
// What belongs to whoever is signed in; core/forget.js drops it at the sign-in page.
const OWN = "luzhang-own-duty";
const OWN_PAGE = `${PAGE}?shell=${SHELL.version}`;
const TILES = "luzhang-own-tiles";
const MOST_TILES = 300;
const FILES = new Set(SHELL.files);
const ROADS = /^\/tiles\/roads\/\d+\/\d+\/\d+\.mvt$/;
// A network that answers nothing is no better than none: then what is kept is shown, and says how old it is.
const PATIENCE_MS = 1200;
let outdated = false;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(NAME);
    await cache.addAll(SHELL.files.map((path) => new Request(path, { cache: "reload" })));
    const answer = await fetch(PAGE, { cache: "reload", credentials: "same-origin" });
    if (isPage(answer)) await (await caches.open(OWN)).put(OWN_PAGE, answer);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("luzhang-duty-") && name !== NAME) await caches.delete(name);
    }
    const own = await caches.open(OWN);
    for (const { url } of await own.keys()) if (!url.endsWith(OWN_PAGE)) await own.delete(url);
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (pathname === PAGE) event.respondWith(page(event));
  } else if (FILES.has(pathname) && !search) event.respondWith(file(request, pathname));
  else if (ROADS.test(pathname)) event.respondWith(roads(event));
});

const isPage = (answer) => answer.ok && !answer.redirected && new URL(answer.url).pathname === PAGE;
const later = (ms) => new Promise((resolve) => { setTimeout(() => resolve(null), ms); });

async function page(event) {
  const own = await caches.open(OWN);
  const fresh = fetch(event.request).then(async (answer) => {
    outdated = answer.headers.has("Shell-Version") && answer.headers.get("Shell-Version") !== SHELL.version;
    if (outdated) self.registration.update();
    else if (isPage(answer)) await own.put(OWN_PAGE, answer.clone());
    // Sent on to the sign-in page: whoever was here is signed out.
    else if (answer.type === "opaqueredirect") await own.delete(OWN_PAGE);
    return answer;
  });
  event.waitUntil(fresh.catch(() => null));
  const kept = await own.match(OWN_PAGE, { ignoreVary: true });
  if (!kept) return fresh;
  const first = await Promise.race([fresh.catch(() => null), later(PATIENCE_MS)]);
  return first && first.status < 500 ? first : marked(kept);
}

/** The kept page says that it is one: its clock and its words are of then. */
async function marked(kept) {
  const headers = new Headers(kept.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return new Response((await kept.text()).replace("<body ", "<body data-kept "), { headers });
}

async function file(request, path) {
  const kept = await (await caches.open(NAME)).match(path, { ignoreVary: true });
  if (kept && !outdated) return kept;
  try {
    return await fetch(request);
  } catch (problem) {
    if (kept) return kept;
    throw problem;
  }
}

/** Roads change by the day: what is kept is drawn at once and replaced for the next time. */
async function roads(event) {
  const cache = await caches.open(TILES);
  const kept = await cache.match(event.request);
  const fresh = fetch(event.request).then(async (answer) => {
    if (answer.status === 200) {
      await cache.put(event.request, answer.clone());
      const keys = await cache.keys();
      await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_TILES)).map((key) => cache.delete(key)));
    }
    return answer;
  });
  if (!kept) return fresh;
  event.waitUntil(fresh.catch(() => null));
  return kept;
}
