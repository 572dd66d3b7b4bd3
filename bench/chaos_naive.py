"""The peer of `bench chaos` and `bench pipeline`: the shape of the tutorials, in one file.

A view stores the alert and calls `task.delay()` on commit; a Celery worker with its defaults picks the nearest free
officer and writes the assignment. No client key, no outbox, no claim: what dies in between is gone.

    uvicorn bench.chaos_naive:application        celery -A bench.chaos_naive worker
"""

from __future__ import annotations

import json
import os
from typing import Any

import django
from celery import Celery
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path

DATABASE = "naive"
TABLES = """
    CREATE TABLE officer (id serial PRIMARY KEY, geom geometry(Point, 4326));
    CREATE INDEX ON officer USING gist (geom);
    CREATE TABLE alert (id bigserial PRIMARY KEY, client_key text NOT NULL, geom geometry(Point, 4326),
                        created_at timestamptz NOT NULL DEFAULT clock_timestamp());
    CREATE TABLE assignment (id bigserial PRIMARY KEY, alert_id bigint NOT NULL, officer_id int NOT NULL,
                             created_at timestamptz NOT NULL DEFAULT clock_timestamp(), closed_at timestamptz);
    CREATE INDEX ON assignment (officer_id) WHERE closed_at IS NULL;
"""
POINT = "ST_SetSRID(ST_MakePoint(%s, %s), 4326)"
NEAREST = """
    SELECT o.id FROM officer o
     WHERE NOT EXISTS (SELECT 1 FROM assignment a WHERE a.officer_id = o.id AND a.closed_at IS NULL)
     ORDER BY o.geom <-> (SELECT geom FROM alert WHERE id = %s) LIMIT 1
"""

if "NAIVE_HOST" in os.environ:
    settings.configure(
        SECRET_KEY="peer",
        ALLOWED_HOSTS=["*"],
        USE_TZ=True,
        ROOT_URLCONF=__name__,
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": DATABASE,
                "USER": os.environ["NAIVE_USER"],
                "HOST": os.environ["NAIVE_HOST"],
                "OPTIONS": {"connect_timeout": 2},
            }
        },
    )
    django.setup()
    application: Any = get_asgi_application()

# Not this process's own app: tests of the house import this module, too.
app = Celery("naive", broker=os.environ.get("NAIVE_BROKER", ""), set_as_current=False)
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)


@app.task(name="naive.dispatch")
def dispatch(alert_id: int) -> None:
    """The nearest free officer gets it; with nobody free, another try in a second."""
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, [alert_id])
        row = cursor.fetchone()
        if row is None:
            dispatch.apply_async((alert_id,), countdown=1)
        else:
            cursor.execute("INSERT INTO assignment (alert_id, officer_id) VALUES (%s, %s)", [alert_id, row[0]])


def post_alert(request: HttpRequest) -> JsonResponse:
    """Store, and hand to Celery on commit."""
    body = json.loads(request.body)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO alert (client_key, geom) VALUES (%s, {POINT}) RETURNING id",
            [body["text"], body["lon"], body["lat"]],
        )
        (alert_id,) = cursor.fetchone()
        transaction.on_commit(lambda: dispatch.delay(alert_id))
    return JsonResponse({"id": alert_id}, status=201)


urlpatterns = [path("api/v1/incidents/", post_alert), path("healthz", lambda _: JsonResponse({"ok": True}))]
