"""Cameras, senders, watched vehicles and passages. All plates are invented."""

from __future__ import annotations

import importlib
import itertools
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection

from core import clock
from recognition.intake.incoming import PassageIn, Sender
from recognition.models import WatchCategory, WatchEntry
from recognition.plates.plate import Plate, parse, reading_of
from recognition.services import WatchOrder, watch_apply, watch_check, watch_decide
from stations.models import Device, Organisation
from stations.services import camera_create, checkpoint_create, device_create, place_point
from stations.types import Actor, Role
from tests.factories.stations import SYSTEM, an_actor

_numbers = itertools.count(1)
PLACE = (110.47, 19.24)


def categories_seed() -> None:
    """What the migrations seed; tests with real transactions empty every table after them."""
    if not WatchCategory.objects.exists():
        importlib.import_module("recognition.migrations.0002_passages").seed(apps, None)


def passages_empty() -> None:
    """Not Django's own to empty: written by SQL, so unmanaged."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE recognition_passage")


def a_camera(
    organisation: Organisation, code: str, *, ring: int = 2, lon: float = PLACE[0], lat: float = PLACE[1]
) -> Any:
    """A camera at a checkpoint of its own, whose code is the camera's with K before it."""
    checkpoint = checkpoint_create(
        actor=SYSTEM, organisation=organisation, code=f"K{code}", name=f"测试卡口{code[-4:]}",
        point=place_point(lon, lat, "wgs84"), ring=ring,
    )  # fmt: skip
    return camera_create(
        actor=SYSTEM, organisation=organisation, code=code, name=f"测试摄像机{code[-4:]}", checkpoint=checkpoint,
        point=place_point(lon, lat, "wgs84"), ring=ring,
    )  # fmt: skip


def a_sender(organisation: Organisation, identifier: str = "") -> tuple[Device, Sender]:
    """A device that brings passages."""
    device, _token = device_create(
        actor=SYSTEM, organisation=organisation, identifier=identifier or f"4600000000502{next(_numbers):07d}",
        protocol="gat1400", generated=True,
    )  # fmt: skip
    return device, Sender(device.pk, organisation.pk, organisation.path or "")


def two_people(organisation: Organisation) -> tuple[Actor, Actor]:
    """Who asks and who decides."""
    return an_actor(organisation, Role.COMMANDER), an_actor(organisation, Role.COMMANDER)


def an_order(plate: str, **changed: Any) -> WatchOrder:
    """An order for a day, of a vehicle overdue for scrapping."""
    now = clock.now()
    values: dict[str, Any] = {
        "plate": plate,
        "category": "overdue_scrap",
        "reason": "逾期未报废",
        "case_number": "测试-1",
        "valid_from": now - timedelta(hours=1),
        "valid_until": now + timedelta(days=1),
        "kind_code": "02",
    }
    return WatchOrder(**values | changed)


def a_watched(organisation: Organisation, people: tuple[Actor, Actor], plate: str, **changed: Any) -> WatchEntry:
    """An entry in force."""
    asking, deciding = people
    entry = watch_apply(actor=asking, organisation=organisation, order=an_order(plate, **changed))
    watch_check(actor=deciding, uid=entry.uid)
    return watch_decide(actor=deciding, uid=entry.uid, approve=True)


def a_passage(text: str, at: datetime, camera: str, **changed: Any) -> PassageIn:
    """A sure reading of a plate."""
    parsed = parse(text)
    values: dict[str, Any] = {
        "key": f"{next(_numbers):048d}",
        "passed_at": at,
        "camera_code": camera,
        "text": text,
        "reading": reading_of(parsed).value if not isinstance(parsed, Plate) else "plate",
        "plate": parsed if isinstance(parsed, Plate) else None,
        "kind_code": "02",
        "reliability": 0.97,
    }
    return PassageIn(**values | changed)
