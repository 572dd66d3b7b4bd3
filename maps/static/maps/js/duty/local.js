// What is true for this phone: what the server said last, and what was done here since and has not reached it yet.
const OVER = new Set(["reported", "declined"]);
// From when a unit is through with a case on its own screen.
const STAMPS = { acknowledged: "acknowledged_at", en_route: "en_route_at", on_scene: "on_scene_at", cleared: "cleared_at" };

/** `{duty, detail}` as they will be once `acts` have been sent. */
export function projected(duty, detail, acts) {
  const waiting = acts.filter((act) => act.state === "waiting");
  let shown = detail;
  let tour = duty?.tour ?? null;
  const done = new Map();
  for (const { of, does, at } of waiting) {
    if (does.step && shown?.uid === of) shown = OVER.has(does.step) ? null : { ...shown, state: does.step, [STAMPS[does.step]]: at };
    if (does.tour && tour?.uid === of) tour = { ...tour, ...toured(does.tour, at) };
    if (does.backup && shown?.uid === of) shown = { ...shown, backup_asked: true };
    if (does.well && shown?.uid === of) shown = { ...shown, welfare_safe_at: at };
    if (does.caseTask && shown?.uid === of) {
      shown = { ...shown, tasks: (shown.tasks ?? []).map((task) => (task.uid === does.caseTask ? { ...task, state: does.to } : task)) };
    }
    if (does.task) done.set(does.task, at);
  }
  const tasks = (duty?.tasks ?? []).map((task) => (done.has(task.uid) ? { ...task, done_at: task.done_at || done.get(task.uid) } : task));
  return { duty: duty && { ...duty, tour, tasks }, detail: shown };
}

function toured(does, at) {
  if (does === "open") return { state: "open", opened_at: at, on_break_since: null };
  if (does === "close") return { state: "closed", closed_at: at, on_break_since: null };
  return { on_break_since: does === "break-start" ? at : null };
}
