"""What may happen to cases and crews, one act at a time, by chance: for tests of what holds whatever happens."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

from incidents import services
from incidents.desk_states import BackupState
from incidents.models import Assignment, BackupRequest, Incident
from incidents.states import AssignmentState
from patrols.services import tour_exercise_set
from tests.factories.incidents import World, later, urgent


def _by_radio(world: World, assignment: Assignment, to_state: AssignmentState) -> None:
    services.assignment_step(
        actor=world.desk, assignment_uid=str(assignment.uid), to_state=to_state, by_radio=True, text="电台"
    )


def _recall(world: World, assignment: Assignment) -> None:
    services.assignment_recall(actor=world.desk, assignment_uid=str(assignment.uid), reason="改派")


def acts_possible(world: World, chance: random.Random) -> list[Callable[[], Any]]:
    """Everything that can be tried now; what is refused is refused."""
    incidents, assignments = list(Incident.objects.all()), list(Assignment.objects.select_related("unit", "tour"))
    desk = {"actor": world.commander, "reason": "原因"}
    acts: list[Callable[[], Any]] = [
        lambda: world.report(
            kind=chance.choice(["crash", "sos", "congestion", "crash_injury", "watchlist_hit"]),
            north_m=chance.uniform(500, 2500),
        ),
        lambda: later(chance.choice([1, 6, 35, 200])),
        urgent,
        services.queue_sweep,
    ]
    if incidents:
        incident, other = chance.choice(incidents), chance.choice(incidents)
        uid = str(incident.uid)
        acts += [
            lambda: services.incident_mark_false(incident_uid=uid, **desk),
            lambda: services.incident_wait(incident_uid=uid, until=None, **desk),
            lambda: services.incident_resume(incident_uid=uid, **desk),
            lambda: services.incident_transfer(incident_uid=uid, to="邻县", **desk),
            lambda: services.incident_take_back(incident_uid=uid, **desk),
            lambda: services.incident_merge(incident_uid=uid, into_uid=str(other.uid), **desk),
            lambda: services.incident_unmerge(incident_uid=uid, **desk),
            lambda: services.incident_review(incident_uid=uid, **desk),
            lambda: services.incident_return(incident_uid=uid, **desk),
            lambda: services.incident_close(incident_uid=uid, **desk),
            lambda: services.incident_reopen(incident_uid=uid, **desk),
            lambda: services.incident_regrade(incident_uid=uid, grade=chance.choice(["red", "blue"]), **desk),
            lambda: services.incident_supervise(incident_uid=uid, **desk),
            lambda: services.incident_assign(incident_uid=uid, tour_uid=None, **desk),
            lambda: services.incident_assign(
                incident_uid=uid, tour_uid=str(chance.choice(world.crews).tour.uid), preempt=True, **desk
            ),
        ]
    for assignment in chance.sample(assignments, min(4, len(assignments))):
        allowed = [AssignmentState(state) for state in ("acknowledged", "on_scene", "cleared", "reported", "declined")]
        acts += [partial(_by_radio, world, assignment, chance.choice(allowed)), partial(_recall, world, assignment)]
    return acts + _help(world, chance, assignments) + _exercises(world, chance)


def _help(world: World, chance: random.Random, assignments: list[Assignment]) -> list[Callable[[], Any]]:
    """A crew calls for help; the desk takes it, answers it."""
    acts: list[Callable[[], Any]] = []
    for assignment in chance.sample(assignments, min(2, len(assignments))):
        crew = next(crew for crew in world.crews if crew.tour.pk == assignment.tour_id)
        acts.append(
            partial(
                services.assignment_backup_ask,
                actor=crew.actor,
                assignment_uid=str(assignment.uid),
                reason=chance.choice(["danger", "people"]),
            )
        )
    for backup in BackupRequest.objects.exclude(state=BackupState.ANSWERED.value)[:2]:
        uid = str(backup.uid)
        acts += [
            partial(services.backup_take, actor=world.desk, backup_uid=uid),
            partial(services.backup_answer, actor=world.desk, backup_uid=uid, text="特警五分钟到"),
        ]
    return acts


def _exercises(world: World, chance: random.Random) -> list[Callable[[], Any]]:
    crew, exercise = chance.choice(world.crews), chance.random() < 0.3
    return [
        partial(tour_exercise_set, actor=world.desk, tour_id=crew.tour.pk, exercise=exercise, reason="演练"),
        lambda: world.report(kind="hazard", north_m=chance.uniform(500, 2500), exercise=True),
    ]
