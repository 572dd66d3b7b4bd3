"""Celery: what may be late (pictures, imports, network builds, statistics, slow gateways). Never the urgent path.

Redis may lose all it holds: a task is only a reminder to look at a row, and a broker that is gone never holds a web
request up. Rooms bring their periodic tasks as `SCHEDULE` in `tasks.py`; django-celery-beat keeps and edits them.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import parse_qs, urlsplit

from celery import Celery
from celery.signals import worker_init

from core.collector import collector_eased, collector_settled

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

collector_eased()

ROOMS = ("core", "core.jobs", "stations", "roads", "patrols", "recognition", "incidents", "maps")


def broker_url(redis_url: str) -> str:
    """Celery's spelling of REDIS_URL: `unix:///path?db=1` becomes `redis+socket:///path?virtual_host=1`."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = parse_qs(parts.query).get("db", ["0"])[-1]
    return f"redis+socket://{parts.path}?virtual_host={database}"


def schedules() -> dict[str, Any]:
    """The periodic tasks of all rooms."""
    found: dict[str, Any] = {}
    for room in ROOMS:
        if find_spec(f"{room}.tasks") is not None:
            found.update(getattr(import_module(f"{room}.tasks"), "SCHEDULE", {}))
    return found


app = Celery("luzhang")
# The current app is a thread's own: without this, tasks sent by the web's threads and the lanes of `run_urgent` would
# go to an app that knows no broker.
app.set_default()
app.conf.update(
    broker_url=broker_url(os.environ.get("REDIS_URL", "")),
    # A worker waits for its broker as long as it takes; who sends a task does not wait.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_connection_timeout=1,
    broker_transport_options={
        "visibility_timeout": 3600,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "max_retries": 0,
    },
    task_publish_retry=False,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # A child that read a large network gives its memory back: it is replaced after that task.
    worker_max_memory_per_child=600_000,
    worker_hijack_root_logger=False,
    task_serializer="json",
    result_serializer="json",
    accept_content=["json"],
    timezone="UTC",
    enable_utc=True,
    beat_scheduler="django_celery_beat.schedulers:DatabaseScheduler",
)
app.autodiscover_tasks(list(ROOMS))


@worker_init.connect
def _settle(**_: Any) -> None:
    collector_settled()


@app.on_after_finalize.connect
def _take_schedules(sender: Celery, **_: Any) -> None:
    sender.conf.beat_schedule = {**(sender.conf.beat_schedule or {}), **schedules()}
