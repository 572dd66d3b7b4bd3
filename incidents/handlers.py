"""What the incidents room does when something happened. Run by `run_urgent`, one transaction a handler."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from core.events import EventData, handles, handles_together
from core.retention import RetentionClass
from core.retention import register as retain
from core.timers import TimerData, handles_timer
from core.urgent import register
from incidents.models import Assignment, Incident
from incidents.selectors.unit_states import assigned_tour_states
from incidents.services.ahead import interception_replan
from incidents.services.broadcasting import broadcasts_carry
from incidents.services.calling import sos_receive
from incidents.services.delivering import delivery_next
from incidents.services.desk_terms import broadcasts_past_term, handovers_past_term
from incidents.services.dispatching import (
    CAME_FREE,
    DISPATCH_TOGETHER,
    incidents_dispatch,
    queue_solve,
    queue_sweep,
)
from incidents.services.following import organisation_paths_follow
from incidents.services.gateways import deliveries_enqueue_waiting, delivery_enqueue
from incidents.services.gathering import freshness_of_policy
from incidents.services.history import (
    StepContext,
    assignment_lock,
    incident_lock_by_id,
    incident_move,
    incident_publish,
)
from incidents.services.inspected import incident_of_inspection
from incidents.services.intercepting import SEEN, incident_of_alarm, incident_of_sighting
from incidents.services.picturing import pictures_past_term
from incidents.services.progress import assignment_advance
from incidents.services.recalling import recall_to_radio
from incidents.services.standing import proposals_withdraw
from incidents.services.status_returns import status_return_enqueue, status_returns_enqueue
from incidents.services.supervising import incident_climb, incident_overdue
from incidents.services.travel import network_ready
from incidents.services.welfare import welfare_ask, welfare_unanswered
from incidents.states import HOLDING, UNSIGNED, AssignmentState, IncidentState
from incidents.tasks import delivery_send, status_return_send
from patrols.selectors import freshness_limits_from, tour_states_from

tour_states_from(assigned_tour_states)
freshness_limits_from(freshness_of_policy)


@handles_together("incidents.incident_received", at_most=DISPATCH_TOGETHER)
def dispatch_received(events: Sequence[EventData]) -> list[int]:
    """New incidents want a unit each, or several."""
    return _dispatched(events)


@handles_together("incidents.unit_wanted", at_most=DISPATCH_TOGETHER)
def dispatch_again(events: Sequence[EventData]) -> list[int]:
    """Incidents lost their unit, or were taken up again."""
    return _dispatched(events)


def _dispatched(events: Sequence[EventData]) -> list[int]:
    incident_of = {event.id: int(event.subject["incident_id"]) for event in events}
    later = set(incidents_dispatch(sorted(set(incident_of.values()))))
    return [event_id for event_id, incident_id in incident_of.items() if incident_id in later]


def _unit_came_free(event: EventData) -> None:
    """One run of the queue answers every unit that has come free by now."""
    queue_solve()


for _topic, _name in CAME_FREE.items():
    handles(_topic, name=_name)(_unit_came_free)


@handles("roads.inspection_logged")
def inspection_found(event: EventData) -> None:
    """A chief found something on a round: the command centre hears of it as of any report."""
    incident_of_inspection(int(event.subject["inspection_id"]))


@handles("patrols.tour_closed")
def release_closed_tour(event: EventData) -> None:
    """A tour went off duty: what it still held goes to others."""
    held = Assignment.objects.filter(tour_id=int(event.subject["tour_id"]), state__in=sorted(HOLDING))
    for uid in held.values_list("uid", flat=True):
        assignment = assignment_lock(str(uid))
        if AssignmentState(assignment.state) in HOLDING:
            assignment_advance(assignment, AssignmentState.RECALLED, context=StepContext(text="出勤已结束"))
    proposed = Assignment.objects.filter(
        tour_id=int(event.subject["tour_id"]), state=AssignmentState.PROPOSED.value
    ).values_list("incident_id", flat=True)
    for incident_id in list(proposed):
        incident = incident_lock_by_id(incident_id)
        proposals_withdraw(incident, context=StepContext(text="出勤已结束"))
        incident_publish(incident, "incidents.unit_wanted")


@handles("recognition.alarm_raised")
def alarm_raised(event: EventData) -> None:
    """Plate and kind are those of a watched vehicle, and its category lets it go without a person."""
    if not event.payload["ask"]:
        incident_of_alarm(int(event.subject["alarm_id"]), by_policy=True)


@handles("recognition.alarm_confirmed")
def alarm_confirmed(event: EventData) -> None:
    """A person has looked and said that it is the vehicle."""
    incident_of_alarm(int(event.subject["alarm_id"]), by_policy=False)


@handles("recognition.sighting_reported")
def sighting_reported(event: EventData) -> None:
    """Somebody saw a car that has to be stopped."""
    incident_of_sighting(int(event.subject["sighting_id"]))


@handles(SEEN)
def vehicle_seen(event: EventData) -> None:
    """Whoever is after the car needs to know where it can be headed off now."""
    interception_replan(int(event.subject["incident_id"]))


@handles("patrols.device_sos")
def receive_sos(event: EventData) -> None:
    """Somebody on duty pressed the alarm of a tracker: an incident, for others than the caller."""
    sos_receive(
        event.payload,
        tour_id=event.subject.get("tour_id"),
        organisation_path=event.organisation_path,
        client_key=event.key,
    )


@handles("stations.organisation_moved")
def follow_organisation(event: EventData) -> None:
    """Incidents and assignments copied the path of their organisation."""
    organisation_paths_follow(str(event.payload["new_path"]))


@handles("incidents.delivery_wanted")
def enqueue_delivery(event: EventData) -> None:
    """A slow channel is a worker's: nothing is sent from inside this transaction, and a lost broker stops nobody."""
    delivery_id = int(event.subject["delivery_id"])
    transaction.on_commit(lambda: delivery_enqueue(delivery_id, delivery_send.delay), robust=True)


