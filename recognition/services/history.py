"""The one way a state changes here: check against the table, compare-and-set, append a step, publish.

Callers hold a transaction and the row's lock. Nothing else in the room writes `state`.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock, events
from core.errors import Conflict, NotFound
from recognition.models import Alarm, AlarmStep, WatchCategory, WatchEntry, WatchStep
from recognition.services.climbing import wait_begin, wait_follow
from recognition.services.telling import told_of
from recognition.states import ALARM_LIFECYCLE, WATCH_LIFECYCLE, AlarmState, WatchState
from stations.selectors import names_of_users
from stations.types import DataClass

MAX_TEXT = 300


def number_of(prefix: str, sequence: str) -> str:
    """`prefix`, the local date and seven digits of a sequence, or more; gaps are allowed, doubles are not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [sequence])
        drawn = int(cursor.fetchone()[0])
    return f"{prefix}{timezone.localdate(clock.now()):%Y%m%d}{drawn:07d}"


def watch_lock(uid: object) -> WatchEntry:
    """The entry, locked until the transaction ends. Raises NotFound."""
    found = (
        WatchEntry.objects.select_for_update(of=("self",)).select_related("category", "organisation")
        .filter(uid=str(uid)).first()
    )  # fmt: skip
    if found is None:
        raise NotFound(_("没有这条布控"), field="watch", value=str(uid))
    return found


def alarm_lock(uid: object) -> Alarm:
    """The alarm, locked until the transaction ends. Raises NotFound."""
    found = Alarm.objects.select_for_update(of=("self",)).filter(uid=str(uid)).first()
    if found is None:
        raise NotFound(_("没有这条预警"), field="alarm", value=str(uid))
    return found


def watch_begin(entry: WatchEntry, *, actor_id: int | None, text: str = "") -> None:
    """The first row of a new entry's history."""
    state = WatchState(entry.state)
    WatchStep.objects.create(
        entry=entry, at=entry.applied_at, to_state=state.value, code=state.code, actor_id=actor_id,
        text=text[:MAX_TEXT],
    )  # fmt: skip
    _watch_published(entry)


def watch_move(entry: WatchEntry, to: WatchState, *, actor_id: int | None, text: str = "", **fields: Any) -> None:
    """Move an entry along its table, with what changes beside the state."""
    old = WatchState(entry.state)
    WATCH_LIFECYCLE.check(old, to)
    _compare_and_set(entry, state=to.value, **fields)
    WatchStep.objects.create(
        entry=entry, at=clock.now(), from_state=old.value, to_state=to.value, code=to.code, actor_id=actor_id,
        text=text[:MAX_TEXT],
    )  # fmt: skip
    _watch_published(entry)


def alarm_begin(alarm: Alarm, *, text: str = "") -> None:
    """The first row of a new alarm's history, and the event that others hear."""
    AlarmStep.objects.create(alarm=alarm, at=alarm.raised_at, to_state=alarm.state, text=text[:MAX_TEXT])
    category = WatchCategory.objects.filter(code=alarm.category).first()
    alarm_publish(alarm, "recognition.alarm_raised", told=told_of(category.told if category is not None else (), 0))
    wait_begin(alarm)


def alarm_move(alarm: Alarm, to: AlarmState, *, actor_id: int | None, text: str = "", **fields: Any) -> None:
    """Move an alarm along its table, with what changes beside the state."""
    old = AlarmState(alarm.state)
    ALARM_LIFECYCLE.check(old, to)
    _compare_and_set(alarm, state=to.value, **fields)
    AlarmStep.objects.create(
        alarm=alarm, at=clock.now(), from_state=old.value, to_state=to.value, code=to.code, actor_id=actor_id,
        text=text[:MAX_TEXT],
    )  # fmt: skip
    by = "" if actor_id is None else names_of_users([actor_id]).get(actor_id, "")
    alarm_publish(alarm, f"recognition.alarm_{to.value}", from_state=old.value, by=by)
    wait_follow(alarm, to)


def alarm_publish(alarm: Alarm, topic: str, **payload: Any) -> None:
    """An event about an alarm. It names no plate: whoever needs it asks, and that is written down."""
    events.publish(
        topic,
        organisation_path=alarm.organisation_path,
        audience=DataClass.ALARM.value,
        subject={"alarm_id": alarm.pk, "alarm": str(alarm.uid)},
        payload={
            "number": alarm.number,
            "state": alarm.state,
            "category": alarm.category,
            "grade": alarm.grade,
            "match": alarm.match,
            "ask": alarm.ask,
            "lon": alarm.geom.x if alarm.geom is not None else None,
            "lat": alarm.geom.y if alarm.geom is not None else None,
            "passed_at": alarm.passed_at,
            "chain": alarm.chain_id,
            "incident_uid": str(alarm.incident_uid) if alarm.incident_uid is not None else None,
            **payload,
        },
    )


def _compare_and_set(row: Any, **fields: Any) -> None:
    changed = type(row).objects.filter(pk=row.pk, version=row.version).update(version=F("version") + 1, **fields)
    if not changed:
        raise Conflict(
            _("已被他人更新，请刷新后再试"),
            code="version_conflict",
            field="version",
            value=row.version,
            cure=_("请刷新后再试"),
        )
    row.version += 1
    for name, value in fields.items():
        setattr(row, name, value)


def _watch_published(entry: WatchEntry) -> None:
    events.publish(
        "recognition.watch_changed",
        organisation_path=entry.organisation_path,
        audience=DataClass.WATCHLIST.value,
        subject={"watch": str(entry.uid)},
        payload={"number": entry.number, "state": entry.state},
    )
