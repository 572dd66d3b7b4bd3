"""The map of a board as SVG, drawn from our own data: it needs no tile and no network."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from roads.axes.locate import metres_per_degree
from roads.boards.labels import Label, Labels
from roads.types import road_label

Line = Sequence[tuple[float, float]]
_Step = tuple[tuple[float, float], tuple[float, float]]

WIDTH, HEIGHT = 600.0, 470.0
# Of the segment's extent, left free on every side; and what a short segment shows around itself at least.
MARGIN_SHARE = 0.16
LEAST_HEIGHT_M = 900.0
# (up to this height of the frame in metres, least important class drawn): a county would drown in village lanes.
_CLASS_LIMITS = ((2500.0, 14), (6000.0, 12), (14_000.0, 11), (40_000.0, 9), (math.inf, 7))
# class up to → width of the line, width of its case, colour token.
_ROADS = (
    (2, 8.0, 10.5, "map-motorway"),
    (4, 7.5, 10.0, "map-trunk"),
    (8, 6.0, 8.5, "map-trunk"),
    (10, 4.5, 6.5, "map-road"),
    (12, 3.0, 4.6, "map-road"),
    (17, 1.8, 3.0, "map-road"),
)
_SCALES_M = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
_LONGEST_SCALE = 150.0
_LEAST_LABELLED = 90.0
_STEP = 25.0


@dataclass(frozen=True, slots=True)
class Frame:
    """What the map shows: WGS-84 degrees, and how they become units of the drawing (600 × 470, y downwards)."""

    west: float
    south: float
    east: float
    north: float
    unit_per_degree_lon: float
    unit_per_degree_lat: float

    @property
    def height_m(self) -> float:
        """Metres from the lower to the upper edge."""
        return (self.north - self.south) * float(metres_per_degree((self.north + self.south) / 2)[1])

    @property
    def class_limit(self) -> int:
        """The least important road class that is drawn at this scale."""
        return next(limit for up_to_m, limit in _CLASS_LIMITS if self.height_m <= up_to_m)

    def xy(self, lon: float, lat: float) -> tuple[float, float]:
        """Of a point, in units of the drawing."""
        return (lon - self.west) * self.unit_per_degree_lon, (self.north - lat) * self.unit_per_degree_lat


@dataclass(frozen=True, slots=True)
class RoadLine:
    """Road lines of one class and name in WGS-84 degrees."""

    road_class: int
    name: str
    ref: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class MapContent:
    """What is drawn. `posts`, `places`, `stations`: (lon, lat, text); `here`: where the board stands."""

    segment: Sequence[Line]
    is_area: bool = False
    roads: Sequence[RoadLine] = ()
    posts: Sequence[tuple[float, float, str]] = ()
    ends: Sequence[tuple[float, float, str]] = ()
    places: Sequence[tuple[float, float, str]] = ()
    stations: Sequence[tuple[float, float, str]] = ()
    here: tuple[float, float] | None = None


@dataclass(slots=True)
class _Paper:
    frame: Frame
    ink: Mapping[str, str]
    parts: list[str] = field(default_factory=list)
    labels: Labels = field(default_factory=lambda: Labels(WIDTH, HEIGHT))

    def path(self, lines: Sequence[Line], colour: str, width: float, more: str = "") -> None:
        """Lines in one stroke."""
        if shapes := " ".join(self._d(line) for line in lines if len(line) > 1):
            self.parts.append(
                f'<path d="{shapes}" fill="none" stroke="{self.ink[colour]}" stroke-width="{width:g}" '
                f'stroke-linejoin="round" stroke-linecap="round"{more}/>'
            )

    def _d(self, line: Line) -> str:
        points = [self.frame.xy(lon, lat) for lon, lat in line]
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)

    def text(self, label: Label | None, colour: str = "map-label", *, bold: bool = False) -> None:
        """A label on a halo; nothing where there was no room for it."""
        if label is None:
            return
        turn = f' transform="rotate({label.turn_deg:.1f} {label.x:.1f} {label.y:.1f})"' if label.turn_deg else ""
        weight = "700" if bold else "500"
        common = (
            f'<text x="{label.x:.1f}" y="{label.y + label.size * 0.36:.1f}" font-size="{label.size:g}" '
            f'text-anchor="{label.anchor}" font-weight="{weight}"{turn}'
        )
        words = escape(label.text)
        halo = self.ink["map-halo"]
        self.parts.append(
            f'{common} fill="{halo}" stroke="{halo}" stroke-width="3.5" stroke-linejoin="round">{words}</text>'
            f'{common} fill="{self.ink[colour]}">{words}</text>'
        )


def frame_around(west: float, south: float, east: float, north: float) -> Frame:
    """A frame of the drawing's shape around an extent in WGS-84 degrees, with a margin."""
    lon, lat = (west + east) / 2, (south + north) / 2
    lon_m, lat_m = (float(each) for each in metres_per_degree(lat))
    wide, high = (east - west) * lon_m, (north - south) * lat_m
    high = max(high, wide * HEIGHT / WIDTH) * (1 + 2 * MARGIN_SHARE)
    high = max(high, LEAST_HEIGHT_M)
    wide = high * WIDTH / HEIGHT
    return Frame(
        lon - wide / 2 / lon_m,
        lat - high / 2 / lat_m,
        lon + wide / 2 / lon_m,
        lat + high / 2 / lat_m,
        WIDTH / (wide / lon_m),
        HEIGHT / (high / lat_m),
    )


