"""How imported segments, chiefs and kilometre posts are taken back."""

from __future__ import annotations

from typing import Any

from core.imports.journal import Values
from core.imports.undo import Kept
from roads.models import ChiefAssignment, ChiefDeputy, ReviewItem, RoadAxis, Segment
from roads.services import chief_duty_change, posts_replace
from roads.services.removing import chief_remove, deputy_remove, review_remove, review_restore, segment_remove
from stations.services import person_change
from stations.services.removing import person_remove
from stations.types import Actor


def posts_read(axis: RoadAxis) -> Values:
    """The posts of an axis as (metre, painted chainage)."""
    return {"posts": [list(pair) for pair in axis.posts.order_by("order").values_list("distance_m", "chainage_m")]}


def _posts(actor: Actor, axis: Any, values: Values) -> object:
    rows = [(float(metre), float(chainage)) for metre, chainage in values["posts"]]
    return posts_replace(actor=actor, axis_id=axis.pk, rows=rows, source="undo")


def _duty(actor: Actor, row: Any, values: Values) -> object:
    return chief_duty_change(actor=actor, assignment_uid=str(row.uid), **values)


def _person(actor: Actor, row: Any, values: Values) -> object:
    return person_change(actor=actor, person_id=row.pk, **values)


def _never(actor: Actor, row: Any, values: Values) -> object:
    raise TypeError(f"imports never change {row._meta.label}")


CHIEFS = (Kept(ChiefAssignment, _duty, chief_remove), Kept(ChiefDeputy, _never, deputy_remove))
SEGMENTS = (
    *CHIEFS,
    Kept(Segment, _never, segment_remove),
    Kept(ReviewItem, review_restore, review_remove),
    # A chief whom nobody knew is entered with the segment; the model belongs to a lower room.
    Kept(ChiefAssignment._meta.get_field("person").related_model, _person, person_remove),  # type: ignore[arg-type]
)
POSTS = (Kept(RoadAxis, _posts, read=posts_read, plain=True),)
