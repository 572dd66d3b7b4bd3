// Two stores of this device: what was read last, which goes when somebody signs out (core/forget.js), and what was done
// and is not sent yet, which stays for whoever did it. Both are transactions of IndexedDB: a killed page loses neither.

function opened(name, upgrade) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => upgrade(asked.result);
    asked.onsuccess = () => {
      // A sign-in page in another tab wants it gone: it does not wait for us.
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  });
}

async function within(open, store, mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const work = database.transaction(store, mode);
      const asked = act(work.objectStore(store));
      work.oncomplete = () => resolve(asked?.result);
      work.onabort = () => reject(work.error);
      work.onerror = () => reject(work.error);
    });
  } finally {
    database.close();
  }
}

const lastRead = () => opened("luzhang-kept", (database) => database.createObjectStore("read"));
const unsent = () => opened("luzhang-queue", (database) => database.createObjectStore("acts", { keyPath: "id", autoIncrement: true }));

/** Keep a value under a name until somebody signs out. */
export const keep = (name, value) => within(lastRead, "read", "readwrite", (store) => store.put(value, name));

/** The kept value, or undefined. */
export const kept = (name) => within(lastRead, "read", "readonly", (store) => store.get(name));

/** Write an act down; resolves to its place in the line once it is safe on disk. */
export const actAdd = (act) => within(unsent, "acts", "readwrite", (store) => store.add(act));
export const actPut = (act) => within(unsent, "acts", "readwrite", (store) => store.put(act));
export const actDrop = (id) => within(unsent, "acts", "readwrite", (store) => store.delete(id));
export const actsAll = () => within(unsent, "acts", "readonly", (store) => store.getAll());
