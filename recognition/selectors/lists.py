"""Who sees which entries and alarms; as lists show them, plates are masked."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from recognition.models import Alarm, CameraStanding, PassageRule, ViidSender, WatchEntry
from stations.selectors import path_filter
from stations.types import Actor, DataClass, Verb


def watch_visible_to(actor: Actor) -> QuerySet[WatchEntry]:
    """Entries that this actor may see."""
    return WatchEntry.objects.filter(path_filter(actor, Verb.VIEW, DataClass.WATCHLIST))


def passage_rules_visible_to(actor: Actor) -> QuerySet[PassageRule]:
    """Rules of passage that this actor may see: with the watch-list."""
    return PassageRule.objects.filter(path_filter(actor, Verb.VIEW, DataClass.WATCHLIST))


def alarms_visible_to(actor: Actor) -> QuerySet[Alarm]:
    """Alarms that this actor may see: those of the places it answers for."""
    return Alarm.objects.filter(path_filter(actor, Verb.VIEW, DataClass.ALARM))


def standings_visible_to(actor: Actor) -> QuerySet[CameraStanding]:
    """How the cameras do that this actor may see."""
    return CameraStanding.objects.filter(path_filter(actor, Verb.VIEW, DataClass.CAMERA))


def senders_visible_to(actor: Actor) -> QuerySet[ViidSender]:
    """GA/T 1400 devices that this actor may see."""
    visible = path_filter(actor, Verb.VIEW, DataClass.DEVICE, field="device__organisation__path")
    return ViidSender.objects.filter(visible).select_related("device")


def masked(plate: str) -> str:
    """A plate's beginning and end."""
    return f"{plate[:2]}***{plate[-2:]}" if len(plate) >= 6 else "***" if plate else ""


def watch_summary(entry: WatchEntry) -> dict[str, Any]:
    """An entry as lists show it."""
    return {
        "uid": str(entry.uid),
        "number": entry.number,
        "plate": masked(str(entry.plate)),
        "kind_code": entry.kind_code,
        "category": entry.category.code,
        "grade": entry.category.grade,
        "state": entry.state,
        "urgent_until": entry.urgent_until,
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
        "case_number": entry.case_number,
        "applied_at": entry.applied_at,
        "approved_at": entry.approved_at,
    }


def alarm_summary(alarm: Alarm) -> dict[str, Any]:
    """An alarm as lists show it. WGS-84."""
    return {
        "uid": str(alarm.uid),
        "number": alarm.number,
        "plate": masked(str(alarm.plate)),
        "category": alarm.category,
        "grade": alarm.grade,
        "match": alarm.match,
        "cause": alarm.cause,
        "ask": alarm.ask,
        "doubts": alarm.doubts,
        "state": alarm.state,
        "camera": alarm.camera_code,
        "place": [alarm.geom.x, alarm.geom.y] if alarm.geom is not None else None,
        "heading_deg": alarm.heading_deg,
        "passed_at": alarm.passed_at,
        "last_at": alarm.last_at,
        "count": alarm.count,
        "overdue_since": alarm.overdue_since,
        "climbed": alarm.climbed,
        "raised_at": alarm.raised_at,
        "reliability": alarm.reliability,
        "incident": str(alarm.incident_uid) if alarm.incident_uid else None,
        "outcome": alarm.outcome,
    }
