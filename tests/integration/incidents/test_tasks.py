"""Tasks inside an incident: several roles at once, steps along the table, and no close while one is open."""

from __future__ import annotations

import pytest

from core.errors import Conflict, Forbidden, InvalidInput, NotFound, TransitionRefused
from core.models import AuditRow
from incidents import services
from incidents.desk_states import IncidentTaskState
from incidents.models import IncidentStep
from incidents.selectors import incident_tasks
from stations.selectors import actor_for_user
from stations.types import Role
from tests.factories.incidents import WHOLE_WAY, World, refresh
from tests.factories.stations import a_person

pytestmark = pytest.mark.django_db


def _step(world: World, incident, task, state: str, actor=None, text: str = ""):
    return services.incident_task_step(
        actor=actor or world.desk,
        incident_uid=str(incident.uid),
        task_uid=str(task.uid),
        to_state=IncidentTaskState(state),
        text=text,
    )


def _add(world: World, incident, kind: str = "mediation", **fields):
    return services.incident_task_add(actor=world.desk, incident_uid=str(incident.uid), kind=kind, **fields)


def test_no_close_while_a_task_is_open_and_the_refusal_names_it(world: World) -> None:
    world.crew()
    incident, assignment = world.sent()
    mediation = _add(world, incident, title="调解赔偿")
    clearing = _add(world, incident, "clearing")
    world.walk(assignment, *WHOLE_WAY)
    services.incident_review(actor=world.reviewer, incident_uid=str(incident.uid))
    with pytest.raises(Conflict) as refused:
        services.incident_close(actor=world.reviewer, incident_uid=str(incident.uid))
    assert refused.value.code == "tasks_open"
    assert refused.value.value == "调解赔偿、清障"
    _step(world, incident, mediation, "done")
    with pytest.raises(Conflict, match="清障"):
        services.incident_close(actor=world.reviewer, incident_uid=str(incident.uid))
    _step(world, incident, clearing, "dropped", text="道路已自行恢复")
    assert services.incident_close(actor=world.reviewer, incident_uid=str(incident.uid)).state == "closed"


@pytest.mark.parametrize("act", ["false", "merge"])
def test_nothing_ends_an_incident_over_an_open_task(world: World, act: str) -> None:
    incident, other = world.report(), world.report(1000.0, 1000.0)
    _add(world, incident)
    with pytest.raises(Conflict) as refused:
        if act == "false":
            services.incident_mark_false(actor=world.desk, incident_uid=str(incident.uid), reason="误报")
        else:
            services.incident_merge(
                actor=world.desk, incident_uid=str(incident.uid), into_uid=str(other.uid), reason="同一件"
            )
    assert refused.value.code == "tasks_open"
    assert refresh(incident).state == "pending"


def test_crew_takes_its_own_task_and_others_do_not(world: World) -> None:
    crew = world.crew(person_kind="auxiliary", role=Role.AUXILIARY)
    officer = world.crew(2100.0, 500.0)
    incident, _assignment = world.sent(kind="crash")
    task = _add(world, incident, "clearing", unit_uid=str(officer.tour.unit.uid))
    assert not incident_tasks(crew.actor, incident)[0]["mine"]
    assert incident_tasks(officer.actor, incident)[0]["mine"]
    with pytest.raises((Forbidden, NotFound)):
        _step(world, incident, task, "taken", actor=crew.actor)
    taken = _step(world, incident, task, "taken", actor=officer.actor)
    assert taken.state == "taken" and taken.taken_by_id == officer.actor.user_id
    assert _step(world, incident, task, "taken", actor=officer.actor).version == taken.version, "said twice, done once"


def test_a_task_of_a_role_is_of_whoever_holds_it_there(world: World) -> None:
    incident = world.report()
    task = _add(world, incident, "tow")
    other_district = actor_for_user(a_person(world.south, Role.DISPATCHER).user)
    assert task.role == "dispatcher"
    assert incident_tasks(world.desk, incident)[0]["mine"]
    with pytest.raises(NotFound):
        _step(world, incident, task, "taken", actor=other_district)


def test_steps_follow_the_table_and_need_their_reasons(world: World) -> None:
    incident = world.report()
    task = _add(world, incident)
    with pytest.raises(InvalidInput, match="原因"):
        _step(world, incident, task, "dropped")
    _step(world, incident, task, "done")
    with pytest.raises(TransitionRefused):
        _step(world, incident, task, "taken")
    with pytest.raises(InvalidInput, match="原因"):
        _step(world, incident, task, "open")
    assert _step(world, incident, task, "open", text="还差签字").settled_at is None


def test_every_step_is_in_the_history_and_the_audit(world: World) -> None:
    incident = world.report()
    task = _add(world, incident)
    _step(world, incident, task, "taken")
    _step(world, incident, task, "done")
    steps = list(
        incident.steps.filter(kind=IncidentStep.Kind.TASK).order_by("id").values_list("details__to", flat=True)
    )
    assert steps == ["open", "taken", "done"]
    actions = list(AuditRow.objects.filter(object_id=str(task.uid)).order_by("id").values_list("action", flat=True))
    assert actions == ["incidents.task_add", "incidents.task_taken", "incidents.task_done"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "dance"}, "kind"),
        ({"role": "king"}, "role"),
        ({"unit_uid": "00000000-0000-0000-0000-000000000000"}, "unit"),
        ({"person_uid": "00000000-0000-0000-0000-000000000000"}, "person"),
    ],
)
def test_bad_input_names_its_field(world: World, fields: dict[str, str], field: str) -> None:
    incident = world.report()
    with pytest.raises(InvalidInput) as refused:
        _add(world, incident, **{"kind": "mediation", **fields})
    assert refused.value.field == field and refused.value.cure


def test_desk_reports_for_an_incident_that_only_tasks_worked_on(world: World) -> None:
    incident = world.report(kind="dispute", automatic=False)
    with pytest.raises(Conflict) as refused:
        services.incident_conclude(actor=world.desk, incident_uid=str(incident.uid), text="电话调解")
    assert refused.value.code == "needs_feedback"
    task = _add(world, incident)
    _step(world, incident, task, "done")
    assert (
        services.incident_conclude(actor=world.desk, incident_uid=str(incident.uid), text="电话调解").state
        == "reported"
    )
    services.incident_review(actor=world.reviewer, incident_uid=str(incident.uid))
    assert services.incident_close(actor=world.reviewer, incident_uid=str(incident.uid)).state == "closed"
