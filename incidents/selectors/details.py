"""Everything about one incident or assignment, for the drawer and the phone. Contacts only for who may see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core import clock
from core.models import Timer
from incidents.catalogue.reasons import table_reasons_said
from incidents.models import Assignment, Decision, Incident
from incidents.selectors.callers import recordings_of
from incidents.selectors.duplicates import duplicates_near
from incidents.selectors.families import family_of
from incidents.selectors.marks import marks_of_incident
from incidents.selectors.pictures import picture_summary, pictures_visible_to
from incidents.selectors.plans import decision_plan, said_again
from incidents.selectors.summaries import assignment_summary, backup_summary, incident_summary
from incidents.selectors.tasks import incident_tasks
from incidents.selectors.transfers import transfer_of
from incidents.states import INCIDENT_LIFECYCLE, IncidentState
from stations.selectors import names_of_users
from stations.types import Actor, DataClass, Verb


def masked_phone(phone: str) -> str:
    """`138****0000`: enough to recognise a caller, not to call one."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****" if phone else ""


def incident_detail(*, actor: Actor, incident: Incident) -> dict[str, Any]:
    """The incident with timeline, assignments, the last decision, duplicates and the chain of chiefs.

    The caller has checked that the actor may see the incident. Of the reporter nobody sees more here than a masked
    number, and who sees only own work (auxiliaries, chiefs) not even that: the rest is a look-up, which is recorded.
    """
    scoped = actor.may(Verb.VIEW, DataClass.INCIDENT, incident.organisation_path)
    decision = incident.decisions.order_by("-id").first()
    return {
        **incident_summary(incident),
        "text": incident.text,
        "risk": incident.risk,
        "zone": incident.zone,
        "grade_reasons": table_reasons_said(incident.grade_reasons),
        "deadline_reasons": table_reasons_said(incident.deadline_reasons),
        "chain": incident.chain,
        "reporter_phone": masked_phone(incident.reporter_phone) if scoped else "",
        "merged_into": str(incident.merged_into.uid) if incident.merged_into is not None else None,
        "allowed": sorted(state.value for state in INCIDENT_LIFECYCLE.allowed(IncidentState(incident.state))),
        "assignments": [
            {**_assignment(row), "deliveries": _deliveries(row)}
            for row in incident.assignments.select_related("unit", "incident")
            .prefetch_related("deliveries")
            .order_by("id")
        ],
        "decision": _decision(decision),
        "duplicates": [
            {
                "uid": hint.uid,
                "number": hint.number,
                "title": hint.title,
                "state": hint.state,
                "distance_m": hint.distance_m,
                "same_kind": hint.same_kind,
            }
            for hint in duplicates_near(
                actor=actor,
                lon=incident.geom.x,
                lat=incident.geom.y,
                at=clock.now(),
                kind=incident.kind,
                exclude_uid=str(incident.uid),
            )
        ],
        "attachments": [
            picture_summary(row) for row in pictures_visible_to(actor, incident).select_related("incident")
        ],
        "tasks": incident_tasks(actor, incident),
        "marks": marks_of_incident(actor, incident),
        "markable": {"plate": bool(incident.plate), "caller": bool(incident.reporter_phone)} if scoped else {},
        "reports": incident.added_reports.count(),
        "recordings": recordings_of(incident),
        "transfer": transfer_of(incident),
        **family_of(actor, incident),
        **_timeline(incident),
    }


def _assignment(assignment: Assignment) -> dict[str, Any]:
    """The summary with its reasons in the reader's language; feeds, which have many readers, tell them in Chinese."""
    summary = assignment_summary(assignment)
    return {**summary, "reasons": said_again(summary["reasons"]), "warnings": said_again(summary["warnings"])}


def _deliveries(assignment: Assignment) -> list[dict[str, Any]]:
    return [
        {"channel": row.channel, "state": row.state, "sent_at": row.sent_at, "received_at": row.received_at}
        for row in sorted(assignment.deliveries.all(), key=lambda row: row.order)
    ]


def _decision(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {
        "at": decision.at,
        "origin": decision.origin,
        "network_version": decision.network_version,
        "weights_generation": decision.weights_generation,
        "engine_ms": decision.engine_ms,
        "shortfall": decision.shortfall,
        "plan": decision_plan(decision),
    }


def _timeline(incident: Incident) -> dict[str, Any]:
    """`timeline`: every row of the incident's and its assignments' histories with who did it; `seen`: the last row of
    the incident's own, which a page sends back with what it does (services.meanwhile).
    """
    own = list(incident.steps.order_by("id"))
    steps = [
        {
            "at": step.at,
            "of": "incident",
            "kind": step.kind,
            "from_state": step.from_state,
            "to_state": step.to_state,
            "actor_id": step.actor_id,
            "by_radio": step.by_radio,
            "text": step.text,
            "details": step.details,
        }
        for step in own
    ]
    for assignment in incident.assignments.select_related("unit").prefetch_related("steps"):
        steps.extend(
            {
                "at": step.at,
                "of": assignment.unit.call_sign,
                "kind": "assignment",
                "from_state": step.from_state,
                "to_state": step.to_state,
                "actor_id": step.actor_id,
                "by_radio": step.by_radio,
                "text": step.text,
                "details": {**step.details, "stale_fence": True} if step.stale_fence else step.details,
            }
            for step in assignment.steps.all()
        )
    names = names_of_users([step["actor_id"] for step in steps if step["actor_id"] is not None])
    for step in steps:
        step["actor"] = names.get(step["actor_id"], "")
    return {"timeline": sorted(steps, key=lambda step: step["at"]), "seen": own[-1].pk if own else 0}


def assignment_detail(assignment: Assignment) -> dict[str, Any]:
    """An assignment for the phone: the incident's place and words, the way in geometry and directions."""
    incident = assignment.incident
    return {
        **_assignment(assignment),
        "incident_summary": incident_summary(incident),
        "text": incident.text,
        "route": [[round(x, 6), round(y, 6)] for x, y in assignment.route.coords] if assignment.route else [],
        "directions": assignment.directions,
        "sign_by": sign_by(assignment),
        "backup": _backup(assignment),
        "chain": [chief for chief in incident.chain if "border" not in chief],
    }


def _backup(assignment: Assignment) -> dict[str, Any] | None:
    """The crew's last call for help: who at the desk has taken it, how it was answered."""
    backup = assignment.backups.order_by("-id").first()
    if backup is None:
        return None
    backup.assignment = assignment
    return backup_summary(backup)


def sign_by(assignment: Assignment) -> datetime | None:
    """Until when an offer waits for its signature; None once it is signed for or over."""
    timer = Timer.objects.filter(key=f"incidents.sign:{assignment.pk}", done_at=None).only("due_at").first()
    return timer.due_at if timer is not None else None
