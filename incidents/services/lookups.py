"""Look-ups of people: each is written down with who, whom, why and under which case (invariant 6)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import InvalidInput
from incidents.services.history import incident_lock
from stations.services import require
from stations.types import Actor, DataClass, Verb


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reported an incident, in clear."""

    name: str
    phone: str


def incident_reporter_lookup(*, actor: Actor, incident_uid: str, reason: str) -> Reporter:
    """The reporter of an incident, for who may look reporters up, with a reason. The look-up is on the record before
    anything is shown.
    """
    if not reason.strip():
        raise InvalidInput(_("查询须说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
    with transaction.atomic():
        incident = incident_lock(incident_uid)
        require(actor, Verb.LOOKUP, DataClass.REPORTER, incident.organisation_path)
        audit.record(
            actor_id=actor.user_id,
            action="incidents.reporter_lookup",
            object_type="incident",
            object_id=str(incident.uid),
            organisation_path=incident.organisation_path,
            reason=reason,
            details={"number": incident.number},
        )
    return Reporter(incident.reporter_name, incident.reporter_phone)
