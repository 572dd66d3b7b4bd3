"""What the patrols room does by itself, and when something happened elsewhere. Run by `run_urgent`."""

from __future__ import annotations

from datetime import timedelta

from core import clock
from core.events import EventData, handles
from core.retention import RetentionClass
from core.retention import register as retain
from core.urgent import register
from patrols.services.following import organisation_paths_follow
from patrols.services.partitions import fix_partitions_make, fixes_past_term

PARTITIONS_AHEAD = timedelta(days=3)


@handles("stations.organisation_moved")
def follow_organisation(event: EventData) -> None:
    """Tours copied the path of their organisation."""
    organisation_paths_follow(str(event.payload["new_path"]))


def _partitions() -> None:
    fix_partitions_make(clock.now().date(), PARTITIONS_AHEAD.days)


retain(RetentionClass("fixes", 180, 1, fixes_past_term))
register("patrols.partitions", 3600.0, _partitions, exclusive=True)
