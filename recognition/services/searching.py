"""Looking passages up: by plate (also in part, also look-alikes), camera, place, time and what was seen of the car.

Every search is on the record before its answer leaves: who, what for, under which case, how much was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.utils import OperationalError
from django.utils.translation import gettext as _

from core import audit, limits
from core.errors import InvalidInput
from recognition.plates.grammar import PROVINCES
from recognition.plates.plate import ANY, ONE
from recognition.plates.search import SearchPattern, compile_pattern
from stations.services import require
from stations.types import Actor, DataClass, Verb

LONGEST = timedelta(days=92)
# Without a plate a search is about places: it lists everybody who passed.
LONGEST_WITHOUT_PLATE = timedelta(hours=24)
MOST = 500
A_MINUTE, SEARCHES = timedelta(minutes=1), 60
TIMEOUT_MS = 5_000
MIN_REASON, MAX_TEXT = 2, 300


@dataclass(frozen=True, slots=True)
class PassageSearch:
    """What is sought. `since`, `until` aware; `plate` with `?` and `*`; `bbox` west, south, east, north in WGS-84."""

    since: datetime
    until: datetime
    plate: str = ""
    alike: bool = False
    cameras: Sequence[str] = ()
    rings: Sequence[int] = ()
    axis: str = ""
    bbox: tuple[float, float, float, float] | None = None
    colour: str = ""
    vehicle_class: str = ""
    vehicle_colour: str = ""
    limit: int = 200


_COLUMNS = (
    "camera_code", "plate", "plate_text", "reading", "kind_code", "colour", "vehicle_class", "vehicle_colour", "lane",
    "direction", "speed_mps", "reliability", "passed_at", "device_time", "received_at", "clock", "lon", "lat", "hints",
    "pictures", "device_id", "source_key", "day",
)  # fmt: skip
_SQL = f"""
select {", ".join(f"p.{name}" for name in _COLUMNS)}
  from recognition_passage p
 where p.day between %(first)s and %(last)s and p.passed_at >= %(since)s and p.passed_at < %(until)s
   and (p.organisation_path like any(%(paths)s) or p.camera_id in (
        select c.id from stations_camera c join stations_organisation o on o.id = c.organisation_id
         where o.path like any(%(paths)s)))
"""  # noqa: S608  the columns above
_ON_AXIS = """
   and p.camera_id in (
       select c.id from stations_camera c
         join roads_facilityonroad f on f.camera_id = c.id or f.checkpoint_id = c.checkpoint_id
         join roads_roadaxis a on a.id = f.axis_id
        where a.uid::text = %(axis)s)
