// What the phone keeps of a round until the server has it: entries on their way, and the form as it is being filled in.
const NAME = "luzhang-chief";
const STORES = ["entries", "drafts"];

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => STORES.forEach((name) => request.result.createObjectStore(name, { keyPath: "key" }));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** One transaction over one store; `act` gets the store and returns a request, or nothing. */
async function within(name, mode, act) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(name, mode);
      const request = act(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** Entries of this person that the server has not answered for, oldest first. Others who use the phone keep theirs. */
export async function entriesOf(person) {
  const all = await within("entries", "readonly", (store) => store.getAll());
  return all.filter((entry) => entry.person === person).sort((one, two) => one.madeAt - two.madeAt);
}

export const entryKeep = (entry) => within("entries", "readwrite", (store) => store.put(entry));
export const entryDrop = (key) => within("entries", "readwrite", (store) => store.delete(key));

export const draftOf = (person) => within("drafts", "readonly", (store) => store.get(person));
export const draftKeep = (person, draft) => within("drafts", "readwrite", (store) => store.put({ ...draft, key: person }));
export const draftDrop = (person) => within("drafts", "readwrite", (store) => store.delete(person));
