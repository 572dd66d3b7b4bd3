"""One row of a county's own table of road segments: described by words, without geometry."""

from __future__ import annotations

from collections import defaultdict
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core import clock
from core.errors import InvalidInput
from core.imports.journal import Journal
from core.imports.reading import ImportRow
from roads.axes.stretches import KnownAxis, NamedPlace, StretchProposal, propose_stretch
from roads.imports.people import chief_entered, is_mobile, organisation_of_row
from roads.models import ChiefAssignment, GazetteerPlace, ReviewItem, RoadAxis, Segment
from roads.selectors import chainage_of, level_for, levels_for, side_name
from roads.selectors.chainage import axis_shape
from roads.services import chief_assign, review_add, segment_create
from roads.services.reviews import review_open
from stations.types import Actor

COLUMNS: dict[str, tuple[str, ...]] = {
    "road": ("道路", "道路名称", "路线", "路线编号", "线路", "路名", "公路名称"),
    "from": ("起点", "起点桩号", "起始", "起始地点", "起点名称"),
    "to": ("止点", "终点", "止点桩号", "终点桩号", "终止地点", "止点名称"),
    "side": ("方向", "上下行", "行车方向"),
    "code": ("路段编号", "编号", "路段代码"),
    "name": ("路段", "路段名称"),
    "chief": ("路长", "路长姓名", "责任人", "姓名"),
    "level": ("级别", "路长级别"),
    "duty_phone": ("值班电话", "值守电话", "公开电话"),
    "duty_hours": ("值守时间", "值班时间", "在岗时间"),
    "phone": ("电话", "联系电话", "手机", "手机号"),
    "organisation": ("机构代码", "机构", "单位", "责任单位", "所属机构"),
    "starts_on": ("任期开始", "任职日期", "开始日期"),
}

_SIDES = dict.fromkeys(("", "双向", "全幅", "both"), "both") | dict.fromkeys(("上行", "up"), "up")
_SIDES |= dict.fromkeys(("下行", "down"), "down")
# Characters that many road names share say nothing about which road is meant.
_COMMON = set("路街道线大公高速国省县乡村段")
SAME_STRETCH_M = 1.0


@dataclass
class KnownRoads:
    """Axes and places to match rows against, read once an import."""

    axes: list[KnownAxis] = field(default_factory=list)
    places: dict[str, list[NamedPlace]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def read(cls) -> KnownRoads:
        """All axes in use and all places of the gazetteer."""
        known = cls()
        for axis_id in RoadAxis.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True):
            shape = axis_shape(axis_id)
            known.axes.append(KnownAxis(axis_id, shape.code, shape.name, shape.line, shape.calibration))
        for name, point in GazetteerPlace.objects.values_list("name", "geom"):
            place = NamedPlace(name, point.x, point.y)
            for pair in {name[at : at + 2] for at in range(max(1, len(name) - 1))}:
                known.places[pair].append(place)
        return known

    def propose(self, road: str, start: str, stop: str) -> StretchProposal:
        """The stretch that words describe, matched against what shares a letter with them."""
        text = f"{road}{start}{stop}".upper()
        letters = set(text) - _COMMON
        axes = [
            axis
            for axis in self.axes
            if (axis.code and axis.code in text.replace(" ", ""))
            or letters & set(axis.code)
            or letters & set(axis.name.upper())
            or not set(axis.name) - _COMMON
        ]
        places = {
            place.name + str(place.lon): place
            for end in (start, stop)
            for at in range(max(1, len(end) - 1))
            for place in self.places.get(end[at : at + 2], ())
        }
        return propose_stretch(road, start, stop, axes, list(places.values()))


