"""The only writers of the patrols room."""

from patrols.services.exercising import tour_exercise_set
from patrols.services.issuing import tasks_issue
from patrols.services.past import PastTour, past_tours_put
from patrols.services.plans import (
    requirement_change,
    requirement_create,
    shift_create,
    task_create,
    task_finish,
)
from patrols.services.replaying import Replay, ReplayTrack, Stop, tracks_replay
from patrols.services.tours import (
    tour_break_end,
    tour_break_start,
    tour_cancel,
    tour_close,
    tour_member_join,
    tour_member_leave,
    tour_open,
    tour_plan,
    unit_change,
    unit_create,
)
from patrols.services.tracks import track_read

__all__ = [
    "PastTour",
    "Replay",
    "ReplayTrack",
    "Stop",
    "past_tours_put",
    "requirement_change",
    "requirement_create",
    "shift_create",
    "task_create",
    "task_finish",
    "tasks_issue",
    "tour_break_end",
    "tour_break_start",
    "tour_cancel",
    "tour_close",
    "tour_exercise_set",
    "tour_member_join",
    "tour_member_leave",
    "tour_open",
    "tour_plan",
    "track_read",
    "tracks_replay",
    "unit_change",
    "unit_create",
]
