"""What a person needs to decide on an alarm, after a look that is on the record; and the queue of those that wait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from recognition.models import Alarm, Passage, WatchCategory, WatchEntry
from recognition.plates.likeness import differing
from recognition.selectors.decisions import decisions_of
from recognition.selectors.lists import alarm_summary, alarms_visible_to
from recognition.selectors.pictures import PassageKey, pictures_of
from recognition.states import AlarmState
from roads.selectors import places_named
from stations.selectors import names_of_users
from stations.types import Actor, DataClass, Verb

WAITING = (AlarmState.RAISED.value, AlarmState.HELD.value)
MOST_EARLIER = 20


def alarms_waiting_for(actor: Actor) -> QuerySet[Alarm]:
    """Alarms of the actor's scope that wait for a person: graver first, then those that wait longest."""
    return (
        alarms_visible_to(actor)
        .filter(Q(state=AlarmState.RAISED.value, ask=True) | Q(state=AlarmState.HELD.value))
        .select_related("camera", "checkpoint")
        .order_by("grade", "raised_at", "id")
    )


def alarm_rows(alarms: Sequence[Alarm]) -> list[dict[str, Any]]:
    """Alarms as lists show them, with names, place in words and who decided; plates masked."""
    names = dict(WatchCategory.objects.values_list("code", "name"))
    placed = {alarm.pk: (alarm.geom.x, alarm.geom.y) for alarm in alarms if alarm.geom is not None}
    places = sorted(set(placed.values()))
    words = dict(zip(places, places_named(places), strict=True))
    decisions = decisions_of([alarm for alarm in alarms if alarm.state not in WAITING])
    rows = []
    for alarm in alarms:
        decided = decisions.get(alarm.pk)
        rows.append(
            {
                **alarm_summary(alarm),
                "category_name": names.get(alarm.category, alarm.category),
                "camera_name": _camera(alarm),
                "place_text": words.get(placed[alarm.pk], "") if alarm.pk in placed else "",
                "chain": alarm.chain_id or alarm.pk,
                "decided": None
                if decided is None
                else {"by": decided.by, "at": decided.at, "state": decided.state.value, "words": decided.words},
            }
        )
    return rows


def alarm_sheet(actor: Actor, alarm: Alarm) -> dict[str, Any]:
    """Everything about one alarm, plates in clear. For who has just looked with a reason (`alarm_look`)."""
    passage = Passage.objects.filter(
        device_id=alarm.passage_device_id, source_key=alarm.passage_key, day=alarm.passage_day
    ).first()
    key = (alarm.passage_device_id, alarm.passage_key)
    other = _other_passage(alarm, key)
    pictures = pictures_of(actor, [one for one in (key, other) if one is not None])
    first = alarm.chain_id or alarm.pk
    earlier = (
        alarms_visible_to(actor).filter(Q(chain_id=first) | Q(pk=first)).exclude(pk=alarm.pk)
        .select_related("camera", "checkpoint").order_by("-passed_at", "-id")[:MOST_EARLIER]
    )  # fmt: skip
    plate, read = str(alarm.plate), str(alarm.read)
    return {
        **alarm_rows([alarm])[0],
        "plate": plate,
        "read": read,
        "differs": differing(plate, read),
        "cause_name": alarm.get_cause_display(),
        "grounds": alarm.grounds,
        "entry": _entry(actor, alarm, alarm.entry) if alarm.entry is not None else None,
        "passage": None if passage is None else _passage(passage),
        "pictures": pictures.get(key, []),
        "other_pictures": pictures.get(other, []) if other is not None else [],
        "earlier": alarm_rows(list(earlier)),
        "steps": _steps(alarm),
    }


def _other_passage(alarm: Alarm, own: PassageKey) -> PassageKey | None:
    """Of an alarm that was concluded from two passages, the one that is not its own (`device/key/day`)."""
    for name in ("first", "second"):
        device, _slash, rest = str(alarm.grounds.get(name, {}).get("passage", "")).partition("/")
        key = rest.rpartition("/")[0]
        if device.isdigit() and key and (int(device), key) != own:
            return int(device), key
    return None


def _camera(alarm: Alarm) -> str:
    if alarm.camera is not None:
        return alarm.camera.name
    return alarm.checkpoint.name if alarm.checkpoint is not None else alarm.camera_code


def _entry(actor: Actor, alarm: Alarm, entry: WatchEntry) -> dict[str, Any]:
    """What the watch-list says. Under which case and why only for who may see the list there."""
    told: dict[str, Any] = {
        "vehicle": entry.vehicle,
        "kind_code": entry.kind_code,
        "valid_until": entry.valid_until,
        "urgent": entry.urgent_until is not None,
        "others": len(alarm.other_entries),
        "in_force": entry.in_force,
    }
    if actor.may(Verb.VIEW, DataClass.WATCHLIST, entry.organisation_path):
        names = names_of_users([one for one in (entry.applied_by_id, entry.approved_by_id) if one is not None])
        told |= {
            "uid": str(entry.uid),
            "number": entry.number,
            "reason": entry.reason,
            "case_number": entry.case_number,
            "applied_by": names.get(entry.applied_by_id or 0, ""),
            "approved_by": names.get(entry.approved_by_id or 0, ""),
        }
    return told


def _passage(passage: Passage) -> dict[str, Any]:
    return {
        name: getattr(passage, name)
        for name in (
            "colour", "vehicle_class", "vehicle_colour", "lane", "direction", "speed_mps", "reliability", "passed_at",
            "device_time", "received_at", "clock", "kind_code", "hints",
        )
    }  # fmt: skip


def _steps(alarm: Alarm) -> list[dict[str, Any]]:
    rows = list(alarm.steps.order_by("id"))
    names = names_of_users([row.actor_id for row in rows if row.actor_id is not None])
    return [
        {
            "at": row.at, "from_state": row.from_state, "to_state": row.to_state, "code": row.code, "text": row.text,
            "by": names.get(row.actor_id or 0, ""),
        }
        for row in rows
    ]  # fmt: skip
