"""Units far from every road are no candidates and are told why; incidents there are taken in and flagged."""

from __future__ import annotations

from incidents import services
from tests.factories.incidents import World


def test_a_unit_sixty_kilometres_off_is_rejected_with_its_reason(world: World) -> None:
    lost, near = world.crew(2000.0, 60_000.0), world.crew(2000.0, 700.0)
    posted = world.crew(age_s=None, post=(110.40, 19.80))
    incident = world.report()
    plan = services.incident_propose(actor=world.desk, incident=incident)
    assert [row["tour_id"] for row in plan["candidates"]] == [near.tour.pk]
    rejected = {row["tour_id"]: row for row in plan["rejected"]}
    for crew in (lost, posted):
        assert (rejected[crew.tour.pk]["code"], rejected[crew.tour.pk]["text"]) == ("off_network", "位置不在路网上")


def test_an_incident_far_from_every_road_is_taken_in_flagged_and_reached(world: World) -> None:
    crew = world.crew(2000.0, 700.0)
    incident = world.report(east_m=2000.0, north_m=9000.0)
    assert incident.place_flags
    plan = services.incident_propose(actor=world.desk, incident=incident)
    assert [row["tour_id"] for row in plan["candidates"]] == [crew.tour.pk]
