"""One more call about what is known already, and the recordings of calls, which stay where they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Conflict, InvalidInput, NotFound
from incidents.models import AddedReport, CallRecording, Incident, IncidentStep
from incidents.selectors.callers import CallerCase, cases_of_caller, plain_phone
from incidents.selectors.visible import incidents_visible_to
from incidents.services.history import StepContext, incident_lock, incident_note, incident_publish
from incidents.states import SETTLED, IncidentState
from stations.services import require
from stations.types import Actor, DataClass, Verb

FEWEST_DIGITS = 7
MAX_TEXT = 2000
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class RecordingReference:
    """Where a recording lies, for who may ask."""

    system: str
    reference: str
    sha256: str


def incident_report_add(
    *, actor: Actor, incident_uid: str, source: str, text: str = "", reporter_name: str = "", reporter_phone: str = ""
) -> AddedReport:
    """The same thing was reported again: kept beside the case instead of as a second one.

    Raises NotFound for a case that the actor doesn't see, Conflict when it is settled (then it is a new one).
    """
    if source not in Incident.Source.values:
        raise InvalidInput(_("未知的来源"), field="source", value=source, cure="、".join(Incident.Source.values))
    if len(text) > MAX_TEXT:
        raise InvalidInput(_("内容过长"), field="text", cure=_("不超过 2000 字"))
    with transaction.atomic():
        incident = _seen(actor, incident_uid)
        require(actor, Verb.CREATE, DataClass.INCIDENT, incident.organisation_path)
        if IncidentState(incident.state) in SETTLED:
            raise Conflict(
                _("警情已结束，不能补充报警"),
                code="settled",
                field="incident",
                value=incident.number,
                cure=_("请作为新警情接警"),
            )
        report = AddedReport.objects.create(
            incident=incident,
            source=source,
            text=text.strip(),
            reporter_name=reporter_name.strip(),
            reporter_phone=plain_phone(reporter_phone),
            created_by_id=actor.user_id,
        )
        incident_note(
            incident,
            kind=IncidentStep.Kind.CALL,
            context=StepContext(actor_id=actor.user_id, text=text.strip()),
            details={"report": str(report.uid), "source": source, "reports": incident.added_reports.count() + 1},
        )
        incident_publish(incident, "incidents.incident_changed")
        _audited(actor, incident, "incidents.report_add")
    return report


def caller_cases(*, actor: Actor, phone: str) -> list[CallerCase]:
    """Open cases of a number, found by its blind index; [] before the number is long enough to be one.

    It is a look-up of a person: only for who may look reporters up, and written down with what was found.
    """
    if len(re.sub(r"\D", "", phone)) < FEWEST_DIGITS:
        return []
    require(actor, Verb.LOOKUP, DataClass.REPORTER)
    with transaction.atomic():
        found = cases_of_caller(actor=actor, phone=phone)
        audit.record(
            actor_id=actor.user_id,
            action="incidents.caller_match",
            object_type="reporter",
            object_id=",".join(case.number for case in found)[:60] or "-",
            organisation_path=actor.scope_paths(Verb.LOOKUP, DataClass.REPORTER)[0],
            reason="接警查重",
            details={"found": [case.number for case in found]},
        )
    return found


def recording_add(
    *,
    actor: Actor,
    incident_uid: str,
    system: str,
    reference: str,
    sha256: str,
    begun_at: datetime | None = None,
    duration_s: int | None = None,
) -> CallRecording:
    """Tie a recording to a case by its reference and the SHA-256 of its bytes; the same once.

    Raises InvalidInput for what is no reference or no hash, Conflict when the same reference came with another hash.
    """
    digest = sha256.strip().lower()
    if not system.strip():
        raise InvalidInput(_("请填写录音系统"), field="system", cure=_("如 110、交换机名称"))
    if not reference.strip():
        raise InvalidInput(_("请填写录音编号"), field="reference", cure=_("录音系统中的编号"))
    if not _SHA256.fullmatch(digest):
        raise InvalidInput(_("应为 SHA-256 摘要"), field="sha256", value=sha256[:80], cure=_("64 位十六进制"))
    with transaction.atomic():
        incident = incident_lock(incident_uid)
        require(actor, Verb.CREATE, DataClass.RECORDING, incident.organisation_path)
        key = {"incident": incident, "system": system.strip(), "reference": reference.strip()}
        known = CallRecording.objects.filter(**key).first()
        if known is not None and known.sha256 == digest:
            return known
        if known is not None:
            raise Conflict(
                _("同一录音已登记，摘要不同"),
                code="recording_differs",
                field="sha256",
                value=known.sha256,
                cure=_("请核对录音是否被改动"),
            )
        try:
            with transaction.atomic():
                row = CallRecording.objects.create(
                    **key, sha256=digest, begun_at=begun_at, duration_s=duration_s, created_by_id=actor.user_id
                )
        except IntegrityError:
            return CallRecording.objects.get(**key)
        incident_note(
            incident,
            kind=IncidentStep.Kind.CALL,
            context=StepContext(actor_id=actor.user_id),
            details={"recording": str(row.uid), "system": row.system, "sha256": digest},
        )
        incident_publish(incident, "incidents.incident_changed")
        _audited(actor, incident, "incidents.recording_add")
    return row


def recording_lookup(*, actor: Actor, incident_uid: str, recording_uid: str, reason: str) -> RecordingReference:
    """Where a recording lies, with a reason; the look-up is on the record before anything is shown."""
    if not reason.strip():
        raise InvalidInput(_("查询须说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
    with transaction.atomic():
        incident = _seen(actor, incident_uid)
        require(actor, Verb.LOOKUP, DataClass.RECORDING, incident.organisation_path)
        row = incident.recordings.filter(uid=recording_uid).first()
        if row is None:
            raise NotFound(_("没有这段录音"), field="recording", value=str(recording_uid))
        _audited(actor, incident, "incidents.recording_lookup", reason, {"recording": str(row.uid)})
    return RecordingReference(row.system, row.reference, row.sha256)


def _seen(actor: Actor, uid: str) -> Incident:
    incident = incident_lock(uid)
    if not incidents_visible_to(actor).filter(pk=incident.pk).exists():
        raise NotFound(_("没有这条警情"), field="incident", value=str(uid))
    return incident


def _audited(
    actor: Actor, incident: Incident, action: str, reason: str = "", details: dict[str, str] | None = None
) -> None:
    audit.record(
        actor_id=actor.user_id,
        action=action,
        object_type="incident",
        object_id=str(incident.uid),
        organisation_path=incident.organisation_path,
        reason=reason,
        details={"number": incident.number, **(details or {})},
    )
