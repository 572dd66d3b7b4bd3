"""Interception ahead of a car: gathered from the case, searched on the network, put into words. Nobody is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core import clock
from core.errors import InvalidInput, Unavailable
from incidents.dispatch.constraints import Case, reject, reject_start
from incidents.dispatch.interception import AheadTerms, Block, CarAt, UnitAt, plan_ahead
from incidents.dispatch.placing import FOOT_KIND, Start, start_of
from incidents.dispatch.types import UnitSnapshot
from incidents.models import Incident, IncidentStep
from incidents.services.gathering import decision_input
from incidents.services.history import StepContext, incident_lock_by_id, incident_note, incident_publish
from incidents.services.interception_steps import INTERCEPTION
from incidents.services.sending import Sending
from incidents.states import SETTLED, IncidentState
from recognition.selectors import last_seen
from roads.selectors import current_network
from stations.services import require
from stations.types import Actor, DataClass, Verb

if TYPE_CHECKING:
    from roads.selectors.routing import Reach, RoadNetwork

# A driver who flees needs this share of the time that traffic needs.
CAR_SHARE = 0.8
# After this long nobody can tell any more where a car may be; before, how far ahead the plan looks.
STALE_S = 1800.0
NEXT_S = 300.0
HORIZON_S = 900.0
# A heading that is known at all is that of a car that moves.
MOVING_MPS = 10.0
ON_ITS_WAY = "already_sent"
MAX_NOTE = 300


@dataclass(frozen=True, slots=True)
class Seen:
    """Where and when the vehicle was seen last. WGS-84; `heading_deg` None where nobody knows it."""

    lon: float
    lat: float
    heading_deg: float | None
    at: datetime
    where: str


def incident_interception(*, actor: Actor, incident: Incident) -> dict[str, Any]:
    """The two rings and the proposals of a case, as of now. WGS-84. Raises Forbidden for who may not send units,
    InvalidInput for a case that is no interception or has no place, Unavailable without a network.
    """
    require(actor, Verb.DISPATCH, DataClass.INCIDENT, incident.organisation_path)
    return interception_ahead(incident)


def interception_replan(incident_id: int) -> None:
    """The vehicle was seen: plan ahead and keep the best proposals with the history of the case. A case that is over,
    or that nobody can plan for, gets no note. Repeating it only says it again.
    """
    incident = incident_lock_by_id(incident_id)
    if incident.kind != INTERCEPTION or IncidentState(incident.state) in SETTLED:
        return
    try:
        shown = interception_ahead(incident)
    except Unavailable:
        return
    best = shown["proposals"]
    text = "；".join(f"{one['call_sign']}：{one['reasons'][0]}" for one in best[:3])
    kept = ("tour_id", "call_sign", "junction", "lon", "lat", "unit_s", "car_s", "lead_s", "share")
    incident_note(
        incident,
        kind=IncidentStep.Kind.NOTE.value,
        context=StepContext(text=text[:MAX_NOTE] or _("没有可抢在前方的警力")),
        details={
            "interception": [{name: one[name] for name in kept} for one in best],
            "seen_at": shown["seen"]["at"].isoformat(),
            "age_s": shown["seen"]["age_s"],
        },
    )
    incident_publish(incident, "incidents.incident_changed", {"interception": len(best)})


def seen_last(incident: Incident) -> Seen:
    """By the last alarm of the case, else where the case itself says."""
    facts = last_seen(incident.uid)
    if facts is not None:
        return Seen(facts.lon, facts.lat, facts.heading_deg, facts.at, facts.camera)
    return Seen(incident.geom.x, incident.geom.y, incident.course_deg, incident.happened_at, "")


def interception_ahead(incident: Incident) -> dict[str, Any]:
    """The same without asking who wants to know. Writes nothing."""
    from roads.selectors.routing import Departure, Profile, roads_between

    if incident.kind != INTERCEPTION:
        raise InvalidInput(_("不是拦截警情"), field="incident", value=incident.number, cure=_("请选择拦截警情"))
    now, seen, network = clock.now(), seen_last(incident), current_network()
    age_s = max(0.0, (now - seen.at).total_seconds())
    shown: dict[str, Any] = {
        "seen": {
            "lon": seen.lon,
            "lat": seen.lat,
            "heading_deg": seen.heading_deg,
            "at": seen.at,
            "where": seen.where,
            "age_s": round(age_s, 1),
        },
        "at": now,
        "next_s": NEXT_S,
        "stale": age_s > STALE_S,
        "inner": _lines([]),
        "outer": _lines([]),
        "proposals": [],
    }
    if age_s > STALE_S:
        return shown
    speed = MOVING_MPS if seen.heading_deg is not None else None
    placed = network.snap(
        seen.lon, seen.lat, course_deg=seen.heading_deg, speed_mps=speed, both_carriageways=seen.heading_deg is None
    )
    cars = [Departure(0, place.arc, place.fraction) for place in placed]
    # All times of the car are those of traffic; its own are a share of them.
    age_ms = age_s * 1000.0 / CAR_SHARE
    limit_ms = age_ms + HORIZON_S * 1000.0 / CAR_SHARE
    car, view = network.reach(cars, limit_ms, profile=Profile.DRIVE)
    shown["inner"] = _lines(roads_between(network.graph, view, car, cars, 0.0, age_ms))
    next_ms = age_ms + NEXT_S * 1000.0 / CAR_SHARE
    shown["outer"] = _lines(roads_between(network.graph, view, car, cars, age_ms, next_ms))
    units, starts = _units(incident)
    reached = _units_reach(network, starts, HORIZON_S * 1000.0)
    blocks = plan_ahead(_car_at(network, car), _unit_at(network, reached), AheadTerms(age_s * 1000.0))
    shown["proposals"] = [_proposal(network, units[block.unit], block) for block in blocks]
    return shown


def _units(incident: Incident) -> tuple[list[tuple[UnitSnapshot, bool]], list[tuple[Start, int]]]:
    """Units that may be sent, and those of this case that are on their way; where each starts from."""
    given = decision_input(Sending.of(incident), units_needed=1, automatic=False)
    case = Case.of(given.incident, given.policy)
    profile = given.policy.profile_for(incident.kind, incident.grade)
    units: list[tuple[UnitSnapshot, bool]] = []
    starts: list[tuple[Start, int]] = []
    for unit in given.units:
        verdict = reject(unit, case)
        sent = verdict is not None and verdict.code == ON_ITS_WAY
        start = start_of(unit, given.policy, profile)
        if (verdict is not None and not sent) or start is None or unit.kind == FOOT_KIND:
            continue
        if reject_start(unit, start, case) is None:
            starts.append((start, len(units)))
            units.append((unit, sent))
    return units, starts


def _units_reach(network: RoadNetwork, starts: list[tuple[Start, int]], limit_ms: float) -> Reach:
    from roads.selectors.routing import Departure, Profile

    departures = [
        Departure(who, spot.arc, spot.fraction, start.offset_ms)
        for start, who in starts
        for spot in start.position.spots
    ]
    fast = any(start.profile == "emergency" for start, _who in starts)
    return network.reach(departures, limit_ms, profile=Profile.EMERGENCY if fast else Profile.DRIVE)[0]


def _car_at(network: RoadNetwork, reach: Reach) -> dict[int, CarAt]:
    from roads.selectors.routing import first_by_junction

    found = first_by_junction(network.graph, reach)
    return {junction: CarAt(at_ms * CAR_SHARE, before) for junction, (at_ms, _who, before) in found.items()}


def _unit_at(network: RoadNetwork, reach: Reach) -> dict[int, UnitAt]:
    from roads.selectors.routing import first_by_junction

    found = first_by_junction(network.graph, reach)
    return {junction: UnitAt(at_ms, who) for junction, (at_ms, who, _before) in found.items()}


def _lines(lines: list[list[tuple[float, float]]]) -> dict[str, Any]:
    return {"type": "MultiLineString", "coordinates": lines}


def _proposal(network: RoadNetwork, unit: tuple[UnitSnapshot, bool], block: Block) -> dict[str, Any]:
    from roads.selectors.routing import junction_place, junction_roads

    snapshot, sent = unit
    lon, lat = junction_place(network.graph, block.junction)
    names = " × ".join(junction_roads(network.graph, block.junction)[:3]) or _("无名路口")
    lead_s, share = round(block.lead_ms / 1000.0), round(block.share * 100)
    return {
        "tour_id": snapshot.tour_id,
        "call_sign": snapshot.call_sign,
        "on_its_way": sent,
        "lon": round(lon, 6),
        "lat": round(lat, 6),
        "junction": names,
        "unit_s": round(block.unit_ms / 1000.0, 1),
        "car_s": round(block.car_ms / 1000.0, 1),
        "lead_s": lead_s,
        "share": round(block.share, 3),
        "reasons": [
            _("比车辆早 %(seconds)s 秒到达 %(junction)s") % {"seconds": lead_s, "junction": names},
            _("车辆前方最快路线的 %(share)s%% 经过此处") % {"share": share},
        ],
    }
