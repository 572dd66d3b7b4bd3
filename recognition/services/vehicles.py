"""One vehicle with all that is known of it here: passages, alarms, entries. On the record before anything is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import InvalidInput
from recognition.models import Alarm, WatchEntry
from recognition.plates.plate import Plate, parse
from recognition.selectors.lists import alarms_visible_to, watch_visible_to
from recognition.services.searching import MOST, PassageSearch, passages_search
from stations.types import Actor, DataClass, Verb

MOST_ALARMS = 100


@dataclass(frozen=True, slots=True)
class VehicleSeen:
    """What a look at one vehicle found, each part newest first and within what the actor may see. `more`: the passages
    were cut off at the most that a search gives.
    """

    plate: str
    passages: list[dict[str, Any]]
    alarms: list[Alarm]
    entries: list[WatchEntry]
    more: bool


def vehicle_way(*, actor: Actor, plate: str, since: datetime, until: datetime, reason: str, case: str) -> VehicleSeen:
    """Raises what `passages_search` raises, and InvalidInput for what is no whole plate. The search, and how much was
    found of alarms and entries, are two audit rows of one transaction.
    """
    parsed = parse(plate)
    if not isinstance(parsed, Plate):
        raise InvalidInput(
            _("不是有效的号牌"), field="plate", value=plate[:20], cure=_("填写完整号牌；部分号牌请用过车查询")
        )
    wanted = PassageSearch(since=since, until=until, plate=parsed.text, limit=MOST)
    with transaction.atomic():
        passages = passages_search(actor=actor, wanted=wanted, reason=reason, case=case)
        alarms = list(
            alarms_visible_to(actor).filter(plate_index=parsed.text)
            .select_related("camera", "checkpoint").order_by("-raised_at", "-id")[:MOST_ALARMS]
        )  # fmt: skip
        entries = list(
            watch_visible_to(actor).filter(plate_index=parsed.text)
            .select_related("category", "organisation").order_by("-applied_at", "-id")[:MOST_ALARMS]
        )  # fmt: skip
        audit.record(
            actor_id=actor.user_id,
            action="recognition.vehicle_way",
            object_type="vehicle",
            object_id=case.strip()[:60],
            organisation_path=(actor.scope_paths(Verb.LOOKUP, DataClass.PASSAGE) or ("",))[0],
            reason=reason.strip(),
            details={"plate": parsed.text, "case": case.strip(), "alarms": len(alarms), "entries": len(entries)},
        )
    return VehicleSeen(parsed.text, passages, alarms, entries, more=len(passages) >= MOST)
