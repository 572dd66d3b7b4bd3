"""Two persons for one decision: one asks, another (after a check, where a room wants one) decides.

The kernel keeps who, when and what, and refuses that anybody decides on what they asked for themselves; whether the
second person may decide at all is for the room that asks, and so is what follows. Rooms call these in their own
transaction, with their own state change beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import Conflict, InvalidInput, NotFound
from core.models import Approval
from core.states import APPROVAL_LIFECYCLE, ApprovalState

MAX_WORDS = 300


def approval_ask(
    *,
    kind: str,
    object_id: object,
    organisation_path: str,
    asked_by_id: int | None,
    reason: str,
    terms: Mapping[str, Any] | None = None,
    due_at: dt.datetime | None = None,
) -> Approval:
    """Ask for a decision. Raises InvalidInput without a person or a reason, Conflict while one of this kind is open."""
    if asked_by_id is None:
        raise InvalidInput(_("申请须由人提出"), field="asked_by", cure=_("请用个人账号登录后提交"))
    try:
        with transaction.atomic():
            asked = Approval.objects.create(
                kind=kind,
                object_id=str(object_id),
                organisation_path=organisation_path,
                terms=dict(terms or {}),
                reason=_said(reason, "reason", needed=True),
                asked_by_id=asked_by_id,
                asked_at=clock.now(),
                due_at=due_at,
            )
    except IntegrityError as error:
        if "approval_one_open" not in str(error):
            raise
        raise Conflict(
            _("已有一项审批在进行"),
            code="approval_open",
            field="approval",
            value=kind,
            cure=_("先完成或撤回原来的申请"),
        ) from error
    _record(asked, asked_by_id, "ask", asked.reason)
    return asked


def approval_check(*, kind: str, object_id: object, actor_id: int | None, words: str = "") -> Approval:
    """A first look by another person than the one who asked."""
    return _moved(kind, object_id, actor_id, ApprovalState.CHECKED, words)


def approval_decide(*, kind: str, object_id: object, actor_id: int | None, approve: bool, words: str = "") -> Approval:
    """Approve or refuse; a refusal needs words. Raises Conflict `same_person` for whoever asked."""
    state = ApprovalState.APPROVED if approve else ApprovalState.REFUSED
    return _moved(kind, object_id, actor_id, state, _said(words, "words", needed=not approve))


def approval_drop(*, kind: str, object_id: object, actor_id: int | None, words: str = "") -> Approval | None:
    """End an open request without a decision (taken back, or overtaken by events); None where none is open."""
    if not Approval.objects.filter(kind=kind, object_id=str(object_id), state__in=_OPEN).exists():
        return None
    return _moved(kind, object_id, actor_id, ApprovalState.DROPPED, words)


_OPEN = (ApprovalState.ASKED.value, ApprovalState.CHECKED.value)


def _moved(kind: str, object_id: object, actor_id: int | None, state: ApprovalState, words: str) -> Approval:
    """Lock the open request, take one step along the table, keep who took it."""
    said = _said(words, "words")
    with transaction.atomic():
        asked = (
            Approval.objects.select_for_update().filter(kind=kind, object_id=str(object_id), state__in=_OPEN).first()
        )
        if asked is None:
            raise NotFound(_("没有待办的审批"), field="approval", value=kind)
        APPROVAL_LIFECYCLE.check(asked.state, state)
        now = clock.now()
        asked.state = state.value
        if state is ApprovalState.CHECKED:
            _another(asked, actor_id)
            asked.checked_by_id, asked.checked_at = actor_id, now
        elif state is not ApprovalState.DROPPED:
            _another(asked, actor_id)
            asked.decided_by_id, asked.decided_at = actor_id, now
        asked.words = said or asked.words
        asked.save()
        _record(asked, actor_id, state.value, said)
    return asked


def _another(asked: Approval, actor_id: int | None) -> None:
    if actor_id is None or actor_id == asked.asked_by_id:
        raise Conflict(
            _("申请人不能审核或审批自己的申请"),
            code="same_person",
            field="approval",
            value=asked.kind,
            cure=_("请由另一位有权限的人办理"),
        )


def _said(text: str, field: str, *, needed: bool = False) -> str:
    words = text.strip()
    if needed and not words:
        raise InvalidInput(_("请说明理由"), field=field, cure=_("填写一句话理由后再提交"))
    if len(words) > MAX_WORDS:
        raise InvalidInput(
            _("文字过长"), field=field, value=len(words), cure=_("不超过 %(most)s 字") % {"most": MAX_WORDS}
        )
    return words


def _record(asked: Approval, actor_id: int | None, step: str, reason: str) -> None:
    audit.record(
        actor_id=actor_id,
        action=f"core.approval_{step}",
        object_type=asked.kind,
        object_id=asked.object_id,
        organisation_path=asked.organisation_path,
        reason=reason,
        details={"approval": str(asked.uid), "state": asked.state},
    )
