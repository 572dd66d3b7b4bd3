"""The eight timeliness rates: what counts as on time, late and not done, and the report that joins rooms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from core import clock
from incidents.models import Incident
from incidents.statistics.timeliness import RATES, Span, counted, judged, timeliness
from recognition.models import Alarm
from recognition.services import alarm_confirm, passages_take, watch_withdraw
from stations.types import Role
from tests.factories.incidents import World, the_assignment, urgent
from tests.factories.recognition import a_camera, a_passage, a_sender, a_watched, two_people
from tests.factories.roads import lonlat
from tests.factories.stations import a_person, an_actor, an_organisation

NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)
LIMITS = dict.fromkeys(RATES, 60.0)
CAMERA = "46000000001190000031"


@given(st.floats(0, 1000), st.one_of(st.none(), st.floats(0, 1000)), st.floats(0, 2000))
def test_every_step_has_exactly_one_answer(limit_s: float, took_s: float | None, waited_s: float) -> None:
    done = None if took_s is None else NOON + timedelta(seconds=took_s)
    how = judged(Span("1.", NOON, done), limit_s, NOON + timedelta(seconds=waited_s))
    if took_s is not None:
        assert how in ("on_time", "late")
    else:
        assert how in ("not_done", "open")


def test_closure_is_on_time_only_when_all_steps_were() -> None:
    def span(begun_s: float, done_s: float | None, thing: str) -> Span:
        done = None if done_s is None else NOON + timedelta(seconds=done_s)
        return Span("1.4.", NOON + timedelta(seconds=begun_s), done, thing)

    spans = {
        "alert_sign": [span(0, 60, "a"), span(0, 61, "b"), span(0, None, "c"), span(0, 10, "d")],
        "closure": [span(0, 50, "a"), span(0, 50, "b"), span(0, None, "c"), span(190, None, "d")],
    }
    rates = counted(spans, LIMITS, NOON + timedelta(seconds=200))["1.4."]
    assert rates["alert_sign"].as_json() == {
        "on_time": 2, "late": 1, "not_done": 1, "open": 0, "total": 4, "rate": 0.5,
    }  # fmt: skip
    closure = rates["closure"]
    assert (closure.on_time, closure.late, closure.not_done, closure.open) == (1, 1, 1, 1)
    assert rates["order_sign"].as_json()["rate"] is None


def test_the_report_joins_entries_alarms_and_orders(world: World) -> None:
    world.crew()
    people = two_people(world.city)
    lon, lat = lonlat(2000.0, 1000.0)
    a_camera(world.north, CAMERA, lon=lon, lat=lat)
    _device, sender = a_sender(world.north)
    entry = a_watched(world.city, people, "琼C12345", category="hit_and_run")
    at = clock.now() - timedelta(seconds=5)
    passages_take(sender, [a_passage("琼C12345", at, CAMERA)], received_at=at)
    urgent()
    alarm_confirm(actor=people[0], uid=Alarm.objects.get().uid)
    urgent()
    assignment = the_assignment(Incident.objects.get())
    world.walk(assignment, "delivered", "acknowledged", "en_route", "on_scene", "cleared")
    world.step(assignment, "reported", text="已拦截", outcome="stopped")
    watch_withdraw(actor=people[0], uid=entry.uid, reason="已拦截")
    today = timezone.localdate(clock.now())
    shown = timeliness(actor=world.commander, first=today, last=today)
    total = {code: (one["on_time"], one["open"], one["total"]) for code, one in shown["total"].items()}
    done = ("watch_approval", "watch_sign", "alert_sign", "order_issue", "order_sign", "order_feedback")
    assert {code: total[code] for code in done} == dict.fromkeys(done, (1, 0, 1))
    assert (total["withdrawal_approval"], total["closure"]) == ((0, 1, 0), (0, 1, 0))
    by_name = {one["name"]: one["rates"] for one in shown["departments"]}
    assert by_name["城北区"]["alert_sign"]["total"] == 1
    assert by_name["示例市"]["watch_approval"]["rate"] == 1.0
    stranger = an_actor(an_organisation("邻市", kind="city"), Role.COMMANDER)
    assert timeliness(actor=stranger, first=today, last=today)["departments"] == []


def test_the_table_opens_in_a_spreadsheet(world: World) -> None:
    a_watched(world.city, two_people(world.city), "琼C12345")
    client = APIClient()
    client.force_authenticate(a_person(world.city, Role.ANALYST).user)
    answer = client.get("/api/v1/statistics/timeliness/", {"as": "csv"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert lines[0] == "部门,指标,及时,逾期,未办,合计,及时率"
    assert "示例市,布控审批及时率,1,0,0,1,100.0%" in lines
    assert len(lines) == 1 + 2 * len(RATES)
    assert client.get("/api/v1/statistics/timeliness/", {"from": "2026-13-01"}).status_code in (400, 422)
