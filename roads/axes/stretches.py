"""From a county's own description of a stretch (road, from, to; no geometry) to metres of an axis, with doubts.

Ends may be K-posts, junctions with another road, places, or the start and end of the road. Nothing is guessed in
silence: what is not exact lowers the confidence and is listed as a doubt, so that a person looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import product

import numpy as np
import shapely

from .chainage import Calibration, parse_chainage, plain_text, road_code
from .locate import AxisLine, metres_per_degree

CROSSING_WITHIN_M = 40.0
PLACE_NEAR_M = 300.0
PLACE_FAR_M = 2_000.0
LIKE = 0.75
MIN_STRETCH_M = 20.0
SURE = 0.8
_START_WORDS = ("起点", "起始点", "起", "始点", "始")
_END_WORDS = ("终点", "止点", "终", "止", "尽头")
_JUNCTION_SUFFIX = re.compile(
    r"(十字|丁字|三岔|平面|立体)?(交叉路口|交叉口|交叉处|交叉点|交汇处|交汇口|相交处|交界处|路口|道口|岔口|岔路口|互通|立交桥?|口|处)$"
)
_JOINERS = re.compile(r"^[与和跟同至、/×]+|[与和跟同相、/×]+$")
_PLACE_SUFFIX = re.compile(r"(村民委员会|居民委员会|村委会|居委会|社区|行政村|自然村|村口|村|镇区|镇|门口|附近|处)$")


@dataclass(frozen=True, slots=True)
class KnownAxis:
    """An axis to match against. `key` is whatever the caller knows it by."""

    key: int
    code: str
    name: str
    line: AxisLine
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A village, school or other place by name, WGS-84 degrees."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something a person should look at. `field` is road, from or to."""

    code: str
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class StretchProposal:
    """Proposed metres of an axis (`axis` None where none fits); confidence 0 to 1, `is_sure` from SURE without open
    doubts."""

    axis: int | None
    from_m: float
    to_m: float
    confidence: float
    doubts: tuple[Doubt, ...]

    @property
    def is_sure(self) -> bool:
        """True where it may be taken over without a look."""
        return self.axis is not None and self.confidence >= SURE and not self.doubts


@dataclass(frozen=True, slots=True)
class _EndReading:
    """Metres that an end may mean, how good the reading is, and its doubts."""

    metres: tuple[float, ...]
    score: float
    doubts: tuple[Doubt, ...] = ()


def propose_stretch(
    road: str, start: str, stop: str, axes: Sequence[KnownAxis], places: Sequence[NamedPlace] = ()
) -> StretchProposal:
    """The stretch that a row describes. Every part of the road is tried; the best reading wins, equally good ones are
    a doubt."""
    candidates = match_road(road, axes)
    if not candidates:
        return StretchProposal(None, 0.0, 0.0, 0.0, (Doubt("road_unknown", "road", f"没有找到道路“{road}”"),))
    found = [_on_axis(axis, likeness, road, (start, stop), axes, places) for axis, likeness in candidates]
    found.sort(key=lambda proposal: (-proposal.confidence, proposal.axis))
    best = found[0]
    rivals = [p for p in found[1:] if p.confidence >= best.confidence - 0.05 and p.confidence > 0]
    if not rivals:
        return best
    doubt = Doubt("road_several", "road", f"“{road}”有 {len(rivals) + 1} 段同样符合，请选择")
    return StretchProposal(best.axis, best.from_m, best.to_m, best.confidence * 0.6, (*best.doubts, doubt))


def match_road(text: str, axes: Sequence[KnownAxis]) -> list[tuple[KnownAxis, float]]:
    """Axes that a road text names, with likeness 1.0 for code or name, less for alike names; only the best kind of
    match."""
    plain = plain_text(text).replace(" ", "")
    if not plain:
        return []
    leading = re.match(r"^[GSXYCZ]\d{1,4}(?!\d)", plain)
    codes = {code for code in (road_code(plain), leading[0] if leading else "") if code}
    exact = [axis for axis in axes if axis.code and axis.code in codes]
    if not exact:
        exact = [axis for axis in axes if axis.name and plain_text(axis.name).replace(" ", "") == plain]
    if not exact:
        exact = [axis for axis in axes if axis.name and _bare(axis.name) == _bare(plain)]
    if exact:
        return [(axis, 1.0) for axis in exact]
    alike = [(axis, _likeness(_bare(plain), _bare(axis.name))) for axis in axes if axis.name]
    top = max((score for _, score in alike), default=0.0)
    return [(axis, score) for axis, score in alike if score >= LIKE and score == top]


