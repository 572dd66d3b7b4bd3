// What an officer does, as entries of the line (queue.js): each says where it goes and what it changes on this screen.
import { gettext } from "../page.js";
import { enqueue } from "./queue.js";
import { placeNow } from "./place.js";

const STEP_NAMES = {
  acknowledged: gettext("签收"), en_route: gettext("出发"), on_scene: gettext("到场"), cleared: gettext("处置完毕"),
  reported: gettext("反馈"), declined: gettext("去不了"),
};
const TOUR_NAMES = { open: gettext("签到"), close: gettext("签退"), "break-start": gettext("休息"), "break-end": gettext("结束休息") };
// Steps that happen somewhere: the place is written down with them.
const PLACED = new Set(["on_scene", "reported"]);

const about = (assignment) => assignment.incident_summary?.number || assignment.incident_number || "";

/** A step of an assignment: `{text, outcome}` with a report or a refusal. */
export function takeStep(assignment, state, { text = "", outcome = "" } = {}) {
  return enqueue({
    name: `${STEP_NAMES[state] || state} · ${about(assignment)}`,
    path: `assignments/${assignment.uid}/steps/`,
    body: { to_state: state, fence: assignment.fence, text, outcome, place: PLACED.has(state) ? placeNow() : null },
    of: assignment.uid,
    does: { step: state },
  });
}

/** open | close | break-start | break-end of a tour. */
export function takeTourStep(tour, step, body = {}) {
  return enqueue({
    name: `${TOUR_NAMES[step]} · ${tour.unit.call_sign}`,
    path: `patrols/tours/${tour.uid}/${step}/`,
    body: { ...body, place: placeNow() },
    of: tour.uid,
    does: { tour: step },
  });
}

/** A task of the day is done. */
export function finishTask(task, text) {
  return enqueue({
    name: `${gettext("完成任务")} · ${task.title}`, path: `patrols/tasks/${task.uid}/done/`, body: { text }, of: task.tour, does: { task: task.uid },
  });
}

/** A picture of the case. */
export function addPhoto(assignment, file) {
  return enqueue({
    name: `${gettext("照片")} · ${about(assignment)}`, path: `incidents/${assignment.incident}/attachments/`, of: assignment.uid, file,
    does: { photo: true },
  });
}

/** Ask for one more unit. `reason`: a code of the service. */
export function askBackup(assignment, reason, text) {
  return enqueue({
    name: `${gettext("请求增援")} · ${about(assignment)}`, path: `assignments/${assignment.uid}/backup/`,
    body: { reason, text, fence: assignment.fence, place: placeNow() }, of: assignment.uid, does: { backup: true },
  });
}

/** One who is alone on scene says that all is well. */
export function sayWell(assignment) {
  return enqueue({
    name: `${gettext("报平安")} · ${about(assignment)}`, path: `assignments/${assignment.uid}/safe/`, of: assignment.uid, does: { well: true },
  });
}

/** A task within the case: begun or done. */
export function takeCaseTask(assignment, task, toState, text = "") {
  return enqueue({
    name: `${task.title || task.kind_name} · ${about(assignment)}`, path: `incidents/${assignment.incident}/tasks/${task.uid}/step/`,
    body: { to_state: toState, text }, of: assignment.uid, does: { caseTask: task.uid, to: toState },
  });
}
