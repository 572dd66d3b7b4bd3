// What was typed into a report and not submitted: a session that ends in the middle loses none of it. Of whoever typed it.
import { page } from "../page.js";

const NAME = `duty-draft:${page.user}`;
const all = () => JSON.parse(localStorage.getItem(NAME) || "{}");

/** `{outcome, text}` of an assignment, or undefined. */
export const draftOf = (uid) => all()[uid];

/** Keep what is typed; of one case at a time. */
export const draftKeep = (uid, given) => localStorage.setItem(NAME, JSON.stringify({ [uid]: given }));

/** It was sent, or is safe in the line. */
export function draftDrop(uid) {
  if (draftOf(uid)) localStorage.removeItem(NAME);
}
