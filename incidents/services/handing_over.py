"""交接班: make the sheet, sign it when leaving, sign it when taking over, or cancel it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.errors import Conflict, InvalidInput, NotFound
from core.jsontext import dumps
from incidents.models import HandoverSheet
from incidents.selectors.desk_sheet import desk_sheet
from incidents.states import HANDOVER_LIFECYCLE, HandoverState
from stations.selectors import organisation_root, organisations_visible_to
from stations.services import require
from stations.types import Actor, DataClass, Verb

NOTES_CHARACTERS = 2000
REMARK_CHARACTERS = 300


def handover_make(*, actor: Actor, notes: str = "") -> HandoverSheet:
    """A sheet of what is true now at the actor's desk, frozen. Raises Conflict while another one is unfinished."""
    words = _within(notes, "notes", NOTES_CHARACTERS)
    organisation = _desk_of(actor)
    path = organisation.path or ""
    require(actor, Verb.CREATE, DataClass.HANDOVER, path)
    now = clock.now()
    content = dumps(desk_sheet(actor, at=now), canonical=True)
    try:
        with transaction.atomic():
            sheet = HandoverSheet.objects.create(
                organisation=organisation,
                organisation_path=path,
                content=content,
                notes=words,
                digest=sheet_digest(content, words),
                made_at=now,
                made_by_id=actor.user_id,
                made_by_name=actor.name[:60],
            )
            _after(sheet, actor, "make")
    except IntegrityError as error:
        if "handover_one_open" not in str(error):
            raise
        raise Conflict(
            _("还有一张没有交接完的交接班单"),
            code="handover_open",
            field="organisation",
            value=organisation.name,
            cure=_("先完成签字，或作废后重新生成"),
        ) from error
    return sheet


def handover_sign(*, actor: Actor, sheet_uid: str) -> HandoverSheet:
    """Who leaves signs what the sheet says."""
    with transaction.atomic():
        sheet = _locked(actor, sheet_uid, HandoverState.SIGNED)
        sheet.signed_at, sheet.signed_by_id, sheet.signed_by_name = clock.now(), actor.user_id, actor.name[:60]
        _save(sheet, HandoverState.SIGNED, "signed_at", "signed_by_id", "signed_by_name")
        _after(sheet, actor, "sign")
    return sheet


def handover_accept(*, actor: Actor, sheet_uid: str, remark: str = "") -> HandoverSheet:
    """Who takes over signs, with a remark if there is one. Raises Conflict when it is the same person."""
    words = _within(remark, "remark", REMARK_CHARACTERS)
    with transaction.atomic():
        sheet = _locked(actor, sheet_uid, HandoverState.ACCEPTED)
        if sheet.signed_by_id == actor.user_id:
            raise Conflict(
                _("交班人和接班人不能是同一个人"),
                code="same_person",
                field="accepted_by",
                value=actor.name,
                cure=_("请接班人用自己的账号登录后签字"),
            )
        sheet.accepted_at, sheet.accepted_by_id, sheet.accepted_by_name = clock.now(), actor.user_id, actor.name[:60]
        sheet.remark = words
        _save(sheet, HandoverState.ACCEPTED, "accepted_at", "accepted_by_id", "accepted_by_name", "remark")
        _after(sheet, actor, "accept", reason=words)
    return sheet


def handover_cancel(*, actor: Actor, sheet_uid: str, reason: str) -> HandoverSheet:
    """An unfinished sheet is dropped, with a reason; it stays on the list."""
    words = _within(reason, "reason", REMARK_CHARACTERS)
    if not words:
        raise InvalidInput(_("请说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
    with transaction.atomic():
        sheet = _locked(actor, sheet_uid, HandoverState.CANCELLED)
        sheet.cancelled_at, sheet.cancelled_by_id, sheet.cancel_reason = clock.now(), actor.user_id, words
        _save(sheet, HandoverState.CANCELLED, "cancelled_at", "cancelled_by_id", "cancel_reason")
        _after(sheet, actor, "cancel", reason=words)
    return sheet


def sheet_digest(content: str, notes: str) -> str:
    """What both sign: SHA-256 over content and notes."""
    return hashlib.sha256(json.dumps([content, notes], ensure_ascii=False).encode()).hexdigest()


def _within(text: str, field: str, most: int) -> str:
    words = text.strip()
    if len(words) > most:
        raise InvalidInput(_("文字过长"), field=field, value=len(words), cure=_("不超过 %(most)s 字") % {"most": most})
    return words


def _desk_of(actor: Actor) -> Any:
    """The organisation whose desk the actor sits at: the highest over which it may make a sheet."""
    paths = actor.scope_paths(Verb.CREATE, DataClass.HANDOVER)
    if paths and paths[0]:
        found = organisations_visible_to(actor).filter(path=paths[0]).first()
        if found is not None:
            return found
    return organisation_root()


def _locked(actor: Actor, uid: str, to_state: HandoverState) -> HandoverSheet:
    """The sheet, locked, if the actor may sign and the table allows the step."""
    sheet = HandoverSheet.objects.select_for_update(of=("self",)).filter(uid=uid).first()
    if sheet is None or not actor.may(Verb.VIEW, DataClass.HANDOVER, sheet.organisation_path):
        raise NotFound(_("没有这张交接班单"), field="handover", value=uid)
    require(actor, Verb.CHANGE, DataClass.HANDOVER, sheet.organisation_path)
    HANDOVER_LIFECYCLE.check(sheet.state, to_state)
    if to_state is not HandoverState.CANCELLED and sheet_digest(sheet.content, sheet.notes) != sheet.digest:
        raise Conflict(
            _("交接班单内容与生成时不一致"),
            code="sheet_altered",
            field="digest",
            value=sheet.digest[:12],
            cure=_("请作废后重新生成，并报告管理员"),
        )
    return sheet


def _save(sheet: HandoverSheet, state: HandoverState, *fields: str) -> None:
    sheet.state = state.value
    sheet.save(update_fields=["state", *fields])


def _after(sheet: HandoverSheet, actor: Actor, action: str, *, reason: str = "") -> None:
    audit.record(
        actor_id=actor.user_id,
        action=f"incidents.handover_{action}",
        object_type="handover",
        object_id=str(sheet.uid),
        organisation_path=sheet.organisation_path,
        reason=reason,
        details={"digest": sheet.digest},
    )
    events.publish(
        "incidents.handover_changed",
        organisation_path=sheet.organisation_path,
        audience=DataClass.HANDOVER.value,
        subject={"handover_id": sheet.pk, "handover": str(sheet.uid)},
        payload={"state": sheet.state},
    )