def _bare(text: str) -> str:
    """A road name without brackets and without the words that people leave out."""
    plain = re.sub(r"[(\[（].*?[)\]）]", "", plain_text(text).replace(" ", ""))
    return re.sub(r"(高速公路|高速|公路|大道|大街|路|街|线|道)$", "", plain) or plain


def _likeness(a: str, b: str) -> float:
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


def _on_axis(
    axis: KnownAxis,
    likeness: float,
    road: str,
    ends: tuple[str, str],
    axes: Sequence[KnownAxis],
    places: Sequence[NamedPlace],
) -> StretchProposal:
    doubts: list[Doubt] = []
    if likeness < 1.0:
        doubts.append(Doubt("road_alike", "road", f"“{road}”按相近名称理解为“{axis.name}”"))
    length_m = axis.line.length_m
    if not any(end.strip() for end in ends):
        doubts.append(Doubt("whole_road", "from", "没有写起止点，按整条道路处理"))
        return StretchProposal(axis.key, 0.0, length_m, likeness * 0.6, tuple(doubts))
    start, stop = (read_end(end, name, axis, axes, places) for end, name in zip(ends, ("from", "to"), strict=True))
    doubts.extend((*start.doubts, *stop.doubts))
    if not start.metres or not stop.metres:
        known = start.metres or stop.metres
        confidence = 0.3 * likeness * max(start.score, stop.score) if known else 0.1 * likeness
        return StretchProposal(axis.key, 0.0, length_m, confidence, tuple(doubts))
    pairs = [sorted(pair) for pair in product(start.metres, stop.metres)]
    pairs = [pair for pair in pairs if pair[1] - pair[0] >= MIN_STRETCH_M]
    if not pairs:
        doubts.append(Doubt("too_short", "to", "起点与终点落在同一处"))
        return StretchProposal(axis.key, 0.0, length_m, 0.1 * likeness, tuple(doubts))
    low, high = min(pairs, key=lambda pair: (pair[1] - pair[0], pair[0]))
    return StretchProposal(axis.key, low, high, likeness * min(start.score, stop.score), tuple(doubts))


def read_end(
    text: str, field: str, axis: KnownAxis, axes: Sequence[KnownAxis], places: Sequence[NamedPlace]
) -> _EndReading:
    """Where on the axis one end lies: words for the ends, a K-post, a junction, a place; the first kind that fits."""
    plain = plain_text(text)
    bare = plain.replace(" ", "")
    own = _without_own_road(bare, axis)
    if own in _START_WORDS:
        return _EndReading((0.0,), 1.0)
    if own in _END_WORDS:
        return _EndReading((axis.line.length_m,), 1.0)
    try:
        chainage_m = parse_chainage(plain).chainage_m
    except ValueError:
        chainage_m = None
    if chainage_m is not None:
        return _at_post(chainage_m, text, field, axis)
    readings = [_at_junction(own, text, field, axis, axes), _at_place(bare, text, field, axis, places)]
    fitting = [reading for reading in readings if reading is not None and reading.metres]
    if fitting:
        return max(fitting, key=lambda reading: reading.score)
    spoken = [reading for reading in readings if reading is not None]
    unknown = _EndReading((), 0.0, (Doubt("end_unknown", field, f"无法确定“{text}”的位置"),))
    return spoken[0] if spoken else unknown


def _without_own_road(bare: str, axis: KnownAxis) -> str:
    for own in (axis.code, axis.name):
        if own and bare != own:
            bare = bare.replace(plain_text(own).replace(" ", ""), "")
    return bare


def _at_post(chainage_m: float, text: str, field: str, axis: KnownAxis) -> _EndReading:
    metres = axis.calibration.distances_at(chainage_m, axis.line.length_m)
    if not metres:
        return _EndReading((), 0.0, (Doubt("post_missing", field, f"该道路没有桩号“{text}”"),))
    if len(metres) > 1:
        return _EndReading(
            tuple(metres), 0.7, (Doubt("post_twice", field, f"桩号“{text}”因断链出现 {len(metres)} 次"),)
        )
    return _EndReading(tuple(metres), 1.0)


