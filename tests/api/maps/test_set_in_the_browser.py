"""What administrators and chiefs set in the browser: hours, holidays, keys; exercises are marked on maps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.test import Client
from django.urls import reverse

from core import clock
from core.models import AuditRow
from incidents.models import Incident, TransferSystem
from maps.fallback_sheet import fallback_sheets_make
from patrols.models import Tour
from roads.models import ChiefAssignment
from stations.models import CalendarDay
from stations.selectors import actor_for_user
from stations.types import Role
from tests.api.maps.test_tiles import address, decoded
from tests.factories.incidents import World
from tests.factories.stations import an_actor

SignedIn = Callable[[Any], Client]
SECRET = "k" * 40


def test_a_chief_sets_the_hours_of_their_own_phone_and_nobody_elses(world: World, signed_in: SignedIn) -> None:
    own = ChiefAssignment.objects.get(segment=world.roads.second, level__rank=4)
    client = signed_in(actor_for_user(own.person.user))
    page = client.get(f"/chief/segments/{world.roads.second.uid}/").content.decode()
    assert f"chiefs/{own.uid}/duty/" in page and page.count("/duty/") - page.count('href="/duty/') == 1
    where = f"/api/v1/chiefs/{own.uid}/duty/"
    hours = {"duty_hours": "周一至周五 8:00-18:00"}
    answer = client.post(where, hours, content_type="application/json")
    assert (answer.status_code, answer.json()["duty_hours"]) == (200, "周一至周五 8:00-18:00")
    bad = client.post(where, {"duty_hours": "有空就在"}, content_type="application/json")
    assert (bad.status_code, bad.json()["error"]["field"]) == (400, "duty_hours") and bad.json()["error"]["cure"]
    assert client.post(where, {}, content_type="application/json").json()["duty_hours"] == "", "empty: at all hours"
    other = ChiefAssignment.objects.exclude(person=own.person).filter(segment=world.roads.second).first()
    assert other is not None
    theirs = f"/api/v1/chiefs/{other.uid}/duty/"
    assert client.post(theirs, hours, content_type="application/json").status_code == 403
    administrator = signed_in(an_actor(world.city, Role.ADMINISTRATOR))
    assert administrator.post(theirs, hours, content_type="application/json").status_code == 200
    assert AuditRow.objects.filter(action="roads.chief_duty_changed").count() == 3


def test_holidays_are_dated_rows_and_hours_follow_them(world: World, signed_in: SignedIn) -> None:
    administrator = signed_in(an_actor(world.city, Role.ADMINISTRATOR))
    add = reverse("admin:stations_calendarday_add")
    assert signed_in(an_actor(world.north, Role.ADMINISTRATOR)).get(add).status_code in {302, 403}
    given = {"day": "2026-10-01", "name": "国庆节", "counts_as": "6"}
    assert administrator.post(add, given).status_code == 302
    day = CalendarDay.objects.get()
    assert (day.day, day.counts_as, day.organisation) == (date(2026, 10, 1), 6, world.city)
    administrator.post(add, given)
    assert CalendarDay.objects.count() == 1 and AuditRow.objects.filter(action="stations.calendar_day_saved").exists()
    own = ChiefAssignment.objects.filter(segment=world.roads.second, level__is_public=True).order_by("-level__rank")[0]
    ChiefAssignment.objects.filter(pk=own.pk).update(duty_hours="周一至周五 8:00-18:00", duty_phone="0898-1")
    where = f"/api/v1/segments/{world.roads.second.uid}/"
    for moment, on_duty in ((datetime(2026, 9, 30, 10), True), (datetime(2026, 10, 1, 10), False)):
        with clock.fixed(moment.replace(tzinfo=ZoneInfo("Asia/Shanghai"))):
            chain = Client().get(where).json()["properties"]["chain"]
            assert chain[-1]["on_duty"] is on_duty, moment


def test_the_key_of_another_system_goes_in_and_never_comes_out(world: World, signed_in: SignedIn) -> None:
    administrator = signed_in(an_actor(world.city, Role.ADMINISTRATOR))
    system = TransferSystem.objects.get(code="122")
    where = reverse("admin:incidents_transfersystem_change", args=[system.pk])
    given = {"name": "交警 122", "gateway": "status", "address": "", "secret": SECRET, "is_active": "on"}
    assert administrator.post(where, given).status_code == 302
    assert TransferSystem.objects.get(pk=system.pk).secret == SECRET
    for page in (where, reverse("admin:incidents_transfersystem_changelist")):
        body = administrator.get(page).content.decode()
        assert SECRET not in body and "122" in body
    assert 'type="password"' in administrator.get(where).content.decode()
    assert administrator.post(where, {**given, "name": "122 报警台", "secret": ""}).status_code == 302
    kept = TransferSystem.objects.get(pk=system.pk)
    assert (kept.name, kept.secret) == ("122 报警台", SECRET), "an empty field keeps the key"
    assert SECRET not in str(list(AuditRow.objects.values_list("details", flat=True)))
    assert signed_in(world.desk).get(where).status_code in {302, 403}


def test_exercises_are_marked_in_tiles_and_collections(world: World, signed_in: SignedIn) -> None:
    incident = world.report()
    client = signed_in(world.desk)
    for exercise in (False, True):
        Incident.objects.filter(pk=incident.pk).update(exercise=exercise)
        tile = decoded(client.get(address(incident.geom.x, incident.geom.y, "incidents")).content)
        assert [row["properties"]["exercise"] for row in tile["incidents"]["features"]] == [exercise]
        found = client.get("/ogc/collections/incidents/items?f=json").json()["features"]
        assert [row["properties"]["exercise"] for row in found] == [exercise]
    world.crew()
    Tour.objects.filter(state="open").update(exercise=True)
    units = client.get("/ogc/collections/units/items?f=json").json()["features"]
    assert units and all(row["properties"]["exercise"] is True for row in units)


def test_sheets_under_a_former_name_go(world: World, settings: Any, tmp_path: Path) -> None:
    settings.LUZHANG_VAR = tmp_path
    former = tmp_path / "boards" / "board-1.html"
    former.parent.mkdir()
    former.write_text("0898")
    fallback_sheets_make()
    assert not former.parent.exists() and (tmp_path / "fallback").is_dir()
