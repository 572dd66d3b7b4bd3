"""Taking away what was entered by mistake and nobody uses yet. What is in use is switched off instead."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from stations.models import Camera, Checkpoint, Person, Station
from stations.services.record import record
from stations.services.require import require
from stations.types import Actor, DataClass, Verb

_CLASSES: dict[type[Any], DataClass] = {
    Station: DataClass.STATION,
    Checkpoint: DataClass.CHECKPOINT,
    Camera: DataClass.CAMERA,
}


@transaction.atomic
def place_remove(actor: Actor, row: Station | Checkpoint | Camera) -> None:
    """Delete a station, checkpoint or camera; who may enter one may. Raises Forbidden, ProtectedError where the
    database knows a use.
    """
    data_class = _CLASSES[type(row)]
    path = row.organisation.path or ""
    require(actor, Verb.CREATE, data_class, path)
    uid = row.uid
    row.delete()
    record(
        actor, f"{data_class.value}_removed", audience=data_class, object_id=uid, organisation_path=path,
        payload={"code": row.code, "name": row.name},
    )  # fmt: skip


@transaction.atomic
def person_remove(actor: Actor, row: Person) -> None:
    """Delete somebody who holds nothing: no account, no roles. Raises Forbidden, ProtectedError."""
    path = row.organisation.path or ""
    require(actor, Verb.CREATE, DataClass.PERSON, path)
    uid, key = row.uid, row.pk
    row.delete()
    record(
        actor, "person_removed", audience=DataClass.PERSON, object_id=uid, organisation_path=path,
        subject={"person_id": key}, payload={"kind": row.kind},
    )  # fmt: skip
