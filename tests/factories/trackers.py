"""A small duty roster for the tracker intake, in a schema of its own: devices, bindings, tours, all invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from patrols.intake.report import Report
from patrols.intake.store import token_hash
from patrols.protocols.fix import Fix

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = "test_tracker_intake"
NOW = datetime(2026, 6, 10, 0, 35, tzinfo=UTC)
AT = NOW - timedelta(minutes=5)
Connect = Callable[[], Any]


class County:
    """Devices 1 and 2 with persons 1 and 2 on tour 1 (from 00:00), 3 in vehicle 7 of tour 2, 4 with one off duty."""

    def __init__(self, connect: Connect) -> None:
        self.session = connect()
        self.session.autocommit = True
        self.run(
            "truncate stations_device, stations_devicebinding, patrols_tour, patrols_tourmember, patrols_fix,"
            " patrols_deviceposition, patrols_tourposition"
        )
        for device in (1, 2, 3, 4):
            self.run(
                "insert into stations_device (id, identifier, token_hash) values (%s, %s, %s)",
                device, f"D{device}", token_hash(f"token-{device}"),
            )  # fmt: skip
        opened = datetime(2026, 6, 10, tzinfo=UTC)
        self.run(
            "insert into patrols_tour (id, opened_at, vehicle_id) values (1, %s, null), (2, %s, 7)", opened, opened
        )
        self.run(
            "insert into stations_devicebinding (device_id, person_id, vehicle_id, valid)"
            " select d, p, v, tstzrange('2026-01-01', null) from (values (1, 1, null), (2, 2, null), (3, null, 7),"
            " (4, 4, null)) as b(d, p, v)"
        )
        self.run(
            "insert into patrols_tourmember (tour_id, person_id, present)"
            " select 1, p, tstzrange(%s, null) from generate_series(1, 2) p", opened,
        )  # fmt: skip

    def run(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self.session.cursor() as cursor:
            cursor.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []

    def fixes(self) -> list[tuple[Any, ...]]:
        return self.run("select device_id, tour_id, fixed_at from patrols_fix order by 1, 3")


def a_report(device: int, at: datetime = AT, **changed: Any) -> Report:
    """A fix of device 1 to 4 (any other is unknown)."""
    values: dict[str, Any] = {"lon": 121.3917, "lat": 37.5333, "accuracy_m": 5.0} | changed
    token = f"token-{device}"
    return Report(token_hash(token), NOW, "osmand", Fix(device=token, fixed_at=at, **values))