def map_svg(content: MapContent, frame: Frame, ink: Mapping[str, str], *, here_text: str, scale_text: str) -> str:
    """The map. `ink`: colours by token; `here_text`: what the mark of the board's place says; `scale_text`: a format of
    `{n}` and `{unit}` (m or km) for the bar.
    """
    paper = _Paper(frame, ink)
    paper.parts.append(f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="{ink["map-land"]}"/>')
    _roads(paper, content.roads)
    _segment(paper, content)
    _marks(paper, content, here_text)
    for place in content.places:
        x, y = frame.xy(*place[:2])
        paper.text(paper.labels.point(x, y, place[2], 15.0, gap=0.0, sides=("middle",)), "text-2")
    _road_names(paper, content.roads)
    _scale(paper, scale_text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" '
        f'font-family="Noto Sans CJK SC, Source Han Sans SC, sans-serif">{"".join(paper.parts)}</svg>'
    )


def _roads(paper: _Paper, roads: Sequence[RoadLine]) -> None:
    """Cases under all lines, weighty roads on top."""
    for is_case in (True, False):
        for road in sorted(roads, key=lambda each: -each.road_class):
            _limit, width, case, colour = next(row for row in _ROADS if road.road_class <= row[0])
            paper.path(road.lines, "map-case" if is_case else colour, case if is_case else width)


def _segment(paper: _Paper, content: MapContent) -> None:
    if content.is_area:
        rings = " ".join(paper._d(line) + "Z" for line in content.segment)
        colour = paper.ink["map-segment"]
        paper.parts.append(
            f'<path d="{rings}" fill="{colour}" fill-opacity="0.14" stroke="{colour}" stroke-width="3" '
            'stroke-dasharray="9 5"/>'
        )
        return
    paper.path(content.segment, "map-halo", 14.0)
    paper.path(content.segment, "map-segment", 9.0)


def _marks(paper: _Paper, content: MapContent, here_text: str) -> None:
    """All marks stand before any word looks for room; the words of the board's own place come first."""
    ink, frame, labels = paper.ink, paper.frame, paper.labels
    here = frame.xy(*content.here) if content.here is not None else None
    ends = [(*frame.xy(lon, lat), text) for lon, lat, text in content.ends]
    stations = [(*frame.xy(lon, lat), text) for lon, lat, text in content.stations]
    for x, y, _text in ends:
        labels.block(x, y, 8.0)
        paper.parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6.5" fill="{ink["marker-edge"]}" stroke="{ink["map-segment"]}" '
            'stroke-width="3.5"/>'
        )
    for x, y, _text in stations:
        labels.block(x, y, 8.0)
        paper.parts.append(
            f'<rect x="{x - 7:.1f}" y="{y - 7:.1f}" width="14" height="14" rx="3" fill="{ink["brand"]}" '
            f'stroke="{ink["marker-edge"]}" stroke-width="2"/>'
        )
    if here is not None:
        x, y = here
        labels.block(x, y, 13.0)
        paper.parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="11" fill="{ink["red"]}" stroke="{ink["marker-edge"]}" '
            f'stroke-width="3"/><circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{ink["marker-edge"]}"/>'
        )
        paper.text(labels.point(x, y, here_text, 17.0, gap=16.0), "red", bold=True)
    for x, y, text in ends:
        paper.text(labels.point(x, y, text, 15.0, gap=16.0), bold=True)
    for x, y, text in stations:
        paper.text(labels.point(x, y, text, 13.0, gap=11.0), "brand", bold=True)
    for lon, lat, text in content.posts:
        x, y = frame.xy(lon, lat)
        label = labels.point(x, y, text, 12.0, gap=9.0)
        if label is not None:
            paper.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{ink["marker-edge"]}"/>')
        paper.text(label)


