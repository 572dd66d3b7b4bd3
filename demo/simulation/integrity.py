"""What was acknowledged and heard outside, compared with what the database holds: nothing lost, nothing doubled.

Cases that were taken over from before the run (`TAKEN_OVER`) are nobody's loss: they were never reported to it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from django.db.models import Count, Q

from core import clock
from core.models import Event, OutboxTask
from demo.simulation.tally import Tally
from incidents.models import Assignment, AssignmentStep, Incident
from incidents.states import STANDING, AssignmentState
from incidents.types import TAKEN_OVER

RELEASED = frozenset({"cleared", "declined", "expired", "recalled"})
OFFERED = "incidents.assignment_offered"
# What happens after the last look of a run is still on its way; older than that, it is lost.
UNDERWAY = timedelta(seconds=15)


@dataclass(slots=True)
class Integrity:
    """Every way in which something may be lost or doubled, by name; all empty when the house is sound."""

    lost: dict[str, list[str]] = field(default_factory=dict)
    duplicated: dict[str, list[str]] = field(default_factory=dict)

    @property
    def lost_count(self) -> int:
        """How many."""
        return sum(len(rows) for rows in self.lost.values())

    @property
    def duplicated_count(self) -> int:
        """How many."""
        return sum(len(rows) for rows in self.duplicated.values())

    def named(self) -> dict[str, list[str]]:
        """What was found, without what was not."""
        return {name: rows for name, rows in (self.lost | self.duplicated).items() if rows}


def integrity(tally: Tally, upto_seq: int) -> Integrity:
    """Compare what was acknowledged and heard with what the database holds.

    `upto_seq`: the feed number up to which the stream was read; offers made after it (crews are silent then, so offers
    expire and go to the next unit) are nobody's loss.
    """
    offers = _offers()
    return Integrity(
        lost=_lost_incidents(tally, offers) | _lost_offers(tally, offers, upto_seq),
        duplicated=_doubled(tally, offers),
    )


def _offers() -> Counter[str]:
    """How often each assignment was offered, by history."""
    steps = AssignmentStep.objects.filter(to_state=AssignmentState.OFFERED.value, stale_fence=False)
    steps = steps.exclude(assignment__incident__client_scope=TAKEN_OVER)
    return Counter(str(uid) for uid in steps.values_list("assignment__uid", flat=True))


def _lost_incidents(tally: Tally, offers: Counter[str]) -> dict[str, list[str]]:
    keys = {str(uid): key for uid, key in Incident.objects.values_list("uid", "client_key")}
    told = [(key, uid) for key, uids in tally.acknowledged.items() for uid in uids]
    offered = Assignment.objects.filter(uid__in=list(offers)).values("incident_id")
    waiting = Q(state__in=["received", "graded", "pending"])
    proposed = Q(assignments__state=AssignmentState.PROPOSED.value)
    own = Incident.objects.exclude(client_scope=TAKEN_OVER)
    silent = own.filter(waiting, assigned_at=None, shortfall="").exclude(proposed)
    unsent = own.filter(Q(assigned_at__isnull=False) | Q(state="active")).exclude(pk__in=offered)
    return {
        "acknowledged and not there": [uid for _key, uid in told if uid not in keys],
        "there under another key": [uid for key, uid in told if uid in keys and keys[uid] != key],
        "neither dispatched nor waiting with a reason": [str(uid) for uid in silent.values_list("uid", flat=True)],
        "assigned and nobody was sent": [str(uid) for uid in unsent.values_list("uid", flat=True).distinct()],
    }


def _lost_offers(tally: Tally, offers: Counter[str], upto_seq: int) -> dict[str, list[str]]:
    before = clock.now() - UNDERWAY
    rows = list(Event.objects.filter(topic=OFFERED).values_list("subject__assignment", "feed_seq", "at"))
    announced = {str(uid) for uid, _seq, _at in rows}
    undone = OutboxTask.objects.filter(done_at=None, event__at__lt=before)
    return {
        "offer without an event": sorted(set(offers) - announced),
        "offer announced and not there": sorted((announced | set(tally.offered)) - set(offers)),
        "offer never numbered": sorted(str(uid) for uid, seq, at in rows if seq is None and at < before),
        "offer not on the stream": sorted(
            str(uid) for uid, seq, _at in rows if seq is not None and seq <= upto_seq and str(uid) not in tally.offered
        ),
        "work left undone": [f"{handler} #{event}" for handler, event in undone.values_list("handler", "event_id")],
    }


def _doubled(tally: Tally, offers: Counter[str]) -> dict[str, list[str]]:
    keys = Counter(Incident.objects.values_list("client_scope", "client_key"))
    leads = (
        Assignment.objects.filter(is_lead=True, state__in=sorted(STANDING))
        .values("incident_id")
        .annotate(leads=Count("id"))
        .filter(leads__gt=1)
    )
    return {
        "offer twice in history": [uid for uid, times in offers.items() if times > 1],
        "offer twice on the stream": [uid for uid, times in tally.offered.items() if times > 1],
        "event twice on the stream": [str(seq) for seq, times in tally.sequences.items() if times > 1],
        "several incidents for one key": [key for (_scope, key), times in keys.items() if times > 1],
        "several answers for one key": [key for key, uids in tally.acknowledged.items() if len(uids) > 1],
        "several leads": [str(row["incident_id"]) for row in leads],
        "tour held twice at once": _held_twice(),
    }


def _held_twice() -> list[str]:
    """From history: assignments that held a tour while another one held it (from the offer to clearing or end).

    By the numbers of the history's rows: a claim that waited for the other's release wrote its row after it. Stamps
    would not do: processes follow a change of the clock's rate within a second, which is many seconds of house time.
    """
    begun: dict[int, int] = {}
    ended: dict[int, int] = {}
    tours: dict[int, list[int]] = {}
    steps = AssignmentStep.objects.filter(stale_fence=False).exclude(assignment__incident__client_scope=TAKEN_OVER)
    steps = steps.order_by("id")
    for number, assignment, tour, to_state in steps.values_list(
        "id", "assignment_id", "assignment__tour_id", "to_state"
    ):
        if to_state == AssignmentState.OFFERED.value and assignment not in begun:
            begun[assignment] = number
            tours.setdefault(tour, []).append(assignment)
        elif to_state in RELEASED and assignment not in ended:
            ended[assignment] = number
    twice = []
    for held in tours.values():
        for before, after in pairwise(held):
            if before not in ended or begun[after] < ended[before]:
                twice.append(str(after))
    return twice
