"""Road properties from OpenStreetMap tags; the same for files, GraphML and place names.

Rules follow the OpenStreetMap wiki pages Key:highway, Key:access, Key:oneway, Key:maxspeed. Our own choices: ways
that are private or closed are kept without motor traffic (a patrol car must not be routed through a locked gate, an
officer may walk in); motorway links without a `oneway` tag count as one-way.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from roads.network.source import RoadClass, WayFlag

HIGHWAY_CLASS: dict[str, RoadClass] = {
    "motorway": RoadClass.MOTORWAY,
    "motorway_link": RoadClass.MOTORWAY_LINK,
    "trunk": RoadClass.TRUNK,
    "trunk_link": RoadClass.TRUNK_LINK,
    "primary": RoadClass.PRIMARY,
    "primary_link": RoadClass.PRIMARY_LINK,
    "secondary": RoadClass.SECONDARY,
    "secondary_link": RoadClass.SECONDARY_LINK,
    "tertiary": RoadClass.TERTIARY,
    "tertiary_link": RoadClass.TERTIARY_LINK,
    "unclassified": RoadClass.UNCLASSIFIED,
    "road": RoadClass.UNCLASSIFIED,
    "residential": RoadClass.RESIDENTIAL,
    "living_street": RoadClass.LIVING_STREET,
    "service": RoadClass.SERVICE,
    "track": RoadClass.TRACK,
    "pedestrian": RoadClass.PEDESTRIAN,
    "path": RoadClass.PATH,
    "footway": RoadClass.PATH,
    "steps": RoadClass.PATH,
    "cycleway": RoadClass.PATH,
    "bridleway": RoadClass.PATH,
}
_CLOSED = frozenset({"no", "private"})
_ONEWAY = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1, "no": 0, "false": 0, "0": 0}
_ONEWAY_CLASSES = (RoadClass.MOTORWAY, RoadClass.MOTORWAY_LINK)
_KMH_PER_MPH = 1.609344
_SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*(km/?h|kph|kmh|mph)?$")
_SPEED_ZONE = re.compile(r"[a-z]{2}:[a-z0-9_]+$")
_NO_LIMIT = frozenset({"none", "signals", "variable", "walk", "default", "unposted"})
_SPEED_BOUNDS_KMH = (1.0, 200.0)


@dataclass(frozen=True, slots=True)
class WayTraits:
    """What a way's tags say. `oneway` 1 along, -1 against, 0 both; `maxspeed_kmh` NaN where unknown."""

    road_class: RoadClass
    oneway: int
    maxspeed_kmh: float
    flags: WayFlag
    name: str
    ref: str


def read_traits(tags: Mapping[str, str], skipped: Counter[str]) -> WayTraits | None:
    """Traits of a way, or None (reason counted in `skipped`) where it is no road that anybody may use.

    Values that are not understood are counted in `skipped` and treated as absent.
    """
    road_class = _road_class(tags["highway"])
    if road_class is None:
        skipped["not_a_road"] += 1
        return None
    if tags.get("area") == "yes":
        skipped["area"] += 1
        return None
    roundabout = tags.get("junction") in ("roundabout", "circular")
    flags = _access(tags, road_class)
    if flags & WayFlag.NO_MOTOR and flags & WayFlag.NO_FOOT:
        skipped["no_access"] += 1
        return None
    if tags.get("bridge", "no") != "no":
        flags |= WayFlag.BRIDGE
    if tags.get("tunnel", "no") != "no":
        flags |= WayFlag.TUNNEL
    if roundabout:
        flags |= WayFlag.ROUNDABOUT
    oneway = _oneway(tags, roundabout or road_class in _ONEWAY_CLASSES, skipped)
    name = tags.get("name:zh") or tags.get("name:zh-Hans") or tags.get("name") or ""
    ref = tags.get("ref", "").strip()
    return WayTraits(road_class, oneway, _maxspeed(tags, oneway, skipped), flags, name.strip(), ref)


def _road_class(highway: str) -> RoadClass | None:
    for value in highway.split(";"):
        road_class = HIGHWAY_CLASS.get(value.strip())
        if road_class is not None:
            return road_class
    return None


def _access(tags: Mapping[str, str], road_class: RoadClass) -> WayFlag:
    """The most specific tag decides. NO_FOOT also on motor roads."""
    flags = WayFlag(0)
    motor = next((tags[key] for key in ("motorcar", "motor_vehicle", "vehicle", "access") if key in tags), "yes")
    if motor in _CLOSED:
        flags |= WayFlag.NO_MOTOR
    foot = tags.get("foot")
    if foot is None:
        foot = "no" if tags.get("motorroad") == "yes" or tags.get("access") == "no" else "yes"
    if foot == "no":
        flags |= WayFlag.NO_FOOT
    if road_class > RoadClass.TRACK and flags & WayFlag.NO_FOOT:
        flags |= WayFlag.NO_MOTOR
    return flags


def _oneway(tags: Mapping[str, str], implied: bool, skipped: Counter[str]) -> int:
    for key in ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway"):
        value = tags.get(key)
        if value is None:
            continue
        if value in _ONEWAY:
            return _ONEWAY[value]
        skipped["bad_oneway"] += 1
    return 1 if implied else 0


def _maxspeed(tags: Mapping[str, str], oneway: int, skipped: Counter[str]) -> float:
    """km/h; of several values (`50;40`, or one for each direction of a two-way road) the lowest."""
    values = [tags["maxspeed"]] if "maxspeed" in tags else []
    if not values:
        forward, backward = "maxspeed:forward", "maxspeed:backward"
        keys = {1: (forward,), -1: (backward,)}.get(oneway, (forward, backward))
        values = [tags[key] for key in keys if key in tags]
    speeds = [parse_maxspeed_kmh(part, skipped) for value in values for part in value.split(";")]
    known = [speed for speed in speeds if not math.isnan(speed)]
    return min(known) if known else math.nan


def parse_maxspeed_kmh(text: str, skipped: Counter[str]) -> float:
    """`50`, `50 km/h`, `30 mph` in km/h; NaN for zones (`CN:urban`, counted), no limit, and nonsense (counted)."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in _NO_LIMIT:
        return math.nan
    match = _SPEED.match(plain)
    if match is None:
        skipped["maxspeed_zone" if _SPEED_ZONE.match(plain) else "bad_maxspeed"] += 1
        return math.nan
    speed = float(match[1]) * (_KMH_PER_MPH if match[2] == "mph" else 1.0)
    if not _SPEED_BOUNDS_KMH[0] <= speed <= _SPEED_BOUNDS_KMH[1]:
        skipped["bad_maxspeed"] += 1
        return math.nan
    return speed