def _road_names(paper: _Paper, roads: Sequence[RoadLine]) -> None:
    """One name a road, along its longest piece in the drawing: at its middle, else at a quarter from either end."""
    for road in sorted(roads, key=lambda each: each.road_class):
        text = road_label(road.ref, road.name)
        pieces = [_inside([paper.frame.xy(lon, lat) for lon, lat in line]) for line in road.lines] if text else []
        longest = max(pieces, key=_length, default=[])
        if _length(longest) < _LEAST_LABELLED:
            continue
        size = 12.0 if road.road_class > 8 else 13.5
        for share in (0.5, 0.25, 0.75):
            if label := paper.labels.along(*_at(longest, share), text, size):
                paper.text(label)
                break


def _inside(points: Sequence[tuple[float, float]]) -> list[_Step]:
    """What of a line lies inside the drawing, in short steps."""
    return [
        step for step in _steps(points) if all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in step)
    ]  # fmt: skip


def _length(steps: Sequence[_Step]) -> float:
    return sum(math.dist(a, b) for a, b in steps)


def _at(steps: Sequence[_Step], share: float) -> tuple[float, float, float]:
    """(x, y, turn in degrees, readable from below) at a share of the way along steps; there is at least one."""
    wanted, gone = _length(steps) * share, 0.0
    a, b = steps[-1]
    for a, b in steps:
        gone += math.dist(a, b)
        if gone >= wanted:
            break
    turn_deg = (math.degrees(math.atan2(b[1] - a[1], b[0] - a[0])) + 90) % 180 - 90
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, turn_deg


def _steps(points: Sequence[tuple[float, float]]) -> Iterator[_Step]:
    """Short steps along a line: a long one may enter and leave the drawing between two of its points."""
    for a, b in zip(points, points[1:], strict=False):
        count = min(500, max(1, math.ceil(math.dist(a, b) / _STEP)))
        stops = [(a[0] + (b[0] - a[0]) * i / count, a[1] + (b[1] - a[1]) * i / count) for i in range(count + 1)]
        yield from zip(stops, stops[1:], strict=False)


def _scale(paper: _Paper, scale_text: str) -> None:
    """A bar of a round length, and north."""
    per_m = HEIGHT / paper.frame.height_m
    length_m = max((m for m in _SCALES_M if m * per_m <= _LONGEST_SCALE), default=_SCALES_M[0])
    x, y, width, colour = 16.0, HEIGHT - 16.0, length_m * per_m, paper.ink["map-label"]
    paper.parts.append(
        f'<path d="M{x:g} {y - 6:g}V{y:g}H{x + width:.1f}V{y - 6:g}" fill="none" stroke="{colour}" stroke-width="2"/>'
    )
    words = scale_text.format(
        n=length_m if length_m < 1000 else length_m // 1000, unit="m" if length_m < 1000 else "km"
    )
    paper.text(Label(words, x + width + 8, y - 4, 13.0, "start"))
    top = WIDTH - 24.0
    paper.parts.append(f'<path d="M{top:g} 14l7 20l-7 -5l-7 5z" fill="{colour}"/>')
    paper.text(Label("N", top, 44.0, 13.0, "middle"), bold=True)
