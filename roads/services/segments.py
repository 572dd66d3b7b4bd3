"""Segments: create, cut, join, retire. Cutting and joining keep the past: who answered then stays answerable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import LineString, MultiLineString
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange, NumericRange
from django.db.models import Q
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.errors import Conflict, InvalidInput, NotFound
from core.geo.srid import STORE_SRID
from roads.axes.locate import substring
from roads.models import ChiefAssignment, ChiefDeputy, RoadAxis, Segment, SegmentLineage
from stations.services import require
from stations.types import Actor, DataClass, Verb

SIDES = {"down": (0, 1), "up": (1, 2), "both": (0, 2)}


def segment_geometry(axis: RoadAxis, from_m: float, to_m: float) -> MultiLineString:
    """The piece of the axis between two metres, EPSG:4326."""
    lon, lat = zip(*axis.geom.coords, strict=True)
    piece_lon, piece_lat = substring(lon, lat, from_m, to_m)
    line = LineString(list(zip(piece_lon, piece_lat, strict=True)), srid=STORE_SRID)
    return MultiLineString(line, srid=STORE_SRID)


def segment_create(
    *,
    actor: Actor,
    organisation: Any,
    code: str,
    name: str,
    axis: RoadAxis | None = None,
    from_m: float | None = None,
    to_m: float | None = None,
    sides: str = "both",
    area: Any = None,
    starts_at: datetime | None = None,
    **fields: Any,
) -> Segment:
    """Create a segment: `[from_m, to_m)` metres of an axis and its sides, or an area of village roads.

    Raises InvalidInput for a range outside the axis, Conflict when the code exists.
    """
    require(actor, Verb.CREATE, DataClass.SEGMENT, organisation.path)
    geometry = None
    if axis is not None:
        if from_m is None or to_m is None:
            raise InvalidInput(_("请给出起止里程"), field="from_m", cure=_("请检查起止桩号或里程"))
        if not 0 <= from_m < to_m <= axis.length_m + 0.5:
            raise InvalidInput(
                _("起止里程应在 0 与 %(length).0f 米之间，且起点小于终点") % {"length": axis.length_m},
                field="from_m",
                value=f"{from_m}–{to_m}",
                cure=_("请检查起止桩号或里程"),
            )
        to_m = min(to_m, axis.length_m)
        geometry = segment_geometry(axis, from_m, to_m)
    elif area is None:
        raise InvalidInput(_("请给出轴线里程或范围"), field="axis", cure=_("填写 axis、from_m、to_m，或 area"))
    if sides not in SIDES:
        raise InvalidInput(_("方向应为 down、up 或 both"), field="sides", value=sides, cure=_("填写 down、up 或 both"))
    try:
        with transaction.atomic():
            segment = Segment.objects.create(
                organisation=organisation,
                code=code,
                name=name,
                axis=axis,
                from_m=from_m,
                to_m=to_m,
                sides=NumericRange(*SIDES[sides], "[)") if axis is not None else None,
                area=area,
                geom=geometry,
                road_class=axis.road_class if axis is not None else fields.pop("road_class", 11),
                valid=DateTimeTZRange(starts_at or clock.now(), None, "[)"),
                **fields,
            )
            _record(actor, segment, "segment_created")
    except IntegrityError as error:
        if "segment_code_unique" not in str(error):
            raise
        raise Conflict(_("路段编号已存在"), field="code", value=code, cure=_("请换一个编号")) from error
    return segment


def segment_cut(
    *, actor: Actor, segment_uid: str, at_metres: Sequence[float], names: Sequence[str], reason: str = ""
) -> list[Segment]:
    """Cut a segment at metres of its axis. The old one ends now, its chiefs are carried over to every piece.

    `names` gives the name of each piece, in order of metres.
    """
    with transaction.atomic():
        parent = _locked(segment_uid)
        require(actor, Verb.CHANGE, DataClass.SEGMENT, parent.organisation.path)
        if parent.axis is None or parent.from_m is None or parent.to_m is None:
            raise InvalidInput(
                _("范围型路段不能按里程切分"), field="segment", value=parent.code, cure=_("请停用后按新范围另建")
            )
        cuts = sorted(at_metres)
        if not cuts or cuts[0] <= parent.from_m or cuts[-1] >= parent.to_m:
            raise InvalidInput(
                _("切分点应在 %(from).0f 与 %(to).0f 米之间") % {"from": parent.from_m, "to": parent.to_m},
                field="at_metres",
                value=list(at_metres),
                cure=_("请改用该范围内的里程"),
            )
        if len(names) != len(cuts) + 1:
            raise InvalidInput(
                _("名称数量应为切分点数加一"), field="names", value=list(names), cure=_("每一段给一个名称")
            )
        bounds = [parent.from_m, *cuts, parent.to_m]
        pieces = [
            _successor(actor, [parent], parent.axis, low, high, name, f"{parent.code}-{index + 1}", reason)
            for index, (low, high, name) in enumerate(zip(bounds, bounds[1:], names, strict=False))
        ]
        _retire(actor, parent, pieces)
    return pieces


def segment_join(*, actor: Actor, segment_uids: Sequence[str], code: str, name: str, reason: str = "") -> Segment:
    """Join neighbouring segments of one axis and side into one; the chiefs of the first are carried over."""
    with transaction.atomic():
        parents = sorted((_locked(uid) for uid in segment_uids), key=lambda segment: segment.from_m or 0.0)
        if len(parents) < 2:
            raise InvalidInput(
                _("至少选择两个路段"), field="segments", value=list(segment_uids), cure=_("请再选择相邻的路段")
            )
        for parent in parents:
            require(actor, Verb.CHANGE, DataClass.SEGMENT, parent.organisation.path)
        first, last = parents[0], parents[-1]
        if first.axis is None or first.from_m is None or last.to_m is None:
            raise InvalidInput(
                _("范围型路段不能按里程合并"),
                field="segments",
                value=list(segment_uids),
                cure=_("请停用后按新范围另建"),
            )
        for left, right in zip(parents, parents[1:], strict=False):
            if (
                left.axis_id != right.axis_id
                or left.sides != right.sides
                or abs((left.to_m or 0) - (right.from_m or 0)) > 1
            ):
                raise InvalidInput(
                    _("只能合并同一轴线、同一方向、首尾相接的路段"),
                    field="segments",
                    value=right.code,
                    cure=_("请只选择首尾相接的路段"),
                )
        joined = _successor(actor, parents, first.axis, first.from_m, last.to_m, name, code, reason)
        # The first comes last: its chiefs take over metres that the chiefs of the others must have left by then.
        for parent in reversed(parents):
            _retire(actor, parent, [joined] if parent is first else [])
    return joined


def segment_retire(*, actor: Actor, segment_uid: str) -> Segment:
    """End a segment: nobody answers for it any more, and the stretch shows up among those without a chief."""
    with transaction.atomic():
        segment = _locked(segment_uid)
        require(actor, Verb.CHANGE, DataClass.SEGMENT, segment.organisation.path)
        _retire(actor, segment, [])
    return segment


def _locked(uid: str) -> Segment:
    segment = (
        Segment.objects.select_for_update(of=("self",)).select_related("organisation", "axis").filter(uid=uid).first()
    )
    if segment is None:
        raise NotFound(_("没有这个路段"), field="segment", value=str(uid), cure=_("请检查编号或重新搜索"))
    if segment.valid.upper is not None:
        raise Conflict(_("路段已停用"), field="segment", value=segment.code, cure=_("请选择在用的路段"))
    return segment


def _successor(
    actor: Actor,
    parents: Sequence[Segment],
    axis: RoadAxis,
    from_m: float,
    to_m: float,
    name: str,
    code: str,
    reason: str,
) -> Segment:
    parent = parents[0]
    child = Segment.objects.create(
        organisation=parent.organisation,
        code=code,
        name=name,
        axis=axis,
        from_m=from_m,
        to_m=to_m,
        sides=parent.sides,
        geom=segment_geometry(axis, from_m, to_m),
        road_class=parent.road_class,
        valid=DateTimeTZRange(clock.now(), None, "[)"),
        patrol_every_days=parent.patrol_every_days,
        generated=parent.generated,
    )
    for ancestor in parents:
        SegmentLineage.objects.create(parent=ancestor, child=child, reason=reason)
    _record(actor, child, "segment_created")
    return child


def _retire(actor: Actor, parent: Segment, heirs: Sequence[Segment]) -> None:
    """End the parent and its appointments now, and appoint the same chiefs to the heirs from the same instant.

    Appointments that have not begun move to the heirs as they are: on the parent they would never come into force.
    """
    now = clock.now()
    not_over = Q(valid__contains=now) | Q(valid__startswith__gt=now)
    for assignment in ChiefAssignment.objects.select_for_update().filter(not_over, segment=parent):
        begun, until = assignment.valid.lower <= now, assignment.valid.upper
        deputies = list(assignment.deputies.all())
        start = now if begun else assignment.valid.lower
        if begun:
            assignment.valid = DateTimeTZRange(assignment.valid.lower, now, "[)")
            assignment.save(update_fields=["valid"])
        else:
            ChiefAssignment.objects.filter(pk=assignment.pk).delete()
        for heir in heirs:
            _inherit(actor, assignment, deputies, heir, DateTimeTZRange(start, until, "[)"))
    parent.valid = DateTimeTZRange(parent.valid.lower, now, "[)")
    parent.save(update_fields=["valid"])
    _record(actor, parent, "segment_retired")


def _inherit(
    actor: Actor, assignment: ChiefAssignment, deputies: Sequence[ChiefDeputy], heir: Segment, valid: DateTimeTZRange
) -> None:
    """The same chief with the same deputies for an heir."""
    inherited = ChiefAssignment.objects.create(
        segment=heir,
        level_id=assignment.level_id,
        person_id=assignment.person_id,
        organisation_id=assignment.organisation_id,
        duty_phone=assignment.duty_phone,
        duty_hours=assignment.duty_hours,
        duties=assignment.duties,
        valid=valid,
        axis_id=heir.axis_id,
        metres=NumericRange(heir.from_m, heir.to_m, "[)"),
        sides=heir.sides,
        created_by_id=actor.user_id,
    )
    for deputy in deputies:
        if deputy.valid.upper is None or deputy.valid.upper > valid.lower:
            ChiefDeputy.objects.create(
                assignment=inherited,
                person_id=deputy.person_id,
                order=deputy.order,
                duty_phone=deputy.duty_phone,
                valid=DateTimeTZRange(max(deputy.valid.lower, valid.lower), deputy.valid.upper, "[)"),
            )


def _record(actor: Actor, segment: Segment, action: str) -> None:
    path = segment.organisation.path or ""
    audit.record(
        actor_id=actor.user_id,
        action=f"roads.{action}",
        object_type="segment",
        object_id=str(segment.uid),
        organisation_path=path,
    )
    events.publish(
        f"roads.{action}",
        organisation_path=path,
        audience=DataClass.SEGMENT.value,
        subject={"segment": str(segment.uid), "segment_id": segment.pk},
        payload={"code": segment.code, "name": segment.name},
    )
