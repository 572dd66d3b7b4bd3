// The tab in which somebody signed in again: tell the page that waits, and go.
import { page } from "./page.js";
import { CHANNEL } from "./session.js";

if (page.user != null) {
  new BroadcastChannel(CHANNEL).postMessage("signed-in");
  window.close();
}
