"""The peer of `./run bench fixes`: the usual Django view, one row a transaction, on the same tables and server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

# The same checks and the same writes as the intake's merge, for one row.
ONE_ROW = """
with resolved as (
    select d.id as device_id, m.tour_id from stations_device d
    join stations_devicebinding b on b.device_id = d.id and b.valid @> %(at)s
    join patrols_tourmember m on m.person_id = b.person_id and m.present @> %(at)s
    where d.token_hash = %(hash)s and d.locked_at is null
), history as (
    insert into patrols_fix (device_id, fixed_at, received_at, tour_id, lon, lat, speed_mps, is_mock, source)
    select device_id, %(at)s, %(at)s, tour_id, %(lon)s, %(lat)s, %(speed)s, false, 'osmand' from resolved
    on conflict do nothing
), device as (
    insert into patrols_deviceposition as p (device_id, tour_id, fixed_at, received_at, lon, lat, is_mock, source)
    select device_id, tour_id, %(at)s, %(at)s, %(lon)s, %(lat)s, false, 'osmand' from resolved
    on conflict (device_id) do update set fixed_at = excluded.fixed_at, lon = excluded.lon, lat = excluded.lat
    where excluded.fixed_at > p.fixed_at
)
insert into patrols_tourposition as p (tour_id, device_id, fixed_at, received_at, geom, is_mock, source, changed_seq)
select tour_id, device_id, %(at)s, %(at)s, st_setsrid(st_makepoint(%(lon)s, %(lat)s), 4326), false, 'osmand',
    nextval('patrols_tourposition_changed') from resolved
on conflict (tour_id) do update set fixed_at = excluded.fixed_at, geom = excluded.geom
where excluded.fixed_at > p.fixed_at
"""


def _view(request: Any) -> Any:
    from django.db import connection, transaction
    from django.http import HttpResponse

    from patrols.intake.store import token_hash
    from patrols.protocols import osmand

    decoded = osmand.decode(request.method, request.get_full_path(), {}, request.body, datetime.now(UTC))
    (fix,) = decoded.fixes
    values = {
        "hash": token_hash(decoded.credential),
        "at": fix.fixed_at,
        "lon": fix.lon,
        "lat": fix.lat,
        "speed": fix.speed_mps,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ONE_ROW, values)
    return HttpResponse(headers={"Content-Length": "0"})


urlpatterns: list[Any] = []


def server() -> Any:
    """Django with that one view, for uvicorn (`--factory`): ten threads, a persistent session each, no middleware."""
    import psycopg2.extensions
    from django.conf import settings

    from bench.fixes import dsn

    parsed = psycopg2.extensions.parse_dsn(dsn())
    settings.configure(
        SECRET_KEY="only for this benchmark",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": parsed.get("dbname", ""),
                "USER": parsed.get("user", ""),
                "PASSWORD": parsed.get("password", ""),
                "HOST": parsed.get("host", ""),
                "PORT": parsed.get("port", ""),
                "OPTIONS": {"options": parsed["options"]},
                "CONN_MAX_AGE": None,
            }
        },
    )
    from django.core.wsgi import get_wsgi_application
    from django.urls import path
    from uvicorn.middleware.wsgi import WSGIMiddleware

    urlpatterns.append(path("trackers/osmand", _view))
    # Over ASGI every request would get a thread and a session of its own, and the sessions run out.
    return WSGIMiddleware(get_wsgi_application(), workers=10)
