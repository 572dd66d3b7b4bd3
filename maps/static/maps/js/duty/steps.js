// Steps of an assignment. One key a step, kept until the server has answered: a repeated tap or reload is harmless.
import { clientKey, post } from "../api.js";
import { nowMs } from "../clock.js";

function keyOf(assignment, state) {
  const name = `step:${assignment.uid}:${assignment.fence}:${state}`;
  const key = sessionStorage.getItem(name) || clientKey();
  sessionStorage.setItem(name, key);
  return [name, key];
}

/** Take a step. Raises ApiError; 409 `stale_fence` means that the centre has decided otherwise meanwhile. */
export async function takeStep(assignment, state, { text = "", outcome = "" } = {}) {
  const [name, key] = keyOf(assignment, state);
  try {
    const answer = await post(`assignments/${assignment.uid}/steps/`, {
      to_state: state, fence: assignment.fence, client_key: key, device_time: new Date(nowMs()).toISOString(), text, outcome,
    });
    sessionStorage.removeItem(name);
    return answer;
  } catch (problem) {
    // The server has seen and refused it: the next attempt is a new act.
    if (problem.status >= 400 && problem.status < 500) sessionStorage.removeItem(name);
    throw problem;
  }
}
