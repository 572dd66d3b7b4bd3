"""Taking an incident in: what is refused names field, value and cure and leaves nothing; what is odd is flagged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.errors import Forbidden, InvalidInput, LuzhangError, NotFound
from core.models import AuditRow, Event, Timer
from incidents import services
from incidents.models import Incident, IncidentStep
from incidents.services.intake import IncidentReport
from incidents.services.places import place_resolve
from stations.types import Role
from tests.factories.incidents import World, row_counts
from tests.factories.roads import lonlat
from tests.factories.stations import an_actor

LON, LAT = lonlat(2000.0, 1000.0)
WRITTEN = (Incident, IncidentStep, Event, AuditRow, Timer)


def _take(world: World, key: str = "k1", **fields: Any) -> tuple[Incident, bool]:
    values: dict[str, Any] = {"kind": "crash", "source": "phone", "lon": LON, "lat": LAT, "datum": "wgs84", **fields}
    return services.incident_receive(
        actor=world.desk, report=IncidentReport(**values), client_scope="tests", client_key=key
    )


def _refused(world: World, field: str, **fields: Any) -> LuzhangError:
    with row_counts(*WRITTEN), pytest.raises(InvalidInput) as refused:
        _take(world, **fields)
    assert refused.value.field == field
    assert refused.value.cure, "an error says what to do instead"
    return refused.value


def test_a_taken_incident_has_place_chain_grade_history_and_clocks(world: World) -> None:
    incident, created = _take(world, text="两车相撞", reporter_phone="13800000000", plate="琼A00001")
    assert created
    assert (incident.state, incident.axis_id, incident.segment_id) == (
        "pending",
        world.roads.axis.pk,
        world.roads.second.pk,
    )
    assert incident.chainage_text.startswith("X201 K4+")
    assert [chief["level"] for chief in incident.chain] == [2, 3, 4]
    assert [step.to_state for step in incident.steps.order_by("id")] == ["received", "graded", "pending"]
    assert {timer.key.split(":")[0] for timer in Timer.objects.all()} == {"incidents.arrive", "incidents.close"}
    assert incident.organisation_path == world.north.path
    assert Event.objects.filter(topic="incidents.incident_received").count() == 1
    stored = Incident.objects.filter(reporter_phone_index=incident.reporter_phone_index).count()
    assert stored == 1 and incident.number.startswith("JQ")


def test_the_same_key_gives_the_same_incident(world: World) -> None:
    first, created = _take(world)
    with row_counts(*WRITTEN):
        again, once_more = _take(world, kind="congestion", lon=LON + 0.01)
    assert (again.pk, once_more, created) == (first.pk, False, True)
    other, _created = services.incident_receive(
        actor=world.desk,
        report=IncidentReport(kind="crash", source="phone", lon=LON, lat=LAT, datum="wgs84"),
        client_scope="somebody else",
        client_key="k1",
    )
    assert other.pk != first.pk, "keys are those of one client"


def test_a_key_is_needed_and_has_a_length(world: World) -> None:
    _refused(world, "Idempotency-Key", key="")
    _refused(world, "Idempotency-Key", key="k" * 101)


def test_a_place_needs_its_datum(world: World) -> None:
    _refused(world, "datum", datum="")
    _refused(world, "datum", datum="mercator")


def test_shifted_coordinates_are_brought_to_wgs84(world: World) -> None:
    incident, _created = _take(world, datum="gcj02")
    assert 100 < abs(incident.geom.x - LON) * 105_000 < 900


def test_swapped_coordinates_are_told_so(world: World) -> None:
    problem = _refused(world, "lon,lat", lon=LAT, lat=LON)
    assert "写反" in problem.message and f"lon={LON:g}" in str(problem.cure)


@pytest.mark.parametrize(("lon", "lat"), [(0.0, 0.0), (float("nan"), 19.2), (110.4, float("inf"))])
def test_impossible_coordinates(world: World, lon: float, lat: float) -> None:
    with row_counts(*WRITTEN), pytest.raises(InvalidInput):
        _take(world, lon=lon, lat=lat)


def test_times_in_the_future_or_long_ago(world: World) -> None:
    now = clock.now()
    _refused(world, "happened_at", happened_at=now + timedelta(minutes=6))
    _refused(world, "happened_at", happened_at=now - timedelta(days=32))
    _refused(world, "happened_at", happened_at=now.replace(tzinfo=None))
    slightly_fast, _created = _take(world, happened_at=now + timedelta(minutes=4))
    assert slightly_fast.happened_at <= clock.now(), "a fast clock is not believed"


def test_unknown_kinds_and_sources_name_the_known_ones(world: World) -> None:
    assert "crash" in str(_refused(world, "kind", kind="ufo").cure)
    assert "phone" in str(_refused(world, "source", source="telepathy").cure)


def test_too_much_text(world: World) -> None:
    _refused(world, "text", text="长" * 4001)
    _refused(world, "text", title="长" * 201)


@pytest.mark.parametrize(
    ("risk", "field"),
    [
        ({"injured": "many"}, "risk.injured"),
        ({"injured": -1}, "risk.injured"),
        ({"marks": 1.5}, "risk.marks"),
        ({"hazmat": "yes"}, "risk.hazmat"),
        ({"note": "长" * 201}, "risk.note"),
        ({"note": "a\0b"}, "risk.note"),
        ({"deep": {"a": 1}}, "risk.deep"),
        ({str(i): 1 for i in range(41)}, "risk"),
    ],
)
def test_risk_facts_that_no_table_can_read(world: World, risk: dict[str, Any], field: str) -> None:
    _refused(world, field, risk=risk)


def test_far_from_any_road_is_accepted_and_flagged(world: World) -> None:
    lon, lat = lonlat(5000.0, -2500.0)
    incident, _created = _take(world, lon=lon, lat=lat)
    assert {"far_from_road", "no_chief"} <= set(incident.place_flags)
    assert incident.axis_id is None and incident.state == "pending"
    assert incident.organisation_id == world.city.pk, "located by area: the root answers where no station is"


def test_outside_the_county_is_accepted_and_flagged(world: World) -> None:
    incident, _created = _take(world, lon=LON + 2.0)
    assert "outside_area" in incident.place_flags


def test_a_refusal_in_the_middle_leaves_nothing(world: World) -> None:
    stranger = an_actor(world.south, Role.DISPATCHER)
    with row_counts(*WRITTEN), pytest.raises(Forbidden):
        services.incident_receive(
            actor=stranger,
            report=IncidentReport(kind="crash", source="phone", lon=LON, lat=LAT, datum="wgs84"),
            client_scope="s",
            client_key="k",
        )


def test_within_fifty_metres_of_a_border_both_chains_are_kept(world: World) -> None:
    lon, lat = lonlat(2000.0, -20.0)
    incident, _created = _take(world, lon=lon, lat=lat, course_deg=0.0)
    own = [chief for chief in incident.chain if "border" not in chief]
    neighbours = [entry for entry in incident.chain if "border" in entry]
    assert len(own) == 3 and len(neighbours) == 1
    people = {chief["person_id"] for chief in own} | {chief["person_id"] for chief in neighbours[0]["chain"]}
    assert people == {person.pk for person in world.roads.chiefs.values()}


def _place(**given: Any) -> tuple[float, float, str, float | None]:
    return place_resolve(**{"lon": None, "lat": None, "datum": "", "chainage": "", "road": "", "junction": "", **given})


def test_a_chainage_on_two_carriageways_lists_both(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        _place(chainage="G98 K2+500")
    problem = refused.value
    assert problem.code == "ambiguous_place" and problem.field == "chainage"
    assert {detail["side"] for detail in problem.details} == {"down", "up"}
    assert "上行" in str(problem.cure) and "下行" in str(problem.cure)
    chosen = {direction: _place(chainage=f"G98 K2+500 {direction}") for direction in ("上行", "下行")}
    assert chosen["上行"][:2] != chosen["下行"][:2]
    for lon, lat, datum, course_deg in chosen.values():
        incident, _created = _take(world, key=f"{lon},{lat}", lon=lon, lat=lat, datum=datum, course_deg=course_deg)
        assert incident.chainage_text.startswith("G98 K2+500")
        assert incident.side == ("up" if (lon, lat) == chosen["上行"][:2] else "down")


def test_a_place_by_two_roads(world: World) -> None:
    lon, lat, datum, _course = _place(road="X201", junction="清湖路")
    assert (lon, lat) == pytest.approx(lonlat(2000.0, 1500.0), abs=1e-5) and datum == "wgs84"
    with pytest.raises(NotFound):
        _place(road="X201", junction="不存在路")
    with pytest.raises(InvalidInput) as refused:
        _place()
    assert refused.value.cure
