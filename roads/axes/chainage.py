"""Chainage 桩号: metres along an axis ↔ kilometres as painted on the posts, and their text form.

Painted kilometres are not always 1,000 m long, and where a road was relocated the painted number jumps 断链:
backwards (a long chain: numbers occur twice) or forwards (a short chain: numbers that do not exist). Posts are kept
in the order of the road; two posts at one metre state such a break.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from roads.network.source import Float64

SAME_POINT_M = 0.01


class Direction(StrEnum):
    """Of an axis: `down` 下行 runs with growing chainage, `up` 上行 against it."""

    DOWN = "down"
    UP = "up"
    BOTH = "both"


_DIRECTION_TEXT = {Direction.DOWN: "下行", Direction.UP: "上行", Direction.BOTH: ""}


@dataclass(frozen=True, slots=True)
class Post:
    """A kilometre post: metre of the axis and chainage painted on it, in metres."""

    distance_m: float
    chainage_m: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Posts of an axis in the order of the road (`distance_m` never falls; two posts at one metre are a break).

    Between two posts chainage is interpolated; before the first and after the last it runs on metre by metre.
    """

    posts: tuple[Post, ...]

    def __post_init__(self) -> None:
        if not self.posts:
            raise ValueError("a calibration needs a post")
        for post in self.posts:
            if not (math.isfinite(post.distance_m) and math.isfinite(post.chainage_m)):
                raise ValueError(f"a post is not a number: {post}")
        for before, after in zip(self.posts, self.posts[1:], strict=False):
            step = after.distance_m - before.distance_m
            if step < 0:
                raise ValueError(f"posts are not in the order of the road: {before} {after}")
            if step > SAME_POINT_M and after.chainage_m <= before.chainage_m:
                raise ValueError(
                    f"chainage does not grow between {before} and {after}; state a break as two posts at one metre"
                )

    @classmethod
    def from_posts(cls, posts: Iterable[tuple[float, float]]) -> Calibration:
        """From (distance_m, chainage_m) pairs; sorted by distance, at one metre kept in the order given. ValueError
        if not sound."""
        rows = [Post(float(distance_m), float(chainage_m)) for distance_m, chainage_m in posts]
        return cls(tuple(sorted(rows, key=lambda post: post.distance_m)))

    @classmethod
    def even(cls, length_m: float, start_chainage_m: float = 0.0) -> Calibration:
        """Posts every painted kilometre of an axis without posts of its own, and at its two ends."""
        first = math.floor(start_chainage_m / 1000.0) * 1000.0 + 1000.0
        inner = np.arange(first, start_chainage_m + length_m, 1000.0)
        chainages = [start_chainage_m, *inner.tolist(), start_chainage_m + length_m]
        return cls(tuple(Post(chainage - start_chainage_m, chainage) for chainage in chainages))

    @property
    def breaks(self) -> tuple[tuple[Post, Post], ...]:
        """Pairs of posts at one metre with different chainage: (before, after)."""
        return tuple(
            (a, b)
            for a, b in zip(self.posts, self.posts[1:], strict=False)
            if b.distance_m - a.distance_m <= SAME_POINT_M and abs(b.chainage_m - a.chainage_m) > SAME_POINT_M
        )

    def chainage_at(self, distance_m: float) -> float:
        """Painted chainage in metres at a metre of the axis; at a break that of the road ahead."""
        distances = [post.distance_m for post in self.posts]
        after = int(np.searchsorted(distances, distance_m, side="right"))
        if after == 0:
            return self.posts[0].chainage_m + distance_m - distances[0]
        if after == len(self.posts):
            return self.posts[-1].chainage_m + distance_m - distances[-1]
        a, b = self.posts[after - 1], self.posts[after]
        if b.distance_m - a.distance_m <= SAME_POINT_M:
            return b.chainage_m
        share = (distance_m - a.distance_m) / (b.distance_m - a.distance_m)
        return a.chainage_m + share * (b.chainage_m - a.chainage_m)

    def chainages_at(self, distances_m: Float64) -> Float64:
        """`chainage_at` of many metres."""
        return np.array([self.chainage_at(float(distance_m)) for distance_m in distances_m], np.float64)

    def distances_at(self, chainage_m: float, length_m: float | None = None) -> list[float]:
        """Metres of the axis that carry a chainage, ascending: none in the gap of a short chain, two in a long chain.

        With `length_m` only answers between 0 and the length (1 m of tolerance) are given.
        """
        found: list[float] = []
        first, last = self.posts[0], self.posts[-1]
        if chainage_m < first.chainage_m:
            found.append(first.distance_m + chainage_m - first.chainage_m)
        for a, b in zip(self.posts, self.posts[1:], strict=False):
            if b.distance_m - a.distance_m > SAME_POINT_M and a.chainage_m <= chainage_m <= b.chainage_m:
                share = (chainage_m - a.chainage_m) / (b.chainage_m - a.chainage_m)
                found.append(a.distance_m + share * (b.distance_m - a.distance_m))
        if chainage_m >= last.chainage_m:
            found.append(last.distance_m + chainage_m - last.chainage_m)
        if length_m is not None:
            found = [min(max(d, 0.0), length_m) for d in found if -1.0 <= d <= length_m + 1.0]
        distinct: list[float] = []
        for distance_m in sorted(found):
            if not distinct or distance_m - distinct[-1] > SAME_POINT_M:
                distinct.append(distance_m)
        return distinct


