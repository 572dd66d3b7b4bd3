"""What a chief found becomes an incident; own figures beside last year's; districts and the signature of a month."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from PIL import Image

from core import clock
from core.errors import Conflict, Forbidden, InvalidInput
from incidents import services
from incidents.models import Incident, MonthSignOff
from incidents.selectors import (
    district_overview,
    incidents_of_inspections,
    incidents_visible_to,
    pictures_visible_to,
    segment_trend,
    worst_segments,
)
from incidents.services.inspected import incident_of_inspection
from roads.selectors import local_date
from roads.services import InspectionEntry, chief_assign, chief_level_create, inspection_log
from stations.selectors import actor_for_user
from stations.types import Role
from tests.factories.incidents import World, later, refresh, urgent
from tests.factories.roads import LONG_AGO, lonlat
from tests.factories.stations import SYSTEM, a_person

ZONE = "Asia/Shanghai"
TODAY = date(2026, 11, 21)


def _chief(world: World, rank: int = 4) -> Any:
    return actor_for_user(world.roads.chiefs[world.roads.second.pk, rank].user)


def _found(world: World, finding: str, **fields: Any) -> Any:
    lon, lat = lonlat(2000.0, 1000.0)
    entry = InspectionEntry(
        segment_uid=str(world.roads.second.uid), finding=finding, lon=lon, lat=lat, datum="wgs84",
        place_source="gps", **{"text": "护栏缺失 3 米", **fields},
    )  # fmt: skip
    row, _is_new = inspection_log(actor=_chief(world), entry=entry, client_key=f"key-{finding}")
    urgent()
    return row


@pytest.fixture
def general(world: World) -> Any:
    """The head of the whole scheme, who sees districts."""
    level = chief_level_create(actor=SYSTEM, organisation=world.city, rank=1, name="总路长")
    person = a_person(world.city, Role.CHIEF, kind="leader", name="总")
    for segment in (world.roads.first, world.roads.second):
        chief_assign(actor=SYSTEM, segment=segment, level=level, person=person, starts_at=LONG_AGO)
    return actor_for_user(person.user)


@pytest.mark.parametrize(("finding", "kind"), [("hazard", "hazard"), ("facility", "broken_facility")])
def test_what_was_found_becomes_one_incident(world: World, finding: str, kind: str) -> None:
    row = _found(world, finding)
    incident = Incident.objects.get()
    assert (incident.kind, incident.source, incident.segment_id) == (kind, "self_found", world.roads.second.pk)
    assert "护栏缺失" in incident.title and incident.happened_at == row.inspected_at
    incident_of_inspection(row.pk)
    assert Incident.objects.count() == 1
    assert incidents_of_inspections(_chief(world), [str(row.uid)]) == {str(row.uid): incident}
    assert incidents_visible_to(_chief(world)).filter(pk=incident.pk).exists()


def test_nothing_found_is_no_incident(world: World) -> None:
    _found(world, "clear", text="")
    assert not Incident.objects.exists()


def test_pictures_go_with_it(world: World, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 30)).save(out, "JPEG")
    row = _found(world, "hazard", pictures=(out.getvalue(),))
    (picture,) = pictures_visible_to(_chief(world), Incident.objects.get())
    assert picture.attachment_id != row.pictures.get().attachment_id, "each has its own term of retention"


def _past(world: World, day: date, received: int, segment: Any = None, kind: str = "crash") -> None:
    row = services.PastDay((segment or world.roads.second).pk, day, kind, received)
    services.past_incidents_put(actor=SYSTEM, rows=[row], origin="旧系统")


def test_own_cases_beside_the_same_days_of_last_year(world: World) -> None:
    today = local_date(clock.now(), ZONE)
    last_year = today.replace(year=today.year - 1, day=min(today.day, 28))
    _past(world, date(last_year.year, 1, 1), 20)
    _past(world, date(last_year.year, 12, 31), 7)
    _past(world, last_year, 5, kind="hazard")
    _past(world, last_year, 99, segment=world.roads.first)
    world.report()
    world.report(exercise=True)
    world.report(north_m=-1000.0)
    chief = _chief(world)
    ids = [world.roads.second.pk, world.roads.first.pk]
    trend = segment_trend(actor=chief, segment_ids=ids, today=today, zone=ZONE)
    assert (trend.total.this, trend.total.last) == (1, 25), "own segments only, no exercise, the same days only"
    assert trend.total.change_percent == -96.0
    assert dict(trend.kinds)["道路隐患"].last == 5
    months = dict(trend.months)
    assert months[1].last == 20 and months[12].last >= 7
    whole = segment_trend(actor=world.commander, segment_ids=ids, today=today, zone=ZONE)
    assert (whole.total.this, whole.total.last) == (2, 124), "who views the statistics of the city sees both"
    assert segment_trend(actor=world.desk, segment_ids=[], today=today, zone=ZONE).total.this == 0


def test_no_data_is_not_nought(world: World) -> None:
    today = local_date(clock.now(), ZONE)
    trend = segment_trend(actor=_chief(world), segment_ids=[world.roads.second.pk], today=today, zone=ZONE)
    assert trend.since is None and trend.total.last is None and all(pair.last is None for _m, pair in trend.months)
    world.report()
    trend = segment_trend(actor=_chief(world), segment_ids=[world.roads.second.pk], today=today, zone=ZONE)
    assert (trend.total.this, trend.total.last, trend.total.change_percent) == (1, None, None)


def test_figures_that_begin_within_last_year_are_compared_from_there(world: World) -> None:
    _past(world, date(2025, 3, 10), 30)
    _past(world, date(2026, 1, 5), 50)
    _past(world, date(2026, 3, 11), 12)
    trend = segment_trend(actor=_chief(world), segment_ids=[world.roads.second.pk], today=TODAY, zone=ZONE)
    assert trend.first == date(2026, 3, 10) and (trend.total.this, trend.total.last) == (12, 30)
    months = dict(trend.months)
    assert months[1].last is None and months[1].this == 50
    assert months[3].last is None, "March was counted in part only"
    assert months[4].last == 0


def test_small_counts_have_no_percentage(world: World) -> None:
    _past(world, date(2025, 1, 1), 9)
    trend = segment_trend(actor=_chief(world), segment_ids=[world.roads.second.pk], today=TODAY, zone=ZONE)
    assert trend.total.last == 9 and trend.total.change_percent is None


@pytest.mark.parametrize(("days", "received", "field"), [(0, 1, "day"), (400, -1, "received")])
def test_bad_figures_of_the_past_are_refused(world: World, days: int, received: int, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        _past(world, local_date(clock.now(), ZONE) - timedelta(days=days - 1 if days == 0 else days), received)
    assert caught.value.field == field and caught.value.cure


def test_districts_are_ranked_by_what_is_late(world: World, general: Any) -> None:
    incident = world.report(automatic=False)
    later((refresh(incident).arrive_by - clock.now()).total_seconds() + 1)
    ids = [world.roads.first.pk, world.roads.second.pk]
    overview = district_overview(actor=general, segment_ids=ids, until=local_date(clock.now(), ZONE), zone=ZONE)
    assert [(each.name, each.place, each.figures.late) for each in overview.districts] == [
        ("城北区", 1, 1) if world.roads.second.organisation_id == world.north.pk else ("城南区", 1, 1),
        ("城南区", 2, 0) if world.roads.second.organisation_id == world.north.pk else ("城北区", 2, 0),
    ]
    total = overview.total
    assert (total.segments, total.open, total.late, total.month.this) == (2, 1, 1, 1)
    assert total.asked and total.inspected_percent is not None
    assert worst_segments(overview, ids, 1) == [world.roads.second.pk]
    low = district_overview(actor=_chief(world), segment_ids=ids, until=local_date(clock.now(), ZONE), zone=ZONE)
    assert [each.segment_ids for each in low.districts] == [(world.roads.second.pk,)], "own segments only"


def test_a_month_is_signed_with_its_figures(world: World, general: Any) -> None:
    world.report()
    today = local_date(clock.now(), ZONE)
    row = services.month_sign(actor=general, month=today, note=" 抓紧巡查 ")
    assert (row.month, row.signed_on, row.note, row.level_name) == (today.replace(day=1), today, "抓紧巡查", "总路长")
    assert row.figures["received"] == 1 and row.figures["until"] == today.isoformat()
    with pytest.raises(Conflict) as caught:
        services.month_sign(actor=general, month=today)
    assert caught.value.field == "month" and caught.value.cure
    before = today.replace(day=1) - timedelta(days=1)
    assert services.month_sign(actor=general, month=before).figures["until"] == before.isoformat()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE incidents_monthsignoff SET note = 'x'")
    assert MonthSignOff.objects.count() == 2


def test_only_a_level_that_sees_districts_signs(world: World, general: Any) -> None:
    today = local_date(clock.now(), ZONE)
    for actor in (_chief(world, 4), _chief(world, 3), world.commander):
        with pytest.raises(Forbidden):
            services.month_sign(actor=actor, month=today)
    services.month_sign(actor=_chief(world, 2), month=today)
    ahead = (today.replace(day=28) + timedelta(days=10)).replace(day=1)
    for fields, field in (({"month": ahead}, "month"), ({"month": today, "note": "长" * 501}, "note")):
        with pytest.raises(InvalidInput) as caught:
            services.month_sign(actor=general, **fields)
        assert caught.value.field == field and caught.value.cure
