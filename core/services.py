"""Writers of the kernel that other rooms and commands call."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import Forbidden, InvalidInput


def clock_set(
    *, actor_id: int | None, offset: dt.timedelta | None = None, at: dt.datetime | None = None, rate: float = 1.0
) -> clock.Anchor:
    """Move the house's clock: by `offset` from now, or to `at`, running `rate` times as fast. Simulation only.

    Needs `settings.LUZHANG_SIMULATION`; raises Forbidden otherwise, InvalidInput for a rate outside 0…1000 or when both
    `offset` and `at` are given. Neither given: the time stays, only the rate changes. Every process follows within 1 s.
    """
    if not getattr(settings, "LUZHANG_SIMULATION", False):
        raise Forbidden(_("时钟只能在仿真中调整"), field="LUZHANG_SIMULATION")
    if not 0.0 <= rate <= 1000.0:
        raise InvalidInput(_("时钟速率超出范围"), field="rate", value=rate, cure="0…1000")
    if offset is not None and at is not None:
        raise InvalidInput(_("offset 与 at 只能给一个"), field="at", value=at, cure=_("去掉其中一个"))
    with transaction.atomic():
        wall = clock.wall_now()
        current = clock.refresh().at(wall)
        target = at if at is not None else current + (offset or dt.timedelta())
        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO core_clock (id, anchor_wall, anchor_time, rate) VALUES (1, %s, %s, %s)
                   ON CONFLICT (id) DO UPDATE SET anchor_wall = EXCLUDED.anchor_wall,
                       anchor_time = EXCLUDED.anchor_time, rate = EXCLUDED.rate""",
                [wall, target, rate],
            )
        audit.record(
            actor_id=actor_id, action="clock.set", object_type="clock", object_id=1, organisation_path="",
            details={"time": target, "rate": rate},
        )  # fmt: skip
    return clock.refresh()


def clock_reset(*, actor_id: int | None) -> clock.Anchor:
    """House time is wall time again."""
    return clock_set(actor_id=actor_id, at=clock.wall_now(), rate=1.0)
