"""Figures of incidents equal a plain recount of the rows, day by local day, however often they are counted."""

from __future__ import annotations

import io
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core import clock
from core.services import clock_set
from incidents import services, tasks
from incidents.models import CountedDay, Incident, IncidentDay
from incidents.statistics.counting import day_bounds, local_day, statistics_build, statistics_day, statistics_recent
from incidents.statistics.figures import By, incident_figures
from stations.types import Role
from tests.factories.figures import moved, past_incident, past_incidents, recount
from tests.factories.incidents import WHOLE_WAY, World, later, urgent
from tests.factories.stations import an_actor, an_organisation

FIRST = date(2026, 3, 2)
DAYS = 4
MIDNIGHT = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)  # of 2 March in China


def _same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    for name, value in expected.items():
        if isinstance(value, dict):
            assert found[name] == pytest.approx(value, abs=2e-3), name
        else:
            assert found[name] == value, name


def _today(world: World) -> date:
    return local_day(clock.now(), world.north.time_zone)


def _figures(world: World, by: By, **fields: Any) -> dict[str, Any]:
    values = {"actor": world.commander, "first": FIRST, "last": FIRST + timedelta(days=DAYS - 1), **fields}
    return incident_figures(by=by, **values)


@pytest.fixture
def past(world: World) -> list[Incident]:
    """Four days of two districts, counted."""
    made = past_incidents([world.north, world.south], world.crew().tour, MIDNIGHT, DAYS, count=160, seed=5)
    rows = list(Incident.objects.filter(pk__in=[row.pk for row in made]).select_related("organisation"))
    counted = list(statistics_build(first=FIRST, last=FIRST + timedelta(days=DAYS - 1)))
    assert [day for day, _rows in counted] == [FIRST + timedelta(days=back) for back in range(DAYS)]
    return rows


@pytest.mark.parametrize("by", list(By))
def test_figures_equal_a_plain_recount(world: World, past: list[Incident], by: By) -> None:
    expected = recount(past, by.value)
    answer = _figures(world, by)
    _same(answer["total"], expected.pop(None))
    found = {
        date.fromisoformat(row["day"]) if by is By.DAY else row[by.value]: row
        for row in answer["rows"]
        if row["received"]
    }
    assert set(found) == set(expected)
    for key, figures in expected.items():
        _same(found[key], figures)
    assert sum(row.exercise for row in past) > 0, "exercises are left out, and there were some"


def test_of_one_organisation_with_all_below_it(world: World, past: list[Incident]) -> None:
    north = [row for row in past if row.organisation_id == world.north.pk]
    _same(_figures(world, By.DAY, organisation=world.north)["total"], recount(north, "day")[None])
    _same(_figures(world, By.DAY, organisation=world.city)["total"], recount(past, "day")[None])
    chief = an_actor(world.south, Role.COMMANDER)
    south = [row for row in past if row.organisation_id == world.south.pk]
    _same(_figures(world, By.GRADE, actor=chief)["total"], recount(south, "grade")[None])
    for role in (Role.OFFICER, Role.CHIEF, Role.AUXILIARY):
        assert _figures(world, By.DAY, actor=an_actor(world.city, role))["total"]["received"] == 0


def test_rows_carry_the_figures_of_their_group(world: World, past: list[Incident]) -> None:
    """A reader of the table alone finds the same: counts, sums, medians."""
    row = IncidentDay.objects.order_by("-closing_count", "id").first()
    assert row is not None and row.closing_count > 1
    same = [
        one for one in past if (one.organisation_id, one.kind, one.grade) == (row.organisation_id, row.kind, row.grade)
    ]
    expected = recount(same, "day")[row.day]
    for name in ("sign", "arrival", "closing"):
        times = expected[name]
        assert getattr(row, f"{name}_count") == times["count"] == len(getattr(row, f"{name}_s"))
        assert getattr(row, f"{name}_sum_s") == pytest.approx(times["sum_s"], abs=1e-3)
        assert getattr(row, f"{name}_p50_s") == pytest.approx(times["p50_s"], abs=1e-3)
        assert getattr(row, f"{name}_p95_s") == pytest.approx(times["p95_s"], abs=1e-3)
        assert getattr(row, f"{name}_s") == sorted(getattr(row, f"{name}_s"))


def _all_rows() -> list[tuple[Any, ...]]:
    fields = [field.name for field in IncidentDay._meta.fields if field.name != "id"]
    return sorted(map(str, IncidentDay.objects.values_list(*fields)))  # type: ignore[arg-type]


def test_counting_again_changes_nothing_and_leaves_nothing_behind(world: World, past: list[Incident]) -> None:
    before = _all_rows()
    statistics_day(organisation=world.north, day=FIRST)
    assert _all_rows() == before
    Incident.objects.filter(organisation=world.north).update(kind="obstacle", grade="red")
    rows = statistics_day(organisation=world.north, day=FIRST)
    kept = IncidentDay.objects.filter(organisation=world.north, day=FIRST)
    assert rows == 1 and [(row.kind, row.grade) for row in kept] == [("obstacle", "red")]
    Incident.objects.filter(organisation=world.north).update(exercise=True)
    assert statistics_day(organisation=world.north, day=FIRST) == 0 and not kept.all().exists()
    assert CountedDay.objects.filter(organisation=world.north, day=FIRST).count() == 1