def _at_junction(own: str, text: str, field: str, axis: KnownAxis, axes: Sequence[KnownAxis]) -> _EndReading | None:
    stem = _JOINERS.sub("", _JUNCTION_SUFFIX.sub("", own))
    # 兴海路口 is the end of 兴海路 rather than of 兴海街.
    stem = stem + "路" if own.endswith("路口") and not stem.endswith("路") and road_code(stem) == "" else stem
    matched = match_road(stem, [other for other in axes if other.key != axis.key])
    if not matched:
        return None
    likeness = matched[0][1]
    metres = sorted({round(m, 1) for other, _ in matched for m in crossings_m(axis.line, other.line)})
    if not metres:
        return _EndReading((), 0.0, (Doubt("crossing_none", field, f"“{text}”与该道路不相交"),))
    doubts = []
    if likeness < 1.0:
        doubts.append(Doubt("crossing_alike", field, f"“{text}”按相近名称理解为“{matched[0][0].name}”"))
    if len(metres) > 1:
        doubts.append(Doubt("crossing_several", field, f"与“{text}”相交 {len(metres)} 处"))
    return _EndReading(tuple(metres), likeness * (0.7 if len(metres) > 1 else 1.0), tuple(doubts))


def _at_place(bare: str, text: str, field: str, axis: KnownAxis, places: Sequence[NamedPlace]) -> _EndReading | None:
    stem = _place_stem(bare)
    scored = [(_likeness(stem, _place_stem(plain_text(place.name).replace(" ", ""))), place) for place in places]
    top = max((score for score, _ in scored), default=0.0)
    if not stem or top < LIKE:
        return None
    feet = [axis.line.project(place.lon, place.lat) for score, place in scored if score == top]
    away_m = min(abs(foot.offset_m) for foot in feet)
    near = [foot for foot in feet if abs(foot.offset_m) <= max(PLACE_NEAR_M, away_m)]
    if away_m > PLACE_FAR_M:
        return _EndReading((), 0.0, (Doubt("place_far", field, f"“{text}”离该道路 {away_m / 1000:.1f} 公里"),))
    doubts = [Doubt("place_alike", field, f"“{text}”按相近地名理解")] if top < 1.0 else []
    if away_m > PLACE_NEAR_M:
        doubts.append(Doubt("place_off_road", field, f"“{text}”离该道路 {away_m:.0f} 米，取最近处"))
    if len(near) > 1:
        doubts.append(Doubt("place_several", field, f"“{text}”有 {len(near)} 处同名"))
    return _EndReading(tuple(foot.distance_m for foot in near), 0.9 * top * (0.7 if doubts else 1.0), tuple(doubts))


def _place_stem(text: str) -> str:
    """A place name without the kinds that people add or leave out, however many (嘉祥社区居委会 → 嘉祥)."""
    shorter = _PLACE_SUFFIX.sub("", text)
    return text if not shorter or shorter == text else _place_stem(shorter)


def crossings_m(line: AxisLine, other: AxisLine) -> list[float]:
    """Metres of `line` where `other` crosses it, or comes within CROSSING_WITHIN_M where it does not; ascending.
    Crossings less than 60 m apart (two carriageways) are one, at their middle."""
    kx, ky = (float(k) for k in metres_per_degree(float(line.lat.mean())))
    scale = np.array([kx, ky])
    a, b = (shapely.LineString(np.c_[one.lon, one.lat] * scale) for one in (line, other))
    if shapely.distance(a, b) > CROSSING_WITHIN_M:
        return []
    shared = shapely.intersection(a, b)
    if shapely.is_empty(shared):
        shared = shapely.Point(shapely.get_coordinates(shapely.shortest_line(a, b))[0])
    points = shapely.get_coordinates(shared) / scale
    metres = np.sort(line.project_many(points[:, 0], points[:, 1])[0])
    clusters = np.split(metres, np.flatnonzero(np.diff(metres) > 60.0) + 1)
    return [float((cluster[0] + cluster[-1]) / 2.0) for cluster in clusters]
