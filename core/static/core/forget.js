// On the sign-in page nobody is signed in: what pages of the last person kept on this device goes. What that person did
// and could not send yet stays, for that person alone, until it can be sent (maps/js/duty/queue.js).
const KEPT = "luzhang-kept";

globalThis.indexedDB?.deleteDatabase(KEPT);
if (globalThis.caches) {
  for (const name of await caches.keys()) if (name.startsWith("luzhang-own")) await caches.delete(name);
}

export {};
