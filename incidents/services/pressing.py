"""What a pressed chief may do besides answering: ask once for more time, or hand it down to the next lower chief.

Neither lets lateness lie: asked-for time ends, and a press that was handed down climbs again from where it lies now.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.errors import Conflict, InvalidInput, NotFound
from incidents.models import IncidentStep, Supervision
from incidents.selectors.pressed import chain_of, lower_chief_of
from incidents.services import timing
from incidents.services.history import StepContext, incident_note
from incidents.services.supervising import DEFAULT_ESCALATION_S, supervision_publish
from stations.services import require
from stations.types import Actor, DataClass, Verb

MOST_TIME = timedelta(hours=24)
MAX_TEXT = 300


def supervision_defer(*, actor: Actor, supervision_id: int, until: datetime, text: str) -> Supervision:
    """More time until a moment, at most a day, once for each press; the next higher level hears of it only then.

    Raises InvalidInput without a reason or for another moment, Conflict for a press that is answered or had its time.
    """
    _words_check(text)
    with transaction.atomic():
        supervision = _open(actor, supervision_id)
        now = clock.now()
        if not now < until <= now + MOST_TIME:
            raise InvalidInput(
                _("延期时间应在现在之后、24 小时之内"),
                field="until",
                value=until.isoformat(),
                cure=_("选 24 小时以内的时间；需要更久请先答复当前进展"),
            )
        if supervision.deferred_until is not None:
            raise Conflict(
                _("这条督办已经延期过一次"),
                code="deferred_already",
                field="supervision",
                value=supervision_id,
                cure=_("请答复处理情况，或转交下一级路长"),
            )
        supervision.deferred_until = until
        supervision.save(update_fields=["deferred_until"])
        _note(supervision, actor, text, {"deferred_until": until.isoformat()})
        if not _pressed_above(supervision) and supervision.level_rank is not None and _has_higher(supervision):
            timing.climb_timer_set(
                supervision.incident,
                stage=supervision.stage,
                level_rank=supervision.level_rank,
                after_s=(until - now).total_seconds(),
            )
        supervision_publish(supervision)
    return supervision


def supervision_hand_down(*, actor: Actor, supervision_id: int, text: str) -> Supervision:
    """The next lower chief of the chain answers for it now; returns the press upon that one.

    Raises Conflict where there is no lower level. A lower chief who still has the same press keeps it; silence makes it
    climb again after that level's own time.
    """
    _words_check(text)
    with transaction.atomic():
        supervision = _open(actor, supervision_id)
        chief = lower_chief_of(supervision)
        if chief is None:
            raise Conflict(
                _("没有更低一级的路长可以转交"),
                code="no_lower_chief",
                field="supervision",
                value=supervision_id,
                cure=_("请直接答复，或申请延期"),
            )
        name = chief.get("acting_name") or chief["name"]
        supervision.settled_at, supervision.settled_by_id = clock.now(), actor.user_id
        supervision.save(update_fields=["settled_at", "settled_by_id"])
        _note(supervision, actor, text, {"settled": True, "handed_to": name, "level": int(chief["level"])})
        lower, is_new = Supervision.objects.get_or_create(
            incident=supervision.incident,
            kind=supervision.kind,
            stage=supervision.stage,
            level_rank=int(chief["level"]),
            settled_at=None,
            defaults={
                "organisation_path": supervision.organisation_path,
                "person_id": chief.get("acting_person_id") or chief["person_id"],
                "person_name": name,
                "raised_by_id": actor.user_id,
                "reason": text[:MAX_TEXT],
                "handed_from": supervision,
            },
        )
        if not _pressed_above(lower):
            timing.climb_timer_set(
                supervision.incident,
                stage=supervision.stage,
                level_rank=int(chief["level"]),
                after_s=float(chief.get("escalation_s") or DEFAULT_ESCALATION_S),
            )
        supervision_publish(supervision)
        if is_new:
            supervision_publish(lower)
    return lower


def _words_check(text: str) -> None:
    if not text.strip():
        raise InvalidInput(_("请说明原因"), field="text", cure=_("填写一句话原因后再提交"))


def _open(actor: Actor, supervision_id: int) -> Supervision:
    """The press, locked. The chief upon whom it lies may; so may who reviews incidents."""
    supervision = (
        Supervision.objects.select_for_update(of=("self",)).select_related("incident").filter(pk=supervision_id).first()
    )
    if supervision is None:
        raise NotFound(_("没有这条督办"), field="supervision", value=supervision_id)
    if actor.person_id is None or actor.person_id != supervision.person_id:
        require(actor, Verb.REVIEW, DataClass.INCIDENT, supervision.organisation_path)
    if supervision.settled_at is not None:
        raise Conflict(_("这条督办已经答复"), field="supervision", value=supervision_id, cure=_("请刷新页面查看结果"))
    return supervision


def _pressed_above(supervision: Supervision) -> bool:
    rows = supervision.incident.supervisions.filter(stage=supervision.stage, settled_at=None)
    return supervision.level_rank is not None and rows.filter(level_rank__lt=supervision.level_rank).exists()


def _has_higher(supervision: Supervision) -> bool:
    rank = supervision.level_rank or 0
    return any(int(each["level"]) < rank for each in chain_of(supervision.incident))


def _note(supervision: Supervision, actor: Actor, text: str, details: dict[str, Any]) -> None:
    incident_note(
        supervision.incident,
        kind=IncidentStep.Kind.SUPERVISION,
        context=StepContext(actor_id=actor.user_id, text=text[:MAX_TEXT]),
        details={"stage": supervision.stage, **details},
    )
