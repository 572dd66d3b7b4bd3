"""The watch-list desk: entries with names and with what this person may do next; counts; one entry after a look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from core.models import Approval
from core.models.approval import OPEN as OPEN_APPROVALS
from recognition.models import Alarm, WatchCategory, WatchEntry
from recognition.plates.codes import KIND_CODES
from recognition.selectors.lists import watch_summary, watch_visible_to
from recognition.states import WatchState
from stations.selectors import names_of_users
from stations.types import Actor, DataClass, Verb

_W = WatchState
# From which states a step is open at all; whether to this person follows from rights and from who asked.
CHECKABLE = frozenset({_W.APPLIED, _W.WITHDRAWAL_APPLIED})
APPROVABLE = frozenset({_W.CHECKED, _W.MODIFYING, _W.WITHDRAWAL_CHECKED})
REFUSABLE = APPROVABLE | CHECKABLE
WITHDRAWABLE = frozenset({_W.APPLIED, _W.CHECKED, _W.APPROVED})


def watch_found(
    actor: Actor, *, states: Sequence[str] = (), category: str = "", text: str = "", mine: bool = False
) -> QuerySet[WatchEntry]:
    """Entries of the actor's list, newest first. `text`: beginning of a number, or part of a case number; never of a
    plate, whose look-up asks for a reason. `mine`: those that wait for a word of this person.
    """
    rows = watch_visible_to(actor).select_related("category", "organisation").order_by("-applied_at", "-id")
    if states:
        rows = rows.filter(state__in=states)
    if category:
        rows = rows.filter(category__code=category)
    if text:
        rows = rows.filter(Q(number__istartswith=text) | Q(case_number__icontains=text))
    if mine:
        others = Approval.objects.filter(state__in=OPEN_APPROVALS, kind__startswith="recognition.watch")
        asked = list(others.exclude(asked_by_id=actor.user_id or 0).values_list("object_id", flat=True))
        rows = rows.filter(uid__in=asked)
    return rows


def watch_counts(actor: Actor) -> dict[str, int]:
    """How many entries of the actor's list are in which state."""
    return dict(watch_visible_to(actor).order_by().values_list("state").annotate(Count("id")))


def watch_rows(actor: Actor, entries: Sequence[WatchEntry]) -> list[dict[str, Any]]:
    """Entries as the desk lists them, plates masked, each with what this person may do next (`may`)."""
    asked = {
        row.object_id: row
        for row in Approval.objects.filter(object_id__in=[str(one.uid) for one in entries], state__in=OPEN_APPROVALS)
    }
    people = {one.applied_by_id for one in entries} | {row.asked_by_id for row in asked.values()}
    names = names_of_users([one for one in people if one is not None])
    return [_row(actor, one, asked.get(str(one.uid)), names) for one in entries]


def watch_sheet(actor: Actor, entry: WatchEntry) -> dict[str, Any]:
    """One entry with its plate in clear and its history. For who has just looked with a reason (`watch_look`)."""
    steps = list(entry.steps.order_by("id"))
    decided = [entry.approved_by_id, *(step.actor_id for step in steps)]
    names = names_of_users([one for one in decided if one is not None])
    kind = KIND_CODES.get(entry.kind_code)
    open_one = Approval.objects.filter(object_id=str(entry.uid), state__in=OPEN_APPROVALS).first()
    return {
        **watch_rows(actor, [entry])[0],
        "plate": str(entry.plate),
        "vehicle": entry.vehicle,
        "reason": entry.reason,
        "kind_name": kind.name_zh if kind is not None else "",
        "rings": entry.rings,
        "checkpoints": entry.checkpoints,
        "has_area": entry.area is not None,
        "approved_by": names.get(entry.approved_by_id or 0, ""),
        "asked_terms": open_one.terms if open_one is not None else {},
        "asked_reason": open_one.reason if open_one is not None else "",
        "alarms": Alarm.objects.filter(entry=entry).count(),
        "steps": [
            {
                "at": step.at, "from_state": step.from_state, "to_state": step.to_state, "code": step.code,
                "text": step.text, "by": names.get(step.actor_id or 0, ""),
            }
            for step in steps
        ],
    }  # fmt: skip


def watch_categories() -> list[dict[str, Any]]:
    """Why vehicles may be watched, the gravest first."""
    rows = WatchCategory.objects.filter(is_active=True).order_by("grade", "code")
    return [
        {"code": row.code, "name": row.name, "grade": row.grade, "longest_days": row.longest_days, "auto": row.auto}
        for row in rows
    ]


def plate_kinds() -> list[dict[str, str]]:
    """Kinds of plates by their codes, those that the grammar knows."""
    return [{"code": one.code, "name": one.name_zh} for one in KIND_CODES.values() if one.kind is not None]


def _row(actor: Actor, entry: WatchEntry, asked: Approval | None, names: dict[int, str]) -> dict[str, Any]:
    return {
        **watch_summary(entry),
        "category_name": entry.category.name,
        "organisation": entry.organisation.name,
        "applied_by": names.get(entry.applied_by_id or 0, ""),
        "asked_by": names.get(asked.asked_by_id, "") if asked is not None else "",
        "due_at": asked.due_at if asked is not None else None,
        "in_force": entry.in_force,
        "may": _may(actor, entry, asked),
    }


def _may(actor: Actor, entry: WatchEntry, asked: Approval | None) -> list[str]:
    """Names of the steps open to this person: a courtesy of the page, the services decide."""
    state, path = WatchState(entry.state), entry.organisation_path
    writes = actor.may(Verb.CREATE, DataClass.WATCHLIST, path)
    decides = actor.may(Verb.APPROVE, DataClass.WATCHLIST, path)
    another = asked is not None and asked.asked_by_id != actor.user_id
    steps = (
        ("check", writes and another and state in CHECKABLE),
        ("approve", decides and another and state in APPROVABLE),
        ("refuse", decides and another and state in REFUSABLE),
        ("change", writes and state is _W.APPROVED),
        ("withdraw", writes and state in WITHDRAWABLE),
    )
    return [name for name, whether in steps if whether]
