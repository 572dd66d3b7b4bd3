"""The way of a unit to its case from where it is now, for a phone that has left the way it was given."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.errors import Conflict, InvalidInput, NotFound
from core.geo.datum import place_check
from incidents.models import Assignment
from incidents.services.gathering import policy_in_force
from incidents.services.planning import leg_json
from incidents.services.progress import crew_require
from incidents.states import HOLDING, AssignmentState
from roads.selectors import current_network
from stations.types import Actor

FOOT_KIND = "foot"


def assignment_way(
    *, actor: Actor, assignment: Assignment, lon: object, lat: object, datum: object, course_deg: float | None = None
) -> dict[str, Any]:
    """`{"route": [[lon, lat], …], "directions", "road_m", "travel_s"}` from there to the incident by the weights in
    force. Nothing is stored: what the assignment was given stays what it was.

    Raises what `place_check` raises, Forbidden for anybody but the crew, Conflict once the unit need not go there any
    more, NotFound where no road joins the two.
    """
    from roads.selectors.routing import Profile, directions

    x, y = place_check(lon, lat, datum)
    if course_deg is not None and not 0 <= course_deg <= 360:
        raise InvalidInput(_("航向应在 0 到 360 度之间"), field="course_deg", value=course_deg, cure="0–360")
    crew_require(actor, assignment)
    if AssignmentState(assignment.state) not in HOLDING:
        raise Conflict(
            _("这次派警已不需要前往"),
            code="not_held",
            field="state",
            value=assignment.state,
            cure=_("刷新后查看当前派警"),
        )
    incident, network = assignment.incident, current_network()
    profile = {"drive": Profile.DRIVE, "emergency": Profile.EMERGENCY}[
        policy_in_force().profile_for(incident.kind, incident.grade)
    ]
    if assignment.unit.kind == FOOT_KIND:
        profile = Profile.FOOT
    start = network.snap(x, y, course_deg=course_deg)
    course = incident.course_deg
    target = network.snap(incident.geom.x, incident.geom.y, course_deg=course, both_carriageways=course is None)
    route = network.route(network.alternatives(start, profile), target, profile=profile) if start and target else None
    if route is None or len(route.lon) < 2:
        raise NotFound(_("从这里没有道路可到"), field="lon,lat", value=[x, y], cure=_("回到道路上后再试，或按地图前往"))
    return {
        "route": [[round(float(a), 6), round(float(b), 6)] for a, b in zip(route.lon, route.lat, strict=True)],
        "directions": [leg_json(leg) for leg in directions(network.graph, route)],
        "road_m": route.road_m,
        "travel_s": round(route.drive_ms / 1000.0, 1),
    }
