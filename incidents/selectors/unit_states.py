"""What an assignment makes of a unit's state, for the list of units on duty."""

from __future__ import annotations

from collections.abc import Collection

from incidents.models import Assignment
from incidents.states import HOLDING, AssignmentState

_SHOWN = {AssignmentState.DELIVERED: AssignmentState.OFFERED.value}


def assigned_tour_states(tour_ids: Collection[int]) -> dict[int, str]:
    """tour id → 'offered' (delivered or not), 'acknowledged', 'en_route' or 'on_scene', for tours that hold one."""
    held = Assignment.objects.filter(tour_id__in=tour_ids, state__in=sorted(HOLDING)).values_list("tour_id", "state")
    return {tour_id: _SHOWN.get(AssignmentState(state), state) for tour_id, state in held}
