"""Parent and children; exercises."""

from __future__ import annotations

import pytest

from core.errors import Conflict, InvalidInput
from incidents import services
from incidents.models import Assignment, IncidentDay, Supervision
from incidents.selectors import incident_detail, parents_possible
from incidents.states import AssignmentState
from incidents.statistics.counting import statistics_recent
from tests.factories.incidents import WHOLE_WAY, World, later, refresh, urgent

pytestmark = pytest.mark.django_db


def _attach(world: World, incident, parent) -> None:
    services.incident_attach(actor=world.desk, incident_uid=str(incident.uid), parent_uid=str(parent.uid))


def test_a_parent_shows_its_children_and_closes_after_them(world: World) -> None:
    world.crew()
    fog = world.report(1000.0, 1000.0, kind="fog")
    child, assignment = world.sent()
    other = world.report(3000.0, 1000.0, kind="obstacle", automatic=False)
    for each in (child, other):
        _attach(world, each, fog)
    family = incident_detail(actor=world.desk, incident=refresh(fog))
    assert family["umbrella"] and sum(family["children_states"].values()) == 2
    assert {row["number"] for row in family["children"]} == {child.number, other.number}
    services.incident_conclude(actor=world.desk, incident_uid=str(fog.uid), text="雾已散")
    services.incident_review(actor=world.reviewer, incident_uid=str(fog.uid))
    with pytest.raises(Conflict) as refused:
        services.incident_close(actor=world.reviewer, incident_uid=str(fog.uid))
    assert refused.value.code == "children_open"
    assert child.number in refused.value.value and other.number in refused.value.value
    world.walk(assignment, *WHOLE_WAY)
    services.incident_review(actor=world.reviewer, incident_uid=str(child.uid))
    assert services.incident_close(actor=world.reviewer, incident_uid=str(child.uid)).state == "closed"
    services.incident_detach(actor=world.desk, incident_uid=str(other.uid), reason="另案处理")
    assert services.incident_close(actor=world.reviewer, incident_uid=str(fog.uid)).state == "closed"
    assert refresh(child).parent_id == fog.pk, "the family is kept in the record"
    assert list(other.links.order_by("id").values_list("kind", flat=True)) == ["parent", "detached"]


def test_nobody_is_sent_to_fog_by_itself(world: World) -> None:
    world.crew()
    fog = world.report(kind="fog")
    urgent()
    assert not Assignment.objects.filter(incident=fog, offered_at__isnull=False).exists()


def test_what_does_not_fit_is_refused_with_its_cure(world: World) -> None:
    fog, storm = world.report(kind="fog"), world.report(1000.0, 1000.0, kind="storm")
    child, plain = world.report(3000.0, 1000.0), world.report(3000.0, 2000.0)
    rehearsed = world.report(2000.0, 2000.0, exercise=True)
    _attach(world, child, fog)
    _attach(world, child, fog)  # said twice
    for incident, parent in ((plain, child), (fog, storm), (child, storm), (rehearsed, fog)):
        with pytest.raises(Conflict) as refused:
            _attach(world, incident, parent)
        assert refused.value.code == "no_such_family" and refused.value.cure
    with pytest.raises(InvalidInput):
        _attach(world, fog, fog)
    assert {row["number"] for row in parents_possible(world.desk, plain)} == {fog.number, storm.number}
    assert parents_possible(world.desk, rehearsed) == []
    with pytest.raises(Conflict) as refused:
        services.incident_detach(actor=world.desk, incident_uid=str(plain.uid), reason="没有")
    assert refused.value.code == "no_parent"


def test_an_exercise_presses_no_chief_unless_a_person_does(world: World) -> None:
    rehearsed, real = world.report(exercise=True), world.report(2500.0, 1000.0)
    later(40 * 3600)
    assert refresh(rehearsed).overdue_since is not None
    assert not Supervision.objects.filter(incident=rehearsed).exists()
    assert Supervision.objects.filter(incident=real).exists()
    services.incident_supervise(actor=world.commander, incident_uid=str(rehearsed.uid), reason="演练督办环节")
    assert Supervision.objects.filter(incident=rehearsed).count() == 1


def test_an_exercise_says_so_in_its_title_wherever_that_is_read(world: World) -> None:
    assert world.report(exercise=True, title="追尾").title == "【演练】追尾"
    assert world.report(exercise=True, title="【演练】追尾").title == "【演练】追尾"
    assert len(world.report(exercise=True, title="长" * 200).title) == 200
    assert "演练" not in world.report(title="追尾").title


def test_an_exercise_is_in_no_statistics(world: World) -> None:
    world.report(exercise=True)
    world.report(2500.0, 1000.0, kind="hazard")
    statistics_recent()
    assert sum(IncidentDay.objects.values_list("received", flat=True)) == 1


def test_a_unit_joins_an_exercise_by_hand_and_leaves_it_for_what_is_real(world: World) -> None:
    crew = world.crew()
    rehearsed = world.report(kind="crash_injury", exercise=True)
    urgent()
    assert not rehearsed.assignments.filter(offered_at__isnull=False).exists(), "nobody goes by itself"
    sent = services.incident_assign(
        actor=world.desk, incident_uid=str(rehearsed.uid), tour_uid=str(crew.tour.uid), reason="演练"
    )
    assert sent.state == AssignmentState.OFFERED.value
    real = world.report(2500.0, 1000.0, kind="hazard", automatic=False)
    drawn = services.incident_assign(
        actor=world.desk, incident_uid=str(real.uid), tour_uid=str(crew.tour.uid), reason="实战优先", preempt=True
    )
    assert drawn.incident_id == real.pk and refresh(sent).state == AssignmentState.RECALLED.value
