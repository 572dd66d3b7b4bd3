"""Which chiefs are on leave, and who stands in for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from roads.models import ChiefAssignment, ChiefLeave
from roads.selectors.segments import assignments_visible_to
from stations.types import Actor


@dataclass(frozen=True, slots=True)
class ChiefOnLeave:
    """One chief who is away. `segments` are codes of what it answers for; `deputy` is empty where nobody stands in."""

    name: str
    level: str
    segments: tuple[str, ...]
    until: datetime
    deputy: str
    deputy_phone: str


def chiefs_on_leave(actor: Actor, at: datetime) -> list[ChiefOnLeave]:
    """Chiefs of the actor's scope who are on leave at an instant, higher levels first. Three or four statements."""
    rows = ChiefLeave.objects.filter(valid__contains=at).select_related("person", "deputy")
    leaves: dict[int, Any] = {row.person_id: row for row in rows}
    if not leaves:
        return []
    held = assignments_visible_to(actor).filter(person_id__in=leaves, valid__contains=at)
    posts: dict[tuple[int, int], list[ChiefAssignment]] = {}
    for post in held.prefetch_related("deputies__person"):
        posts.setdefault((post.level.rank, post.person_id), []).append(post)
    found = []
    for (_rank, person_id), own in sorted(posts.items()):
        leave = leaves[person_id]
        deputy, phone = _stand_in(leave, own, at)
        segments = tuple(post.segment.code for post in own)
        found.append(ChiefOnLeave(leave.person.name, own[0].level.name, segments, leave.valid.upper, deputy, phone))
    return found


def _stand_in(leave: Any, posts: list[ChiefAssignment], at: datetime) -> tuple[str, str]:
    """(name, duty phone): the deputy whom the leave names, else the first of one of the posts whose term covers it."""
    if leave.deputy is not None:
        return leave.deputy.name, leave.deputy.duty_phone
    deputies: list[Any] = [row for post in posts for row in post.deputies.all() if at in row.valid]
    if not deputies:
        return "", ""
    first = min(deputies, key=lambda row: (row.order, row.pk))
    return first.person.name, first.duty_phone or first.person.duty_phone
