"""What was before the demonstration began: rounds of the last weeks, cases of two years, the last week's with their
histories, a leave that is planned.

All of it is generated from the plan's seed and marked so; it goes through the services that take over another system's
log and figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle

import numpy as np

from core import clock
from demo.county.plan_types import OrganisationPlan, SegmentRow
from demo.loading.week import week_first, week_write
from demo.loading.writing import Progress, Written, actor
from incidents import services as incidents
from roads import services as roads
from roads.network.source import RoadClass

ORIGIN = "示例数据"
# Days between two rounds of a level, and how many back are told.
ROUNDS = {2: (30, 2), 3: (7, 4), 4: (1, 8)}
# Of the chief who signs in: in time, due today, three days late …
OWN_BEHIND = (1, 0, 4, 0, 1, 0)
FOUND = (("hazard", "路肩塌陷 0.5 米，已放锥桶（示例）"), ("facility", "警示牌被遮挡（示例）"))
FOUND_SHARE = 0.05
# Cases a day and segment by class of road, and of what kinds they are.
RATES = ((RoadClass.TRUNK, 0.06), (RoadClass.PRIMARY, 0.045), (RoadClass.SECONDARY, 0.03), (RoadClass.TERTIARY, 0.015))
RATE_ELSEWHERE = 0.008
KINDS = (("crash", 0.5), ("hazard", 0.15), ("congestion", 0.12), ("breakdown", 0.1), ("illegal_parking", 0.08),
         ("obstacle", 0.05))  # fmt: skip
THIS_YEAR, SPREAD = 0.88, 0.14


def story_write(plan: OrganisationPlan, written: Written, seed: int, progress: Progress) -> None:
    """See the module."""
    rng = np.random.default_rng([seed, 21])
    now = clock.now()
    rounds = roads.inspections_put(actor=actor(), rows=_rounds(plan, written, rng, now), origin=ORIGIN, generated=True)
    past = incidents.past_incidents_put(
        actor=actor(), rows=_cases(plan, written, rng, now), origin=ORIGIN, generated=True
    )
    week_write(plan, written, [_rate(row) for row in plan.segments], seed, progress)
    chief = written.people["account:chief"]
    start = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=6)
    roads.leave_set(
        actor=actor(), person=chief, starts_at=start, ends_at=start + timedelta(days=3), reason="外出培训（示例）"
    )
    progress(f"{rounds} rounds, {past} days of earlier cases")


def _rounds(
    plan: OrganisationPlan, written: Written, rng: np.random.Generator, now: datetime
) -> Iterator[roads.PastInspection]:
    """Most chiefs are in time, some are a day or a few behind."""
    own = cycle(OWN_BEHIND)
    for row in plan.chiefs:
        if row.rank not in ROUNDS:
            continue
        every, count = ROUNDS[row.rank]
        assignment = written.chiefs[row.segment, row.rank]
        behind = rng.choice([0, 1, 1, 1, 2, 4]) if every == 1 else int(rng.integers(0, every + every // 4))
        if assignment.person_id == written.people["account:chief"].pk:
            behind = next(own)
        for back in range(count):
            days = int(behind) + back * every
            at = now - timedelta(days=days, minutes=int(rng.integers(20, 240)))
            finding, text = FOUND[int(rng.integers(len(FOUND)))] if rng.random() < FOUND_SHARE else ("clear", "")
            yield roads.PastInspection(
                segment=written.segments[row.segment],
                person_id=assignment.person_id,
                levels=(row.rank,),
                inspected_at=at,
                finding=finding,
                text=text,
            )


def _cases(
    plan: OrganisationPlan, written: Written, rng: np.random.Generator, now: datetime
) -> Iterator[incidents.PastDay]:
    """From the first day of last year until the week that is told case by case; this year a little less, in some
    districts more."""
    end = week_first(now, written.organisations[plan.organisations[0].key].time_zone)
    today = now.date()
    first = today.replace(year=today.year - 1, month=1, day=1)
    days = [first + timedelta(days=back) for back in range((end - first).days)]
    names, shares = zip(*KINDS, strict=True)
    this_year = np.array([day.year == today.year for day in days])
    districts = sorted({row.organisation for row in plan.segments})
    change = {name: THIS_YEAR + float(rng.uniform(-SPREAD, SPREAD)) for name in districts}
    for row in plan.segments:
        rate = _rate(row)
        counts = rng.poisson(np.where(this_year, rate * change[row.organisation], rate))
        for index in np.flatnonzero(counts).tolist():
            kinds = rng.choice(names, size=int(counts[index]), p=shares)
            for kind, count in zip(*np.unique(kinds, return_counts=True), strict=True):
                yield incidents.PastDay(written.segments[row.key].pk, days[index], str(kind), int(count))


def _rate(row: SegmentRow) -> float:
    """Cases a day of a segment."""
    return next((value for limit, value in RATES if row.road_class <= limit), RATE_ELSEWHERE)