@handles("incidents.status_return_wanted")
def enqueue_status_return(event: EventData) -> None:
    """Telling the system that handed a case over is a worker's."""
    return_id = int(event.subject["return_id"])
    transaction.on_commit(lambda: status_return_enqueue(return_id, status_return_send.delay), robust=True)


@handles_timer("incidents.receipt")
def not_received(timer: TimerData) -> None:
    """The device did not confirm receipt in time: the next channel."""
    delivery_next(int(timer.subject["assignment_id"]), int(timer.subject["fence"]))


@handles_timer("incidents.sign")
def not_signed(timer: TimerData) -> None:
    """Nobody signed for it in time: the offer expires, the next unit is asked."""
    row = Assignment.objects.filter(pk=int(timer.subject["assignment_id"])).values_list("uid", flat=True).first()
    if row is None:
        return
    assignment = assignment_lock(str(row))
    if assignment.fence == int(timer.subject["fence"]) and AssignmentState(assignment.state) in UNSIGNED:
        assignment_advance(assignment, AssignmentState.EXPIRED, context=StepContext(text="超时未签收"))


@handles_timer("incidents.recall_seen")
def recall_not_seen(timer: TimerData) -> None:
    """The unit's phone did not confirm a recall in time: call by radio."""
    recall_to_radio(int(timer.subject["assignment_id"]))


@handles_timer("incidents.welfare")
def welfare_due(timer: TimerData) -> None:
    """Somebody may be alone on scene for long."""
    welfare_ask(int(timer.subject["assignment_id"]))


@handles_timer("incidents.welfare_answer")
def welfare_not_answered(timer: TimerData) -> None:
    """Asked whether all is well, and no answer came in time: call by radio."""
    welfare_unanswered(int(timer.subject["assignment_id"]))


@handles_timer("incidents.arrive")
def not_arrived(timer: TimerData) -> None:
    """Nobody is on scene by the deadline."""
    incident_overdue(int(timer.subject["incident_id"]), stage="arrive")


@handles_timer("incidents.close")
def not_closed(timer: TimerData) -> None:
    """Not closed by the deadline."""
    incident_overdue(int(timer.subject["incident_id"]), stage="close")


@handles_timer("incidents.review")
def not_reviewed(timer: TimerData) -> None:
    """Reported, and nobody reviewed it."""
    incident_overdue(int(timer.subject["incident_id"]), stage="review")


@handles_timer("incidents.climb")
def climb(timer: TimerData) -> None:
    """The chief who was told did nothing: the next higher one."""
    below = timer.subject.get("below_rank")
    incident_climb(
        int(timer.subject["incident_id"]),
        stage=str(timer.subject["stage"]),
        below_rank=int(below) if below is not None else None,
    )


@handles_timer("incidents.wait")
def waited(timer: TimerData) -> None:
    """A hold is over."""
    incident = incident_lock_by_id(int(timer.subject["incident_id"]))
    if incident.state == IncidentState.WAITING.value:
        incident_move(incident, IncidentState.PENDING, context=StepContext(text="挂起到期"), waiting_until=None)
        incident_publish(incident, "incidents.unit_wanted")


def _sweep() -> object:
    return queue_sweep() if Incident.objects.exists() else 0


def _deliveries() -> object:
    return deliveries_enqueue_waiting(delivery_send.delay)


def _status_returns() -> object:
    return status_returns_enqueue(status_return_send.delay)


retain(RetentionClass("pictures", 1825, 180, pictures_past_term))
retain(RetentionClass("broadcasts", 365, 30, broadcasts_past_term))
retain(RetentionClass("handovers", 1095, 180, handovers_past_term))
register("incidents.queue", 1.0, _sweep, exclusive=True)
# To those who come on duty or drive in while a notice is in force.
register("incidents.broadcasts", 10.0, broadcasts_carry, exclusive=True)
# A lane of its own: it waits for the broker.
register("incidents.deliveries", 5.0, _deliveries, exclusive=True, lane="gateways")
register("incidents.status_returns", 5.0, _status_returns, exclusive=True, lane="gateways")
register("incidents.network", 2.0, network_ready, lane="network")
