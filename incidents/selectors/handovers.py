"""Hand-over sheets that an actor may see."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet

from core.messages import spoken
from incidents.models import HandoverSheet
from incidents.states import HandoverState
from stations.selectors import path_filter
from stations.types import Actor, DataClass, Verb


def handovers_visible_to(actor: Actor) -> QuerySet[HandoverSheet]:
    """Sheets of the actor's scope."""
    return HandoverSheet.objects.filter(path_filter(actor, Verb.VIEW, DataClass.HANDOVER)).select_related(
        "organisation"
    )


def handover_summary(sheet: HandoverSheet) -> dict[str, Any]:
    """One line of the list of sheets."""
    return {
        "uid": str(sheet.uid),
        "organisation": sheet.organisation.name,
        "state": sheet.state,
        "state_name": spoken(HandoverState(sheet.state).label),
        "digest": sheet.digest,
        "made_at": sheet.made_at,
        "made_by": sheet.made_by_name,
        "signed_at": sheet.signed_at,
        "signed_by": sheet.signed_by_name,
        "accepted_at": sheet.accepted_at,
        "accepted_by": sheet.accepted_by_name,
        "remark": sheet.remark,
        "cancelled_at": sheet.cancelled_at,
        "cancel_reason": sheet.cancel_reason,
    }


def handover_detail(sheet: HandoverSheet) -> dict[str, Any]:
    """The sheet with what it froze."""
    return {**handover_summary(sheet), "notes": sheet.notes, "content": json.loads(sheet.content)}
