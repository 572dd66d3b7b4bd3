"""On a border of two segments both chains are told, and the first chief to sign owns the case (design §5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import Conflict, Forbidden
from incidents.models import Incident, IncidentStep
from incidents.services.history import StepContext, incident_lock, incident_note, incident_touch
from incidents.services.supervising import presses_move
from incidents.states import SETTLED, IncidentState
from roads.selectors import segment_ids_of_chief, segments_visible_to
from stations.services import require
from stations.types import Actor, DataClass, Verb


def incident_own(*, actor: Actor, incident_uid: str) -> Incident:
    """A chief of either segment takes the case on. Signed from across the border, segment and chain change places, and
    what is pressed upon the former chain goes to the new one; the organisation that dispatches stays. A second
    signature of the same side changes nothing.

    Raises Forbidden for who answers for neither segment, Conflict when the case is settled, lies on no border, or was
    signed for by the other side (naming who and when).
    """
    require(actor, Verb.VIEW_OWN, DataClass.INCIDENT)
    with transaction.atomic():
        incident = incident_lock(incident_uid)
        mine, across = _side_of(actor, incident)
        _refuse_unless_open_border(incident)
        if incident.owner_signed_at is not None:
            if mine:
                return incident
            raise _signed_already(incident, incident.owner_signed_at)
        context = StepContext(actor_id=actor.user_id, text=actor.name)
        changes: dict[str, Any] = {"owner_signed_at": clock.now(), "owner_name": actor.name}
        if across is not None:
            segment, entry = across
            changes |= {"segment_id": segment.pk, "chain": _turned(incident, entry)}
        incident_touch(incident, **changes)
        incident_note(
            incident,
            kind=IncidentStep.Kind.NOTE,
            context=context,
            details={"owner": actor.name, "segment": incident.segment.code if incident.segment else ""},
        )
        if across is not None:
            presses_move(incident, context=context)
        audit.record(
            actor_id=actor.user_id,
            action="incidents.incident_own",
            object_type="incident",
            object_id=str(incident.uid),
            organisation_path=incident.organisation_path,
        )
    return incident


def _side_of(actor: Actor, incident: Incident) -> tuple[bool, tuple[Any, dict[str, Any]] | None]:
    """Whether the actor answers for the segment of the case, else the segment across and its entry in the chain."""
    now = clock.now()
    ids = segment_ids_of_chief(actor.person_id, now) if actor.person_id is not None else []
    if incident.segment_id in ids:
        return True, None
    entries = {entry["segment"]: entry for entry in incident.chain if "border" in entry}
    across = segments_visible_to(actor, now).filter(pk__in=ids, code__in=list(entries), axis_id=incident.axis_id)
    segment = across.order_by("code").first()
    if segment is None:
        raise Forbidden(
            _("只有交界两侧的路长可以签认"), field="incident", value=incident.number, cure=_("请交由本路段路长签认")
        )
    return False, (segment, entries[segment.code])


def _refuse_unless_open_border(incident: Incident) -> None:
    if IncidentState(incident.state) in SETTLED:
        raise Conflict(_("警情已结束，不能签认"), field="incident", value=incident.number, cure=_("请先重新打开警情"))
    if not any("border" in entry for entry in incident.chain):
        raise Conflict(
            _("该警情不在路段交界处，无需签认"),
            field="incident",
            value=incident.number,
            cure=_("由所在路段的路长负责"),
        )


def _signed_already(incident: Incident, at: datetime) -> Conflict:
    return Conflict(
        _("已由 %(name)s 于 %(at)s 签认") % {"name": incident.owner_name, "at": f"{localtime(at):%m-%d %H:%M}"},
        code="owned_already",
        field="incident",
        value=incident.number,
        cure=_("如有异议请联系指挥中心"),
    )


def _turned(incident: Incident, entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The chain with the neighbour's people as its own, and its former own as the neighbour's."""
    former = [chief for chief in incident.chain if "border" not in chief]
    others = [each for each in incident.chain if "border" in each and each is not entry]
    segment = incident.segment
    back = [{"segment": segment.code, "name": segment.name, "border": True, "chain": former}] if segment else []
    return [*entry["chain"], *back, *others]
