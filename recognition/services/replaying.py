"""One checkpoint's hour again: every passage in order, as its cameras saw them. A look-up like any other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import audit, limits
from core.errors import InvalidInput, NotFound
from recognition.services.searching import A_MINUTE, MAX_TEXT, MIN_REASON, SEARCHES
from stations.selectors import checkpoints_visible_to
from stations.services import require
from stations.types import Actor, DataClass, Verb

HOUR = timedelta(hours=1)
MOST = 5000
_COLUMNS = (
    "passed_at", "camera_code", "lane", "direction", "speed_mps", "plate", "reading", "kind_code", "colour",
    "vehicle_class", "vehicle_colour", "reliability", "clock", "lon", "lat",
)  # fmt: skip
_SQL = f"""
select {", ".join(f"p.{name}" for name in _COLUMNS)}
  from recognition_passage p
 where p.day between %(first)s and %(last)s and p.passed_at >= %(since)s and p.passed_at < %(until)s
   and (p.camera_id = any(array(select id from stations_camera where checkpoint_id = %(checkpoint)s))
        or (p.camera_id is null and p.checkpoint_id = %(checkpoint)s))
   and p.organisation_path like any(%(paths)s)
 order by p.passed_at, p.camera_code, p.source_key limit %(most)s
"""  # noqa: S608  the columns above


def checkpoint_hour(*, actor: Actor, checkpoint: str, since: datetime, reason: str, case: str) -> dict[str, Any]:
    """Passages of a checkpoint (by its code) in the hour from `since`, in order of time, at most 5,000 (`more` says
    that there were). On the record before it leaves. Raises Forbidden, InvalidInput without reason and case, NotFound.
    """
    require(actor, Verb.LOOKUP, DataClass.PASSAGE)
    for field, text in (("reason", reason), ("case", case)):
        if not MIN_REASON <= len(text.strip()) <= MAX_TEXT:
            raise InvalidInput(_("查询须写明理由和案件编号"), field=field, cure=_("填写后再查询，均会记入审计"))
    place = checkpoints_visible_to(actor).filter(code=checkpoint).first()
    if place is None:
        raise NotFound(_("没有这个卡口"), field="checkpoint", value=checkpoint)
    limits.hit("passage_search", f"user:{actor.user_id}", limit=SEARCHES, window=A_MINUTE)
    until, day = since + HOUR, timedelta(days=1)
    paths = actor.scope_paths(Verb.LOOKUP, DataClass.PASSAGE)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                _SQL,
                {
                    "first": (since - day).date(),
                    "last": (until + day).date(),
                    "since": since,
                    "until": until,
                    "checkpoint": place.pk,
                    "paths": [f"{path}%" for path in paths],
                    "most": MOST + 1,
                },
            )
            rows = [dict(zip(_COLUMNS, row, strict=True)) for row in cursor.fetchall()]
        audit.record(
            actor_id=actor.user_id,
            action="recognition.checkpoint_replay",
            object_type="checkpoint",
            object_id=place.pk,
            organisation_path=(paths or ("",))[0],
            reason=reason.strip(),
            details={"case": case.strip(), "checkpoint": checkpoint, "since": since.isoformat(), "found": len(rows)},
        )
    return {"checkpoint": checkpoint, "since": since, "until": until, "passages": rows[:MOST], "more": len(rows) > MOST}
