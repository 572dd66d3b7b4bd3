"""Travel-time profiles: who may use an arc, and how fast it is with nothing else known.

All times are int32 milliseconds. `INF` = 2**30 marks an arc that a profile may not use at all. An arc that is only
blocked for now carries `INF | open_ms`, so that the time of a partial drive on it stays known.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from .source import Float64, Int8, Int32, RoadClass, UInt8, WayFlag

INF = 2**30
OPEN_MASK = INF - 1
CONNECTOR_MS = 1
HOURS_OF_WEEK = 168
CLASS_COUNT = 18


class Profile(IntEnum):
    """Rows of every weight table."""

    DRIVE = 0
    EMERGENCY = 1
    FOOT = 2


# Who a closure of works or control may let pass, in its words, and whose times that concerns: every unit that is routed
# is the police's, with blue light or without; walkers are theirs too.
PASSERS: dict[str, frozenset[Profile]] = {
    "police": frozenset({Profile.DRIVE, Profile.EMERGENCY}),
    "emergency": frozenset({Profile.EMERGENCY}),
    "foot": frozenset({Profile.FOOT}),
}

# Free-flow car speeds in km/h by class, used where the source has no maxspeed. Source: the table with which the engine
# was chosen (trials/dispatch.md, sketches/dispatch/graphs.py); track, pedestrian and path are ours.
DRIVE_SPEED_KMH: dict[RoadClass, float] = {
    RoadClass.MOTORWAY: 100,
    RoadClass.MOTORWAY_LINK: 50,
    RoadClass.TRUNK: 80,
    RoadClass.TRUNK_LINK: 45,
    RoadClass.PRIMARY: 60,
    RoadClass.PRIMARY_LINK: 40,
    RoadClass.SECONDARY: 50,
    RoadClass.SECONDARY_LINK: 35,
    RoadClass.TERTIARY: 40,
    RoadClass.TERTIARY_LINK: 30,
    RoadClass.UNCLASSIFIED: 30,
    RoadClass.RESIDENTIAL: 25,
    RoadClass.LIVING_STREET: 10,
    RoadClass.SERVICE: 15,
    RoadClass.TRACK: 12,
    RoadClass.PEDESTRIAN: 10,
    RoadClass.PATH: 5,
}
MAXSPEED_FACTOR = 0.8  # a signed limit is not reached on average: signals, bends, other cars (same source)
SPEED_BOUNDS_KMH = (5.0, 130.0)
EMERGENCY_FACTOR = 1.25  # blue light: faster than traffic, still bounded by SPEED_BOUNDS_KMH
EMERGENCY_CONTRA_KMH = 20.0  # against a one-way street, at walking-traffic speed
EMERGENCY_DELAY_SHARE = 0.5  # share of a traffic delay that blue light still suffers
FOOT_KMH = 5.0

LAST_MOTOR_CLASS = RoadClass.TRACK
NO_CONTRA_CLASSES = (RoadClass.MOTORWAY, RoadClass.MOTORWAY_LINK, RoadClass.TRUNK, RoadClass.TRUNK_LINK)
NO_FOOT_CLASSES = (RoadClass.MOTORWAY, RoadClass.MOTORWAY_LINK)


def motor_allowed(road_class: Int8, flags: UInt8) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """True where ordinary motor traffic may use a way (direction aside)."""
    return np.asarray((road_class <= LAST_MOTOR_CLASS) & ((flags & WayFlag.NO_MOTOR) == 0))


def drive_speed_kmh(road_class: Int8, maxspeed_kmh: Float64) -> Float64:
    """Free-flow speed in km/h: 0.8 x maxspeed where given, else by class; within SPEED_BOUNDS_KMH."""
    table = np.full(CLASS_COUNT, SPEED_BOUNDS_KMH[0])
    for key, value in DRIVE_SPEED_KMH.items():
        table[key] = value
    speed = table[road_class.astype(np.int64)]
    given = np.isfinite(maxspeed_kmh) & (maxspeed_kmh > 0)
    signed = np.clip(np.where(given, maxspeed_kmh, 0.0) * MAXSPEED_FACTOR, *SPEED_BOUNDS_KMH)
    return np.asarray(np.where(given, signed, speed), np.float64)


def milliseconds(length_m: Float64, speed_kmh: Float64) -> Int32:
    """Travel time in ms, at least 1, below INF."""
    value = np.rint(length_m / (speed_kmh / 3.6) * 1000.0)
    return np.clip(value, 1, INF - 1).astype(np.int32)


def base_weights(
    length_m: Float64, road_class: Int8, flags: UInt8, oneway: Int8, maxspeed_kmh: Float64, forward: UInt8
) -> tuple[Int32, Int8]:
    """Base times of physical arcs: array (3, arcs) by `Profile`, and each arc's access rank.

    All inputs by arc; `oneway` is of the way (1, -1, 0), `forward` is 1 for the arc along the way.
    Access rank: 0 drive may use it, 1 only emergency (and foot), 2 only foot.
    Emergency vehicles may go against a one-way street except on motorways, trunk roads and roundabouts, and into
    pedestrian streets; they obey turn restrictions. Foot ignores one-way streets and turn restrictions.
    """
    motor = motor_allowed(road_class, flags)
    along = np.where(forward == 1, oneway >= 0, oneway <= 0)
    drive_ok = motor & along
    speed = drive_speed_kmh(road_class, maxspeed_kmh)
    contra_ok = motor & ~along & ~np.isin(road_class, NO_CONTRA_CLASSES) & ((flags & WayFlag.ROUNDABOUT) == 0)
    zone_ok = (road_class == RoadClass.PEDESTRIAN) & ((flags & WayFlag.NO_MOTOR) == 0)
    emergency_ok = drive_ok | contra_ok | zone_ok
    fast = np.clip(speed * EMERGENCY_FACTOR, *SPEED_BOUNDS_KMH)
    emergency_speed = np.where(drive_ok, fast, np.minimum(speed, EMERGENCY_CONTRA_KMH))
    foot_ok = ((flags & WayFlag.NO_FOOT) == 0) & ~np.isin(road_class, NO_FOOT_CLASSES)
    weights = np.empty((3, length_m.size), np.int32)
    weights[Profile.DRIVE] = np.where(drive_ok, milliseconds(length_m, speed), INF)
    weights[Profile.EMERGENCY] = np.where(emergency_ok, milliseconds(length_m, emergency_speed), INF)
    weights[Profile.FOOT] = np.where(foot_ok, milliseconds(length_m, np.full(length_m.size, FOOT_KMH)), INF)
    rank = np.where(drive_ok, 0, np.where(emergency_ok, 1, 2)).astype(np.int8)
    return weights, rank


def default_hour_factors() -> Float64:
    """Time factor by hour of the week (0 = Monday 00:00 local) and road class; 1.0 everywhere until data says more."""
    return np.ones((HOURS_OF_WEEK, CLASS_COUNT), np.float64)
