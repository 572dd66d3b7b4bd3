"""The levels of the scheme that hold for an organisation."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.errors import InvalidInput
from roads.models import ChiefLevel


def levels_for(organisation: Any) -> list[ChiefLevel]:
    """Levels by rank: for each rank that of the organisation or of the nearest above it."""
    path = organisation.path or ""
    nearest: dict[int, ChiefLevel] = {}
    for level in ChiefLevel.objects.select_related("organisation"):
        owner = level.organisation.path or "?"
        known = nearest.get(level.rank)
        if path.startswith(owner) and (known is None or len(owner) > len(known.organisation.path or "")):
            nearest[level.rank] = level
    return [nearest[rank] for rank in sorted(nearest)]


def level_for(organisation: Any, wanted: int | str) -> ChiefLevel:
    """A level by rank (`3`) or name (`二级路长`, also without 路长). Raises InvalidInput naming those there are."""
    levels = levels_for(organisation)
    text = str(wanted).strip()
    for level in levels:
        if text in (str(level.rank), level.name, level.name.removesuffix("路长")):
            return level
    known = "、".join(f"{level.rank} {level.name}" for level in levels)
    raise InvalidInput(_("没有这个级别"), field="level", value=wanted, cure=known or _("先建立路长级别"))