"""


def passages_search(*, actor: Actor, wanted: PassageSearch, reason: str, case: str) -> list[dict[str, Any]]:
    """Passages within the actor's scope, newest first. Raises Forbidden for who may not look up (auxiliaries among
    them), InvalidInput without reason and case or for a search that is too wide, RateLimited for searches in bulk.
    """
    require(actor, Verb.LOOKUP, DataClass.PASSAGE)
    for field, text in (("reason", reason), ("case", case)):
        if not MIN_REASON <= len(text.strip()) <= MAX_TEXT:
            raise InvalidInput(_("查询须写明理由和案件编号"), field=field, cure=_("填写后再查询，均会记入审计"))
    _checked(wanted)
    pattern = compile_pattern(wanted.plate, alike=wanted.alike) if wanted.plate else None
    limits.hit("passage_search", f"user:{actor.user_id}", limit=SEARCHES, window=A_MINUTE)
    with transaction.atomic():
        found = _found(actor, wanted, pattern)
        audit.record(
            actor_id=actor.user_id,
            action="recognition.passage_search",
            object_type="passage",
            object_id=case.strip()[:60],
            organisation_path=(actor.scope_paths(Verb.LOOKUP, DataClass.PASSAGE) or ("",))[0],
            reason=reason.strip(),
            details={**_plain(wanted), "case": case.strip(), "found": len(found)},
        )
    return found


def _checked(wanted: PassageSearch) -> None:
    longest = LONGEST if wanted.plate else LONGEST_WITHOUT_PLATE
    if not timedelta(0) < wanted.until - wanted.since <= longest:
        raise InvalidInput(
            _("时间范围无效或过长"),
            field="until",
            value=wanted.until.isoformat(),
            cure=_("有号牌时不超过 92 天，无号牌时不超过 24 小时"),
        )
    placed = wanted.cameras or wanted.rings or wanted.axis or wanted.bbox
    if not wanted.plate and not placed:
        raise InvalidInput(_("查询条件太宽"), field="plate", cure=_("请填写号牌，或摄像机、圈层、道路、区域之一"))


def _found(actor: Actor, wanted: PassageSearch, pattern: SearchPattern | None) -> list[dict[str, Any]]:
    sql, values = _statement(actor, wanted, pattern)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {TIMEOUT_MS}")
            cursor.execute(sql, values)
            rows = cursor.fetchall()
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    except OperationalError as error:
        if "statement timeout" not in str(error):
            raise
        raise InvalidInput(
            _("查询条件太宽，未能及时完成"), field="plate", value=wanted.plate, cure=_("缩短时间，或多填几位号牌")
        ) from error
    return [dict(zip(_COLUMNS, row, strict=True)) for row in rows]


def _statement(actor: Actor, wanted: PassageSearch, pattern: SearchPattern | None) -> tuple[str, dict[str, Any]]:
    day = timedelta(days=1)
    values: dict[str, Any] = {
        # A corrected clock may have moved a passage over midnight.
        "first": (wanted.since - day).date(),
        "last": (wanted.until + day).date(),
        "since": wanted.since,
        "until": wanted.until,
        "paths": [f"{path}%" for path in actor.scope_paths(Verb.LOOKUP, DataClass.PASSAGE)],
        "limit": max(1, min(wanted.limit, MOST)),
    }
    sql = _SQL
    if pattern is not None:
        sql += _like(pattern, values)
    if wanted.axis:
        sql += _ON_AXIS
        values["axis"] = wanted.axis
    if wanted.bbox is not None:
        sql += " and p.lon between %(west)s and %(east)s and p.lat between %(south)s and %(north)s"
        values |= dict(zip(("west", "south", "east", "north"), wanted.bbox, strict=True))
    if wanted.rings:
        sql += " and p.camera_id in (select id from stations_camera where ring = any(%(rings)s))"
        values["rings"] = list(wanted.rings)
    if wanted.cameras:
        sql += " and p.camera_id in (select id from stations_camera where code = any(%(cameras)s))"
        values["cameras"] = list(wanted.cameras)
    for name in ("colour", "vehicle_class", "vehicle_colour"):
        if text := getattr(wanted, name):
            sql += f" and p.{name} = %({name})s"
            values[name] = text
    return f"{sql} order by p.passed_at desc limit %(limit)s", values


def _like(pattern: SearchPattern, values: dict[str, Any]) -> str:
    """The condition on the plate, so that an ordered index finds its beginning. An unread province is tried through."""
    column = "p.folded" if pattern.alike else "p.plate"
    if pattern.exact:
        values["plate"] = pattern.prefix
        return f" and {column} <> '' and {column} = %(plate)s"
    words = "".join({ONE: "_", ANY: "%"}.get(part, part) for part in pattern.parts)
    beginnings = [words]
    if pattern.parts[0] == ONE and len(pattern.parts) > 1 and pattern.parts[1] not in (ONE, ANY):
        beginnings = [province + words[1:] for province in PROVINCES]
    names = [f"plate{number}" for number in range(len(beginnings))]
    values |= dict(zip(names, beginnings, strict=True))
    return f" and {column} <> '' and (" + " or ".join(f"{column} like %({name})s" for name in names) + ")"


def _plain(wanted: PassageSearch) -> dict[str, Any]:
    """What was sought, as the audit keeps it."""
    found = {name: value for name, value in asdict(wanted).items() if value not in ("", (), [], None, False)}
    return found | {"since": wanted.since.isoformat(), "until": wanted.until.isoformat()}
