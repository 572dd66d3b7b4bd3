"""Stations, checkpoints, cameras, devices and vehicles that an actor may see."""

from __future__ import annotations

from django.db.models import Case, Q, QuerySet, When

from core.db.spelling import letters_of
from stations.models import Camera, Checkpoint, Device, Station, StationService, Vehicle
from stations.selectors.scope import path_filter
from stations.types import PUBLIC_ACTOR, Actor, DataClass, Verb

NAMED_CHARACTERS = 2


def stations_visible_to(actor: Actor) -> QuerySet[Station]:
    """Own stations, and everybody's published ones. Which fields are shown is the serializer's and layer's matter."""
    visible = path_filter(actor, Verb.VIEW, DataClass.STATION, field="organisation__path")
    if actor.may(Verb.VIEW_PUBLIC, DataClass.STATION):
        visible |= Q(is_public=True, is_active=True)
    return Station.objects.filter(visible).select_related("organisation")


def stations_named(text: str, *, limit: int = 8) -> list[Station]:
    """Published stations with a text of two characters or more in their names, as their code, or as the beginning of
    their pinyin or initials; the very name first, what is only spelled so last.
    """
    wanted = " ".join(text.split())
    if len(wanted) < NAMED_CHARACTERS:
        return []
    rows = stations_visible_to(PUBLIC_ACTOR).exclude(kind=Station.Kind.COMMAND)
    found = Q(name__icontains=wanted) | Q(code__iexact=wanted)
    letters = letters_of(wanted)
    spelled = Q(spelling__contains=f" {letters}") if len(letters) >= NAMED_CHARACTERS else Q(pk__in=[])
    rank = Case(When(name=wanted, then=0), When(name__istartswith=wanted, then=1), When(found, then=2), default=3)
    return list(rows.filter(found | spelled).annotate(rank=rank).order_by("rank", "kind", "code")[:limit])


def station_services() -> QuerySet[StationService]:
    """What counters offer, by code. The list is published: it says nothing of anybody."""
    return StationService.objects.order_by("code")


def checkpoints_visible_to(actor: Actor) -> QuerySet[Checkpoint]:
    """Checkpoints within the actor's scope."""
    visible = path_filter(actor, Verb.VIEW, DataClass.CHECKPOINT, field="organisation__path")
    return Checkpoint.objects.filter(visible).select_related("organisation")


def cameras_visible_to(actor: Actor) -> QuerySet[Camera]:
    """Cameras within the actor's scope."""
    visible = path_filter(actor, Verb.VIEW, DataClass.CAMERA, field="organisation__path")
    return Camera.objects.filter(visible).select_related("organisation", "checkpoint")


def devices_visible_to(actor: Actor) -> QuerySet[Device]:
    """Devices within the actor's scope."""
    visible = path_filter(actor, Verb.VIEW, DataClass.DEVICE, field="organisation__path")
    return Device.objects.filter(visible).select_related("organisation")


def vehicles_visible_to(actor: Actor) -> QuerySet[Vehicle]:
    """Police vehicles within the actor's scope."""
    visible = path_filter(actor, Verb.VIEW, DataClass.VEHICLE, field="organisation__path")
    return Vehicle.objects.filter(visible).select_related("organisation")