def test_the_day_is_that_of_the_organisation(world: World) -> None:
    second = timedelta(seconds=1)
    far = an_organisation("远方", parent=world.city, time_zone="Asia/Urumqi")
    for organisation in (world.north, far):
        for at in (MIDNIGHT - second, MIDNIGHT, MIDNIGHT + timedelta(days=1) - second, MIDNIGHT + timedelta(days=1)):
            past_incident(organisation, at)
    list(statistics_build(first=FIRST - timedelta(days=1), last=FIRST + timedelta(days=1)))

    def received(organisation: Any) -> list[int]:
        answer = _figures(
            world, By.DAY, organisation=organisation, first=FIRST - timedelta(days=1), last=FIRST + timedelta(days=1)
        )
        return [row["received"] for row in answer["rows"]]

    assert received(world.north) == [1, 2, 1]
    assert received(far) == [2, 2, 0], "in Urumqi it is two hours earlier"
    assert day_bounds(FIRST, "Asia/Shanghai") == (MIDNIGHT, MIDNIGHT + timedelta(days=1))
    begin, end = day_bounds(date(2026, 3, 29), "Europe/Berlin")
    assert end - begin == timedelta(hours=23), "a day on which clocks change"


def test_what_is_false_and_closed_or_came_back(world: World) -> None:
    at = MIDNIGHT + timedelta(hours=3)
    closed_false = past_incident(world.north, at, state="closed", closed_at=at + timedelta(hours=1))
    moved(closed_false, "graded", "false", "closed")
    came_back = past_incident(world.north, at, state="closed", closed_at=at + timedelta(hours=1))
    moved(came_back, "graded", "transferred", "returned", "pending", "active", "reported", "reviewed", "closed")
    statistics_day(organisation=world.north, day=FIRST)
    total = _figures(world, By.DAY)["total"]
    assert (total["received"], total["closed"], total["false_alarms"], total["handed_over"]) == (2, 2, 1, 0)


def test_how_old_the_figures_are_and_what_is_not_over(world: World) -> None:
    zone_today = _today(world)
    past_incident(world.north, clock.now() - timedelta(seconds=1))
    tasks.statistics_today()
    answer = _figures(world, By.DAY, first=zone_today - timedelta(days=1), last=zone_today)
    yesterday, running = answer["rows"]
    assert running["received"] in {0, 1} and running["finished"] is False and running["computed_at"] is not None
    assert (yesterday["computed_at"], yesterday["age_s"], yesterday["finished"]) == (None, None, False)
    assert answer["days_not_counted"] == [(zone_today - timedelta(days=1)).isoformat()] and not answer["finished"]
    clock_set(actor_id=None, offset=timedelta(days=1))
    stale = _figures(world, By.DAY, first=zone_today, last=zone_today)
    assert stale["rows"][0]["finished"] is False, "it was counted before it was over"
    assert stale["age_s"] == pytest.approx(86_400, abs=60)
    tasks.statistics_late()
    fresh = _figures(world, By.DAY, first=zone_today, last=zone_today)
    assert fresh["rows"][0]["finished"] is True and fresh["finished"] is True and fresh["age_s"] < 60


def test_a_late_closing_changes_its_day(world: World) -> None:
    world.crew()
    incident, assignment = world.sent()
    world.walk(assignment, *WHOLE_WAY[:-1])
    world.step(assignment, "reported", text="处置完毕", outcome="handled")
    day = _today(world)
    statistics_recent()
    row = IncidentDay.objects.get(organisation=incident.organisation_id, day=day)
    assert (row.received, row.closed, row.by_engine, row.sign_count, row.arrival_count) == (1, 0, 1, 1, 1)
    later(2 * 86_400)
    services.incident_review(actor=world.reviewer, incident_uid=str(incident.uid))
    services.incident_close(actor=world.reviewer, incident_uid=str(incident.uid))
    urgent()
    statistics_recent(days=tasks.LATE_DAYS)
    row.refresh_from_db()
    assert (row.received, row.closed, row.closing_count) == (1, 1, 1)
    assert row.closing_p50_s == pytest.approx(2 * 86_400, abs=60)


def test_the_command_counts_a_range(world: World) -> None:
    past_incident(world.north, MIDNIGHT)
    out, progress = io.StringIO(), io.StringIO()
    call_command("build_statistics", "--from", "2026-03-02", "--to", "2026-03-03", stdout=out, stderr=progress)
    assert out.getvalue().strip() == "2 days, 1 rows" and len(progress.getvalue().splitlines()) == 2
    assert IncidentDay.objects.get().day == FIRST
    for first, last in (("2026-03-03", "2026-03-02"), ("1999-01-01", "2026-03-02"), ("x", "2026-03-02")):
        with pytest.raises(CommandError):
            call_command("build_statistics", "--from", first, "--to", last, stdout=out, stderr=progress)


def test_beat_knows_the_counts() -> None:
    from config.celery import app

    assert {entry["task"] for entry in tasks.SCHEDULE.values()} <= set(app.tasks)


@pytest.mark.django_db(transaction=True)
def test_two_counts_at_once_end_in_one() -> None:
    organisation = an_organisation("示例市", kind="city")
    for minute in range(20):
        past_incident(organisation, MIDNIGHT + timedelta(minutes=minute), kind=f"kind-{minute % 5}")
    together = threading.Barrier(4)
    faults: list[BaseException] = []

    def count() -> None:
        try:
            together.wait()
            for _ in range(5):
                statistics_day(organisation=organisation, day=FIRST)
        except BaseException as problem:
            faults.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not faults, faults
    assert sorted(row.received for row in IncidentDay.objects.all()) == [4, 4, 4, 4, 4]