@dataclass(frozen=True, slots=True)
class ChainageText:
    """A chainage as somebody wrote it. `road` is a code, a name or empty."""

    road: str
    chainage_m: float
    direction: Direction = Direction.BOTH


_NUMBER = r"\d+(?:\.\d+)?"
_POST = re.compile(
    rf"(?:桩号)?(?:[ZY]?K(?P<km>-?\d+)\+(?P<m>{_NUMBER})米?"
    rf"|K(?P<only_km>{_NUMBER})(?![\d+])(?:公里|千米|KM)?(?:处)?"
    rf"|(?<![A-Z\d.])(?P<ordinal_km>\d+)(?:公里|千米|KM)(?P<ordinal_m>{_NUMBER})米"
    rf"|(?<![A-Z\d.])(?P<plain_km>{_NUMBER})(?:公里|千米|KM))(?:处)?"
)
_DIRECTION = re.compile(r"(上行|下行|双向|双幅)(?:方向|线|侧)?")
_CODE = re.compile(r"^([GSXYCZ])[\s-]*(\d{1,4}[A-Z]?\d*)(?:线|国道|省道|县道|乡道|高速公路|高速)?$")
_LETTER_OF_GRADE = {"国道": "G", "省道": "S", "县道": "X", "乡道": "Y", "村道": "C"}
_GRADE_FIRST = re.compile(r"^(国道|省道|县道|乡道|村道)\s*([A-Z]?)(\d{1,4})(?:线)?$")
_CODE_WITH_NAME = re.compile(r"^([GSXYC]\d{1,4})(?![\dA-Z])")
_GRADE_LAST = re.compile(r"^([A-Z]?)(\d{1,4})\s*(国道|省道|县道|乡道|村道)$")


def plain_text(text: str) -> str:
    """Full-width to half-width, dashes and plus signs to one form, upper case, single spaces."""
    plain = unicodedata.normalize("NFKC", text).upper()
    plain = re.sub(r"[‐-―−]", "-", plain).replace("﹢", "+")
    return re.sub(r"\s+", " ", plain).strip()


def road_code(text: str) -> str:
    """`g 98`, `G98线`, `国道98`, `98国道` → `G98`; empty where the text is no road code."""
    plain = plain_text(text)
    match = _CODE.match(plain)
    if match is not None:
        return match[1] + match[2]
    match = _GRADE_FIRST.match(plain)
    if match is not None:
        return (match[2] or _LETTER_OF_GRADE[match[1]]) + match[3]
    match = _GRADE_LAST.match(plain)
    if match is not None:
        return (match[1] or _LETTER_OF_GRADE[match[3]]) + match[2]
    return ""


def parse_chainage(text: str) -> ChainageText:
    """`G98 K12+300 下行`, `K12+300 G98`, `ｇ９８线ｋ１２＋３００`, `省道201 12.3公里`, `G98 12公里300米` in any order
    of parts.

    Raises ValueError where there is no chainage, more than one, or metres of 10,000 and more.
    """
    plain = plain_text(text)
    plain = re.sub(r"(?<=\d) *\+ *(?=\d)", "+", re.sub(r"\bK +(?=\d)", "K", plain))
    directions = {match[1] for match in _DIRECTION.finditer(plain)}
    if "上行" in directions and "下行" in directions:
        directions = {"双向"}
    rest = _DIRECTION.sub(" ", plain)
    posts = list(_POST.finditer(rest))
    if len(posts) != 1:
        raise ValueError(f"{'no' if not posts else 'more than one'} chainage in {text!r}")
    post = posts[0]
    road = re.sub(r"\s+", " ", rest[: post.start()] + " " + rest[post.end() :]).strip(" ,，、的()")
    code = road_code(road)
    if not code and (leading := _CODE_WITH_NAME.match(road)) is not None:
        code = leading[1]
    named = next(iter(directions), "")
    direction = {"上行": Direction.UP, "下行": Direction.DOWN}.get(named, Direction.BOTH)
    return ChainageText(code or road, _metres(post, text), direction)


def _metres(post: re.Match[str], text: str) -> float:
    if post["km"] is not None:
        if float(post["m"]) >= 10_000:
            raise ValueError(f"more than ten thousand metres after the kilometre in {text!r}")
        sign = -1.0 if post["km"].startswith("-") else 1.0
        return sign * (abs(float(post["km"])) * 1000.0 + float(post["m"]))
    if post["ordinal_km"] is not None:
        return float(post["ordinal_km"]) * 1000.0 + float(post["ordinal_m"])
    return float(post["only_km"] or post["plain_km"]) * 1000.0


def format_post(chainage_m: float, decimals: int = 0) -> str:
    """`K12+300`, rounded to the metre or to decimals of it; before kilometre 0 as `K-0+040`."""
    rounded = round(abs(chainage_m), decimals)
    km, metres = divmod(rounded, 1000.0)
    if round(metres, decimals) >= 1000.0:
        km, metres = km + 1, 0.0
    sign = "-" if chainage_m < 0 and rounded > 0 else ""
    return f"K{sign}{int(km)}+{metres:0{3 + decimals + bool(decimals)}.{decimals}f}"


def format_chainage(road: str, chainage_m: float, direction: Direction = Direction.BOTH, decimals: int = 0) -> str:
    """`G98 K12+300 下行`; the direction is left out for both."""
    return " ".join(part for part in (road, format_post(chainage_m, decimals), _DIRECTION_TEXT[direction]) if part)
