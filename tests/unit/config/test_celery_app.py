"""Tasks go to the house's broker from every thread: the web serves requests and `run_urgent` its lanes in threads."""

from __future__ import annotations

import threading
from typing import Any

from celery import Celery

from config.celery import app
from core.jobs.tasks import job_run
from incidents.tasks import delivery_send


def test_tasks_belong_to_the_house_in_any_thread() -> None:
    found: list[Any] = []

    def look() -> None:
        found.extend(task.app.conf.broker_url for task in (delivery_send, job_run))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join(timeout=20)
    assert found == [app.conf.broker_url] * 2 and app.conf.broker_url


def test_another_app_beside_it_takes_no_task_over() -> None:
    import bench.chaos_naive as naive

    assert isinstance(naive.app, Celery)
    assert delivery_send.app is app
