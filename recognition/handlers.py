"""What the recognition room does by itself, and when something happened elsewhere. Run by `run_urgent`."""

from __future__ import annotations

from core import clock
from core.events import EventData, handles
from core.retention import RetentionClass
from core.retention import register as retain
from core.timers import TimerData, handles_timer
from core.urgent import register
from recognition.services.checking import passages_check
from recognition.services.climbing import KIND, alarm_climb
from recognition.services.following import organisation_paths_follow
from recognition.services.partitions import passage_partitions_make, passages_past_term
from recognition.services.senders import senders_quiet
from recognition.services.watching import watch_expire_due


@handles("stations.organisation_moved")
def follow_organisation(event: EventData) -> None:
    """Entries, alarms and sightings copied the path of their organisation."""
    organisation_paths_follow(str(event.payload["new_path"]))


@handles_timer(KIND)
def alarm_unanswered(timer: TimerData) -> None:
    """Nobody has confirmed, held or refused an alarm in its time."""
    alarm_climb(int(timer.subject["alarm_id"]))


def _partitions() -> None:
    passage_partitions_make(clock.now().date())


retain(RetentionClass("passages", 180, 7, passages_past_term))
register("recognition.partitions", 3600.0, _partitions, exclusive=True)
register("recognition.senders", 10.0, senders_quiet, exclusive=True)
register("recognition.watch_expiry", 30.0, watch_expire_due, exclusive=True)
# A lane of its own: it may be busy for a while after a storm of passages.
register("recognition.checks", 1.0, passages_check, exclusive=True, lane="checks")
