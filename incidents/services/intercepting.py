"""Interceptions 拦截: an alarm that may go, or a sighting, becomes a case; a further alarm of one way continues it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.utils.translation import gettext as _

from core import clock
from incidents.models import Incident, IncidentStep
from incidents.services.calling import NO_POSITION, seat_of
from incidents.services.history import StepContext, incident_lock_by_id, incident_note, incident_publish, incident_touch
from incidents.services.intake import OLDEST, IncidentReport, incident_receive
from incidents.services.interception_steps import INTERCEPTION
from incidents.states import IncidentState
from recognition.selectors import alarm_facts, sighting_facts
from recognition.services import alarm_ordered
from recognition.types import AlarmFacts
from stations.types import system_actor

# The vehicle of a case has been seen, for the first time or again: whoever plans ahead plans anew.
SEEN = "incidents.vehicle_seen"
ALARM_SCOPE, SIGHTING_SCOPE = "recognition.alarm", "recognition.sighting"
# A case that is over takes no further passage in.
OVER = frozenset({IncidentState.CLOSED, IncidentState.FALSE, IncidentState.MERGED, IncidentState.TRANSFERRED})


def incident_of_alarm(alarm_id: int, *, by_policy: bool) -> None:
    """Send somebody after an alarm: a new case, or the open one of the same way. Repeating it is harmless."""
    facts = alarm_facts(alarm_id)
    if facts.incident_uid is not None:
        return
    incident = _open_case(facts)
    if incident is None:
        incident, _new = incident_receive(
            actor=system_actor("alarm"), report=_report(facts), client_scope=ALARM_SCOPE, client_key=str(facts.uid)
        )
        powers = sorted({*incident.required_powers, *facts.powers})
        if powers != sorted(incident.required_powers):
            incident_touch(incident_lock_by_id(incident.pk), required_powers=powers)
    else:
        _continue(incident, facts)
    incident_publish(incident, SEEN)
    alarm_ordered(alarm_id=facts.id, incident_uid=incident.uid, by_policy=by_policy)


def incident_of_sighting(sighting_id: int) -> None:
    """Send somebody after a sighting. Repeating it is harmless."""
    seen = sighting_facts(sighting_id)
    incident, _new = incident_receive(
        actor=replace(system_actor("sighting"), user_id=seen.reported_by_id),
        report=IncidentReport(
            kind=INTERCEPTION,
            source=Incident.Source.COMMUNITY.value,
            lon=seen.lon,
            lat=seen.lat,
            datum="wgs84",
            title=f"目击拦截：{seen.description}"[:60],
            text=seen.description,
            happened_at=seen.seen_at,
            course_deg=seen.heading_deg,
            plate=seen.plate,
        ),
        client_scope=SIGHTING_SCOPE,
        client_key=str(seen.uid),
    )
    incident_publish(incident, SEEN)


def _open_case(facts: AlarmFacts) -> Incident | None:
    """The case of this vehicle's way that still runs."""
    found = {row.uid: row for row in Incident.objects.filter(uid__in=facts.way)}
    running = (found[uid] for uid in facts.way if uid in found)
    return next((row for row in running if IncidentState(row.state) not in OVER), None)


def _continue(incident: Incident, facts: AlarmFacts) -> None:
    """Whoever is after the car hears where it was seen last."""
    locked = incident_lock_by_id(incident.pk)
    text = _("再次经过 %(camera)s（预警 %(number)s）") % {"camera": facts.camera, "number": facts.number}
    details = {"alarm": str(facts.uid), "lon": facts.lon, "lat": facts.lat, "passed_at": facts.passed_at.isoformat()}
    incident_note(locked, kind=IncidentStep.Kind.NOTE.value, context=StepContext(text=text), details=details)
    incident_publish(locked, "incidents.incident_changed", {"seen_again": details})


def _report(facts: AlarmFacts) -> IncidentReport:
    flags: tuple[str, ...] = ()
    lon, lat = facts.lon, facts.lat
    if lon is None or lat is None:
        (lon, lat), flags = seat_of(facts.organisation_path), (NO_POSITION,)
    return IncidentReport(
        kind=INTERCEPTION,
        source=Incident.Source.CAMERA.value,
        lon=lon,
        lat=lat,
        datum="wgs84",
        title=f"布控拦截：{facts.category_name} {facts.camera}"[:60],
        text=_("布控预警 %(number)s，%(category)s，经过 %(camera)s")
        % {"number": facts.number, "category": facts.category_name, "camera": facts.camera},
        # A line that was cut for weeks may bring passages older than a case may be.
        happened_at=max(facts.passed_at, clock.now() - OLDEST + timedelta(hours=1)),
        course_deg=facts.heading_deg,
        plate=facts.plate,
        place_flags=flags,
        generated=facts.generated,
    )