@dataclass
class SegmentRows:
    """Takes rows one by one; what is doubtful goes to the review list and into `doubtful` with its line."""

    actor: Actor
    organisation_code: str
    known: KnownRoads
    doubtful: list[tuple[int, str]] = field(default_factory=list)
    journal: Journal = field(default_factory=Journal)

    def __call__(self, row: ImportRow) -> object:
        """Create the segment and its chief, or put the row on the review list. Raises InvalidInput or Conflict."""
        organisation = organisation_of_row(row, self.organisation_code)
        side = _side(row)
        road, start, stop = row.required("road"), row.text("from"), row.text("to")
        proposal = self.known.propose(road, start, stop)
        if proposal.axis is None:
            reason = "；".join(doubt.text for doubt in proposal.doubts)
            raise InvalidInput(_("没有这条道路"), field="road", value=road, cure=reason)
        axis = RoadAxis.objects.get(pk=proposal.axis)
        if not proposal.is_sure:
            return self._doubt(row, organisation, axis, proposal)
        low, high = max(0.0, proposal.from_m), min(axis.length_m, proposal.to_m)
        segment = _known_segment(axis, low, high, side) or self._create(row, organisation, axis, (low, high), side)
        if row.text("chief"):
            self._appoint(row, segment)
        return segment

    def _doubt(self, row: ImportRow, organisation: Any, axis: RoadAxis, proposal: StretchProposal) -> ReviewItem:
        reasons = "；".join(doubt.text for doubt in proposal.doubts) or _("把握不足")
        words = " ".join(part for part in (row.text("road"), row.text("from"), "→", row.text("to")) if part)
        self.doubtful.append((row.line, f"{words}: {reasons}"))
        # Phone numbers stay in the county's own file: the list is read by more people than the file.
        kept = {name: value for name, value in row.values.items() if value and name not in ("phone", "duty_phone")}
        words_at = f"{words}：{reasons}"
        known = review_open(organisation, ReviewItem.Kind.STRETCH_DOUBTFUL, words_at)
        with self.journal.changing(known) if known is not None else nullcontext():
            item = review_add(
                actor=self.actor,
                organisation=organisation,
                kind=ReviewItem.Kind.STRETCH_DOUBTFUL,
                text=words_at,
                axis=axis,
                details={
                    "line": row.line,
                    "row": kept,
                    "from_m": round(proposal.from_m, 1),
                    "to_m": round(proposal.to_m, 1),
                    "confidence": round(proposal.confidence, 2),
                    "doubts": [{"code": each.code, "field": each.field, "text": each.text} for each in proposal.doubts],
                },
            )
        return item if known is not None else self.journal.created(item)

    def _create(
        self, row: ImportRow, organisation: Any, axis: RoadAxis, metres: tuple[float, float], side: str
    ) -> Segment:
        begin = chainage_of(axis.pk, metres[0])
        label = {"down": "-X", "up": "-S"}.get(side, "")
        default_name = f"{axis.name or axis.code} {row.text('from')}–{row.text('to')}"
        return self.journal.created(
            segment_create(
                actor=self.actor,
                organisation=organisation,
                code=(row.text("code") or f"{begin.replace(' ', '-')}-P{axis.part}{label}")[:40],
                name=(row.text("name") or default_name)[:200],
                axis=axis,
                from_m=metres[0],
                to_m=metres[1],
                sides=side,
            )
        )

    def _appoint(self, row: ImportRow, segment: Segment) -> None:
        person = chief_entered(self.actor, segment.organisation, row.text("chief"), row, journal=self.journal)
        scheme = levels_for(segment.organisation)
        wanted = row.text("level") or (scheme[-1].rank if scheme else "")
        level = level_for(segment.organisation, wanted)
        now = clock.now()
        if ChiefAssignment.objects.filter(segment=segment, level=level, person=person, valid__contains=now).exists():
            return
        phone = row.text("phone")
        self.journal.created(
            chief_assign(
                actor=self.actor,
                segment=segment,
                level=level,
                person=person,
                starts_at=moment(row, "starts_on", segment.organisation) or now,
                duty_phone=row.text("duty_phone") or ("" if is_mobile(phone) else phone),
                duty_hours=row.text("duty_hours"),
            )
        )


def moment(row: ImportRow, column: str, organisation: Any) -> datetime | None:
    """The first instant of a row's local date, or None."""
    day = row.date(column)
    return None if day is None else datetime.combine(day, time(), ZoneInfo(organisation.time_zone))


def _side(row: ImportRow) -> str:
    text = row.text("side").lower()
    if text not in _SIDES:
        raise InvalidInput(_("方向应为上行、下行或双向"), field="side", value=text, cure=_("填写：上行、下行或双向"))
    return _SIDES[text]


def _known_segment(axis: RoadAxis, low: float, high: float, side: str) -> Segment | None:
    """A segment in force on the very stretch: importing a table again changes nothing."""
    rows = Segment.objects.filter(
        axis=axis,
        valid__contains=clock.now(),
        from_m__range=(low - SAME_STRETCH_M, low + SAME_STRETCH_M),
        to_m__range=(high - SAME_STRETCH_M, high + SAME_STRETCH_M),
    )
    return next((row for row in rows.select_related("organisation") if side_name(row.sides) == side), None)
