"""Counting by a real worker killed in the middle: what was counted stays whole, the next run counts the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from incidents import tasks
from incidents.models import CountedDay, IncidentDay
from tests.factories.figures import past_incident
from tests.factories.stations import an_organisation
from tests.factories.workers import Workers, until, workers

__all__ = ["workers"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_killed_count_leaves_whole_days_and_the_next_one_does_the_rest(workers: Workers) -> None:
    city = an_organisation("示例市", kind="city")
    districts = [an_organisation(f"第{number}区", parent=city) for number in (1, 2, 3)]
    for organisation in (city, *districts):
        past_incident(organisation, clock.now() - timedelta(milliseconds=1))
    workers.start("tests.integration.incidents.held_statistics")
    tasks.statistics_today.delay()
    until(workers.held.exists, "the worker at work")
    workers.kill()
    counted = set(CountedDay.objects.values_list("organisation_id", flat=True))
    assert counted == {city.pk} == set(IncidentDay.objects.values_list("organisation_id", flat=True))

    workers.start()
    tasks.statistics_today.delay()
    until(lambda: CountedDay.objects.count() == 4, "the next count")
    assert IncidentDay.objects.count() == 4
