"""The watch-list 布控: apply, check, approve, change, withdraw, expire. Each step by who may, never by one alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import MultiPolygon
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import approvals, audit, clock
from core.errors import Conflict, InvalidInput
from recognition.models import WatchCategory, WatchEntry
from recognition.plates.codes import KIND_CODES
from recognition.plates.plate import Plate, parse, suggestions
from recognition.services.history import number_of, watch_begin, watch_lock, watch_move
from recognition.states import BEFORE_APPROVAL, IN_FORCE, WatchState
from stations.services import require, require_visible
from stations.types import Actor, DataClass, Verb

APPLY, CHANGE, WITHDRAW = "recognition.watch_apply", "recognition.watch_change", "recognition.watch_withdraw"
# An urgent entry counts before anybody has approved it, but not for longer.
URGENT_FOR = timedelta(hours=2)
MAX_REASON, MAX_CASE, MAX_VEHICLE = 300, 60, 200
EXPIRED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class WatchOrder:
    """What somebody wants watched. Times aware; `kind_code` "" where nobody knows it; no limits: everywhere."""

    plate: str
    category: str
    reason: str
    case_number: str
    valid_from: datetime
    valid_until: datetime
    kind_code: str = ""
    vehicle: str = ""
    area: MultiPolygon | None = None
    rings: Sequence[int] = ()
    checkpoints: Sequence[str] = ()
    urgent: bool = False
    external_id: str = ""
    generated: bool = False


def watch_apply(*, actor: Actor, organisation: Any, order: WatchOrder) -> WatchEntry:
    """Ask for a vehicle to be watched (10). It is not, until another person has checked and approved it; an urgent one
    for two hours before that. Raises InvalidInput naming the field.
    """
    path = organisation.path or ""
    require(actor, Verb.CREATE, DataClass.WATCHLIST, path)
    category, plate = _category(order.category), plate_of(order.plate, order.kind_code)
    _span(order, category)
    now = clock.now()
    try:
        with transaction.atomic():
            entry = WatchEntry.objects.create(
                number=number_of("BK", "recognition_watch_number_seq"),
                organisation=organisation,
                organisation_path=path,
                category=category,
                plate=plate,
                kind_code=order.kind_code,
                vehicle=_said(order.vehicle, "vehicle", MAX_VEHICLE, needed=False),
                reason=_said(order.reason, "reason", MAX_REASON),
                case_number=_said(order.case_number, "case_number", MAX_CASE),
                area=order.area,
                rings=list(order.rings),
                checkpoints=list(order.checkpoints),
                valid_from=order.valid_from,
                valid_until=order.valid_until,
                urgent_until=now + URGENT_FOR if order.urgent else None,
                applied_by_id=actor.user_id,
                applied_at=now,
                external_id=order.external_id,
                generated=order.generated,
            )
            approvals.approval_ask(
                kind=APPLY, object_id=entry.uid, organisation_path=path, asked_by_id=actor.user_id,
                reason=entry.reason, due_at=entry.urgent_until,
            )  # fmt: skip
            watch_begin(entry, actor_id=actor.user_id, text=entry.reason)
            _record(actor, entry, "apply", entry.reason)
    except IntegrityError as error:
        if "watch_external_once" not in str(error):
            raise
        raise Conflict(
            _("该外部编号已布控"),
            field="external_id",
            value=order.external_id,
            cure=_("请查看原有的布控，不必重复提交"),
        ) from error
    return entry


def watch_check(*, actor: Actor, uid: object, words: str = "") -> WatchEntry:
    """Another person has looked at an application (11), or at a wish to withdraw (21)."""
    with transaction.atomic():
        entry = _locked(actor, Verb.CREATE, uid)
        leaving = entry.state == WatchState.WITHDRAWAL_APPLIED.value
        approvals.approval_check(
            kind=WITHDRAW if leaving else APPLY, object_id=entry.uid, actor_id=actor.user_id, words=words
        )
        to = WatchState.WITHDRAWAL_CHECKED if leaving else WatchState.CHECKED
        watch_move(entry, to, actor_id=actor.user_id, text=words)
        _record(actor, entry, "check", words)
    return entry


def watch_decide(*, actor: Actor, uid: object, approve: bool, words: str = "") -> WatchEntry:
    """Approve or refuse what is asked for: the entry (12), its change, its withdrawal (22). Refused, an entry ends, and
    a change or withdrawal leaves the old terms in force. Raises Conflict `same_person` for whoever asked.
    """
    with transaction.atomic():
        entry = _locked(actor, Verb.APPROVE, uid)
        kind, to, fields = _decision(actor, entry, approve)
        asked = approvals.approval_decide(
            kind=kind, object_id=entry.uid, actor_id=actor.user_id, approve=approve, words=words
        )
        if kind == CHANGE and approve:
            fields |= _terms(asked.terms)
        watch_move(entry, to, actor_id=actor.user_id, text=words, **fields)
        _record(actor, entry, "approve" if approve else "refuse", words)
    return entry


def watch_change(
    *,
    actor: Actor,
    uid: object,
    reason: str,
    valid_until: datetime | None = None,
    rings: Sequence[int] | None = None,
    checkpoints: Sequence[str] | None = None,
) -> WatchEntry:
    """Ask for other terms (13). The old ones hold until another person approves. Plate and category never change: that
    is another entry.
    """
    with transaction.atomic():
        entry = _locked(actor, Verb.CREATE, uid)
        terms: dict[str, Any] = {}
        if valid_until is not None:
            _until(entry.valid_from, valid_until, entry.category)
            terms["valid_until"] = valid_until.isoformat()
        if rings is not None:
            terms["rings"] = list(rings)
        if checkpoints is not None:
            terms["checkpoints"] = list(checkpoints)
        if not terms:
            raise InvalidInput(_("没有要变更的内容"), field="valid_until", cure=_("请填写新的期限或范围"))
        approvals.approval_ask(
            kind=CHANGE, object_id=entry.uid, organisation_path=entry.organisation_path, asked_by_id=actor.user_id,
            reason=reason, terms=terms,
        )  # fmt: skip
        watch_move(entry, WatchState.MODIFYING, actor_id=actor.user_id, text=reason)
        _record(actor, entry, "change", reason)
    return entry


def watch_withdraw(*, actor: Actor, uid: object, reason: str) -> WatchEntry:
    """Ask for an entry to be withdrawn (20); before its approval it ends at once (22). In force until approved."""
    with transaction.atomic():
        entry = _locked(actor, Verb.CREATE, uid)
        if WatchState(entry.state) in BEFORE_APPROVAL:
            words = _said(reason, "reason", MAX_REASON)
            approvals.approval_drop(kind=APPLY, object_id=entry.uid, actor_id=actor.user_id, words=words)
            watch_move(entry, WatchState.WITHDRAWN, actor_id=actor.user_id, text=words, ended_at=clock.now())
        else:
            approvals.approval_ask(
                kind=WITHDRAW, object_id=entry.uid, organisation_path=entry.organisation_path,
                asked_by_id=actor.user_id, reason=reason,
            )  # fmt: skip
            watch_move(entry, WatchState.WITHDRAWAL_APPLIED, actor_id=actor.user_id, text=reason)
        _record(actor, entry, "withdraw", reason)
    return entry


def watch_expire_due() -> int:
    """End what is past its time (23). Comparison looks at the times itself: nothing fires between the two."""
    ended = 0
    due = WatchEntry.objects.filter(ended_at=None, valid_until__lte=clock.now()).order_by("valid_until")
    for uid in list(due.values_list("uid", flat=True)[:EXPIRED_AT_ONCE]):
        with transaction.atomic():
            entry = watch_lock(uid)
            now = clock.now()
            if entry.ended_at is not None or entry.valid_until > now:
                continue
            for kind in (APPLY, CHANGE, WITHDRAW):
                approvals.approval_drop(kind=kind, object_id=entry.uid, actor_id=None)
            if WatchState(entry.state) in (*IN_FORCE, *BEFORE_APPROVAL):
                watch_move(entry, WatchState.EXPIRED, actor_id=None, ended_at=now)
                ended += 1
            else:
                WatchEntry.objects.filter(pk=entry.pk).update(ended_at=now)
    return ended


def watch_look(*, actor: Actor, uid: object, reason: str) -> WatchEntry:
    """An entry with its plate in clear, for who may see the list. The look is on the record first."""
    words = _said(reason, "reason", MAX_REASON)
    with transaction.atomic():
        entry = _locked(actor, Verb.VIEW, uid)
        _record(actor, entry, "look", words)
    return entry


def plate_of(text: str, kind_code: str) -> str:
    """The canonical plate. Raises InvalidInput with what may have been meant; nothing is repaired silently."""
    if kind_code and kind_code not in KIND_CODES:
        raise InvalidInput(_("未知的号牌种类"), field="kind_code", value=kind_code, cure=_("两位号牌种类代码，例如 02"))
    found = parse(text)
    if not isinstance(found, Plate):
        meant = "、".join(one.text for one in suggestions(text))
        raise InvalidInput(_("不是有效的号牌"), field="plate", value=text[:20], cure=meant or _("例如 琼C54321"))
    wanted = KIND_CODES[kind_code].kind if kind_code else None
    if wanted is not None and wanted is not found.kind:
        raise InvalidInput(_("号牌与种类不符"), field="kind_code", value=kind_code, cure="、".join(found.kind_codes))
    return found.text


def _decision(actor: Actor, entry: WatchEntry, approve: bool) -> tuple[str, WatchState, dict[str, Any]]:
    """Which request is decided, whereto it leads, and what changes with it."""
    state, now = WatchState(entry.state), clock.now()
    if state is WatchState.MODIFYING:
        return CHANGE, WatchState.APPROVED, {}
    if state in (WatchState.WITHDRAWAL_APPLIED, WatchState.WITHDRAWAL_CHECKED):
        if approve:
            return WITHDRAW, WatchState.WITHDRAWN, {"ended_at": now}
        return WITHDRAW, WatchState.APPROVED, {}
    if approve:
        return APPLY, WatchState.APPROVED, {"approved_by_id": actor.user_id, "approved_at": now, "urgent_until": None}
    return APPLY, WatchState.REFUSED, {"ended_at": now, "urgent_until": None}


def _terms(terms: dict[str, Any]) -> dict[str, Any]:
    found = dict(terms)
    if "valid_until" in found:
        found["valid_until"] = datetime.fromisoformat(found["valid_until"])
    return found


def _locked(actor: Actor, verb: Verb, uid: object) -> WatchEntry:
    entry = watch_lock(uid)
    require_visible(actor, DataClass.WATCHLIST, entry.organisation_path)
    require(actor, verb, DataClass.WATCHLIST, entry.organisation_path)
    return entry


def _category(code: str) -> WatchCategory:
    found = WatchCategory.objects.filter(code=code, is_active=True).first()
    if found is None:
        known = WatchCategory.objects.filter(is_active=True).order_by("code").values_list("code", flat=True)
        raise InvalidInput(_("未知的布控类别"), field="category", value=code[:40], cure="、".join(known) or "-")
    return found


def _span(order: WatchOrder, category: WatchCategory) -> None:
    if order.valid_from.tzinfo is None or order.valid_until.tzinfo is None:
        raise InvalidInput(_("时间缺少时区"), field="valid_until", cure=_("例如 2026-11-21T08:00:00+08:00"))
    if order.valid_until <= clock.now():
        raise InvalidInput(
            _("布控期限已过"), field="valid_until", value=order.valid_until.isoformat(), cure=_("填写将来的时间")
        )
    _until(order.valid_from, order.valid_until, category)


def _until(valid_from: datetime, valid_until: datetime, category: WatchCategory) -> None:
    days = category.longest_days
    if not valid_from < valid_until <= valid_from + timedelta(days=days):
        raise InvalidInput(
            _("布控期限无效"),
            field="valid_until",
            value=valid_until.isoformat(),
            cure=_("晚于开始时间，且不超过 %(days)s 天") % {"days": days},
        )


def _said(text: str, field: str, most: int, *, needed: bool = True) -> str:
    words = text.strip()
    if needed and not words:
        raise InvalidInput(_("此项不能为空"), field=field, cure=_("补全后再提交"))
    if len(words) > most:
        raise InvalidInput(_("文字过长"), field=field, value=len(words), cure=_("不超过 %(most)s 字") % {"most": most})
    return words


def _record(actor: Actor, entry: WatchEntry, step: str, reason: str) -> None:
    audit.record(
        actor_id=actor.user_id,
        action=f"recognition.watch_{step}",
        object_type="watch_entry",
        object_id=entry.uid,
        organisation_path=entry.organisation_path,
        reason=reason,
        details={"number": entry.number, "state": entry.state, "case": entry.case_number},
    )
