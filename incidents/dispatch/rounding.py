"""What enters a decision, rounded as it will be stored: coordinates to 1e-7 degrees (about 1 cm), fractions to 1e-9,
seconds to 1 ms. Rounding comes before deciding.
"""

from __future__ import annotations

from dataclasses import fields, replace

from .types import DecisionInput, Position, Spot, UnitSnapshot

DEGREES, FRACTION, SMALL = 7, 9, 3

_UNIT_FIELDS = tuple(f.name for f in fields(UnitSnapshot) if f.init)


def normalised(given: DecisionInput) -> DecisionInput:
    """The input rounded as it will be stored, units in order of call sign. Decide on this one."""
    units = sorted((_round_unit(unit) for unit in given.units), key=lambda unit: (unit.call_sign, unit.tour_id))
    incident = given.incident
    return replace(
        given,
        units=tuple(units),
        incident=replace(
            incident,
            lon=round(incident.lon, DEGREES),
            lat=round(incident.lat, DEGREES),
            spots=rounded_spots(incident.spots),
            waiting_s=round(incident.waiting_s, SMALL),
        ),
    )


def rounded_spots(spots: tuple[Spot, ...]) -> tuple[Spot, ...]:
    """Places on the network as they will be stored; itself when nothing changes."""
    for spot in spots:
        if spot.fraction != round(spot.fraction, FRACTION):
            return tuple([Spot(arc, tail, head, round(f, FRACTION)) for arc, tail, head, f in spots])
    return spots


def rounded_position(position: Position | None) -> Position | None:
    """A position as it will be stored; itself when nothing changes. Gathering may keep rounded positions for reuse."""
    if position is None:
        return None
    lon, lat, spots = round(position.lon, DEGREES), round(position.lat, DEGREES), rounded_spots(position.spots)
    if spots is position.spots and lon == position.lon and lat == position.lat:
        return position
    return Position(lon, lat, position.source, spots)


def _round_unit(unit: UnitSnapshot) -> UnitSnapshot:
    age_s = None if unit.position_age_s is None else round(unit.position_age_s, SMALL)
    sent_s = None if unit.sent_s is None else round(unit.sent_s, SMALL)
    fix, fallback = rounded_position(unit.fix), rounded_position(unit.fallback)
    if fix is unit.fix and fallback is unit.fallback and age_s == unit.position_age_s and sent_s == unit.sent_s:
        return unit
    values = {name: getattr(unit, name) for name in _UNIT_FIELDS}  # dataclasses.replace takes twice as long
    values.update(fix=fix, fallback=fallback, position_age_s=age_s, sent_s=sent_s)
    return UnitSnapshot(**values)
