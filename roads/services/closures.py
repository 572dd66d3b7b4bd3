"""Closures and measured speeds. They are rows; the weights writer puts them into the live weights within a second."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import MultiLineString
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange, NumericRange
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.errors import InvalidInput, NotFound
from core.geo.srid import STORE_SRID
from roads.models import Closure, NetworkBuild, RoadAxis, RoadSpeed
from roads.network.profiles import PASSERS
from roads.services.segments import SIDES, segment_geometry
from stations.selectors import organisation_root
from stations.services import require
from stations.types import Actor, DataClass, Verb

WEIGHTS_CHANNEL = "luzhang_weights"


def closure_create(
    *,
    actor: Actor,
    organisation: Any,
    kind: str,
    reason: str,
    axis: RoadAxis | None = None,
    from_m: float | None = None,
    to_m: float | None = None,
    sides: str = "both",
    edge_nos: Sequence[int] = (),
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    penalty_s: float = 60.0,
    who_may_pass: Sequence[str] = (),
) -> Closure:
    """Close or slow a stretch: metres of an axis, or edges of the current network build.

    A `block` stops everybody; `works` and `control` cost police `penalty_s` seconds and, where `who_may_pass` names
    some of 'police', 'emergency' (blue light) and 'foot', stop the others. Raises InvalidInput naming the field.
    """
    require(actor, Verb.CREATE, DataClass.CLOSURE, organisation.path)
    _check_kind(kind, who_may_pass)
    start = starts_at or clock.now()
    if ends_at is not None and ends_at <= start:
        raise InvalidInput(
            _("结束时间必须晚于开始时间"),
            field="ends_at",
            value=ends_at.isoformat(),
            cure=_("把结束时间改到开始时间之后"),
        )
    place = _edges_place(edge_nos) if axis is None else _axis_place(axis, from_m, to_m, sides)
    with transaction.atomic():
        closure = Closure.objects.create(
            organisation=organisation,
            kind=kind,
            reason=reason,
            penalty_s=penalty_s,
            who_may_pass=list(who_may_pass),
            valid=DateTimeTZRange(start, ends_at, "[)"),
            created_by_id=actor.user_id,
            **place,
        )
        _record(actor, closure, "closure_created")
    return closure


def _check_kind(kind: str, who_may_pass: Sequence[str]) -> None:
    if kind not in Closure.Kind.values:
        raise InvalidInput(_("未知的封闭类别"), field="kind", value=kind, cure="、".join(Closure.Kind.values))
    unknown = sorted(set(who_may_pass) - PASSERS.keys())
    if unknown:
        raise InvalidInput(
            _("未知的可通行对象"), field="who_may_pass", value="、".join(unknown), cure="、".join(PASSERS)
        )
    if who_may_pass and kind == Closure.Kind.BLOCK:
        raise InvalidInput(
            _("物理阻断谁也不能通行"),
            field="who_may_pass",
            value="、".join(who_may_pass),
            cure=_("留空，或把类别改为施工或交通管制"),
        )


def _axis_place(axis: RoadAxis, from_m: float | None, to_m: float | None, sides: str) -> dict[str, Any]:
    if sides not in SIDES:
        raise InvalidInput(_("方向应为 down、up 或 both"), field="sides", value=sides, cure=_("填写 down、up 或 both"))
    if from_m is None or to_m is None or not 0 <= from_m < to_m <= axis.length_m + 0.5:
        raise InvalidInput(
            _("起止里程应在 0 与 %(length).0f 米之间，且起点小于终点") % {"length": axis.length_m},
            field="from_m",
            value=f"{from_m}–{to_m}",
            cure=_("请检查起止桩号或里程"),
        )
    return {
        "axis": axis,
        "from_m": from_m,
        "to_m": to_m,
        "sides": NumericRange(*SIDES[sides], "[)"),
        "geom": segment_geometry(axis, from_m, to_m),
    }


def _edges_place(edge_nos: Sequence[int]) -> dict[str, Any]:
    build = NetworkBuild.objects.filter(is_current=True).first()
    if build is None or not edge_nos:
        raise InvalidInput(
            _("请给出轴线里程，或当前路网的边号"), field="axis", cure=_("填写 axis、from_m、to_m，或 edges")
        )
    return {"build": build, "edge_nos": sorted(set(edge_nos)), "geom": _edges_geometry(build, edge_nos)}


def _edges_geometry(build: NetworkBuild, edge_nos: Sequence[int]) -> MultiLineString:
    """The lines of edges, kept with a closure: they outlive the network. Raises InvalidInput for unknown numbers."""
    lines = dict(build.edges.filter(edge_no__in=edge_nos).values_list("edge_no", "geom"))
    unknown = sorted(set(edge_nos) - lines.keys())
    if unknown:
        raise InvalidInput(_("当前路网没有这些边号"), field="edge_nos", value=unknown[:20], cure=_("请重新选择路段"))
    return MultiLineString([lines[number] for number in sorted(lines)], srid=STORE_SRID)


def closure_end(*, actor: Actor, closure_uid: str) -> Closure:
    """Open the road again, now. Ending twice is harmless."""
    with transaction.atomic():
        closure = (
            Closure.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .filter(uid=closure_uid)
            .first()
        )
        if closure is None:
            raise NotFound(_("没有这项封闭"), field="closure", value=str(closure_uid))
        require(actor, Verb.CHANGE, DataClass.CLOSURE, closure.organisation.path)
        if closure.ended_at is None:
            closure.ended_at = clock.now()
            closure.save(update_fields=["ended_at"])
            _record(actor, closure, "closure_ended")
    return closure


def speed_report(
    *, actor: Actor, build: NetworkBuild, edge_nos: Sequence[int], factor: float, source: str, ends_at: datetime
) -> RoadSpeed:
    """A measured speed on edges: travel time is multiplied by `factor` until `ends_at`. It is the whole network's, so
    the right to close roads of the root organisation is asked for. Raises InvalidInput for edges the build has not.
    """
    require(actor, Verb.CREATE, DataClass.CLOSURE, organisation_root().path or "")
    if not 0 < factor <= 100:
        raise InvalidInput(
            _("系数应在 0 与 100 之间"), field="factor", value=factor, cure=_("通行变慢填大于 1，变快填小于 1")
        )
    strange = [number for number in edge_nos if number >= build.edge_count]
    if strange:
        raise InvalidInput(
            _("路网没有这些边"),
            field="edge_nos",
            value=strange[:10],
            cure=_("边号应小于 %(count)d") % {"count": build.edge_count},
        )
    if ends_at <= clock.now():
        raise InvalidInput(
            _("结束时间必须晚于现在"), field="ends_at", value=ends_at.isoformat(), cure=_("选择晚于现在的时间")
        )
    with transaction.atomic():
        speed = RoadSpeed.objects.create(
            build=build,
            edge_nos=list(edge_nos),
            factor=factor,
            source=source,
            valid=DateTimeTZRange(clock.now(), ends_at, "[)"),
        )
        _notify()
    return speed


def _notify() -> None:
    """Wake the weights writer when this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WEIGHTS_CHANNEL}")


def _record(actor: Actor, closure: Closure, action: str) -> None:
    path = closure.organisation.path or ""
    audit.record(
        actor_id=actor.user_id,
        action=f"roads.{action}",
        object_type="closure",
        object_id=str(closure.uid),
        organisation_path=path,
        reason=closure.reason,
    )
    events.publish(
        f"roads.{action}",
        organisation_path=path,
        audience=DataClass.CLOSURE.value,
        subject={"closure": str(closure.uid)},
        payload={"kind": closure.kind, "reason": closure.reason},
    )
    _notify()
