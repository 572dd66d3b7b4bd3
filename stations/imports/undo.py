"""How imported places and people are taken back."""

from __future__ import annotations

from typing import Any

from core.imports.journal import Values
from core.imports.undo import Kept
from stations.models import Camera, Checkpoint, Person, Station
from stations.services import camera_change, checkpoint_change, person_change, station_change
from stations.services.removing import person_remove, place_remove
from stations.types import Actor


def _station(actor: Actor, row: Any, values: Values) -> object:
    return station_change(actor=actor, station_id=row.pk, **values)


def _checkpoint(actor: Actor, row: Any, values: Values) -> object:
    return checkpoint_change(actor=actor, checkpoint_id=row.pk, **values)


def _camera(actor: Actor, row: Any, values: Values) -> object:
    return camera_change(actor=actor, camera_id=row.pk, **values)


def _person(actor: Actor, row: Any, values: Values) -> object:
    return person_change(actor=actor, person_id=row.pk, **values)


PLACES = (
    Kept(Station, _station, place_remove),
    Kept(Checkpoint, _checkpoint, place_remove, ignored=frozenset({"state"})),
    Kept(Camera, _camera, place_remove),
)
PEOPLE = (Kept(Person, _person, person_remove),)
