"""A decision as canonical JSON: the same decision always gives the same bytes and the same SHA-256.

Keys are sorted, no spaces, UTF-8; coordinates are rounded to 1e-7 degrees (about 1 cm), fractions to 1e-9, seconds and
metres to 1 ms and 1 mm. Rounding comes *before* deciding (`normalised`), so that what is stored is what was decided on.
Units are rows under one list of column names: a decision over 200 units stays a few dozen kilobytes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from typing import Any

from .engine import decide, judge
from .policy import DispatchPolicy
from .types import (
    Candidate,
    DecisionInput,
    DecisionRecord,
    Exclusion,
    IncidentSnapshot,
    Pick,
    Plan,
    Position,
    PositionSource,
    Reason,
    Rejection,
    Role,
    Spot,
    Tier,
    TravelTimes,
    UnitSnapshot,
    UnitState,
)

FORMAT = 1
DEGREES, FRACTION, SMALL = 7, 9, 3

_INCIDENT = tuple(f.name for f in fields(IncidentSnapshot))
_UNIT = tuple(f.name for f in fields(UnitSnapshot))
_CANDIDATE = tuple(f.name for f in fields(Candidate))
# Derived, for readers that verify a decision without this program: which start of which tier entered the search.
_DERIVED = ("eligible", "may_support", "tier", "profile", "offset_ms", "start")


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
            spots=_round_spots(incident.spots),
            waiting_s=round(incident.waiting_s, SMALL),
        ),
    )


def to_json(record: DecisionRecord) -> dict[str, Any]:
    """Plain data of a record. `units` and the plan's lists are rows; their columns are named beside them."""
    given, plan = record.input, record.plan
    judged = judge(given)
    derived: list[list[object]] = []
    for i, start in enumerate(judged.starts):
        if start is None:
            derived.append([False, False, None, None, None, None])
            continue
        which = "fix" if start.position == judged.units[i].fix else "fallback"
        row = [judged.main[i] is None, judged.support[i], int(start.tier), start.profile, start.offset_ms, which]
        derived.append(row)
    return {
        "format": FORMAT,
        "at": given.at,
        "network_version": given.network_version,
        "weights_generation": given.weights_generation,
        "search_k": given.search_k,
        "matched": None if given.matched is None else list(given.matched),
        "policy": given.policy.as_json(),
        "incident": {name: _plain(getattr(given.incident, name)) for name in _INCIDENT},
        "unit_columns": [*_UNIT, *_DERIVED],
        "units": [
            [*(_plain(getattr(unit, name)) for name in _UNIT), *more]
            for unit, more in zip(judged.units, derived, strict=True)
        ],
        "plan": plan_to_json(plan),
    }


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """Plain data of a plan, candidates as objects: what API and pages show."""
    return {
        "candidates": [_candidate_json(one) for one in plan.candidates],
        "supports": [_candidate_json(one) for one in plan.supports],
        "preemptions": [_candidate_json(one) for one in plan.preemptions],
        "picks": [{"tour_id": p.tour_id, "role": p.role.value, "automatic": p.automatic} for p in plan.picks],
        "automatic": plan.automatic,
        "rejected": [
            {"tour_id": r.tour_id, "call_sign": r.call_sign, "code": r.code, "params": _plain(r.params)}
            for r in plan.rejected
        ],
        "shortfall": plan.shortfall,
        "missing": plan.missing,
        "warnings": [_reason_json(reason) for reason in plan.warnings],
        "settled": plan.settled,
        "over_budget": plan.over_budget,
    }


def dumps(record: DecisionRecord) -> str:
    """Canonical text of a record."""
    return canonical(to_json(record))


def canonical(plain: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, UTF-8, no NaN. Raises ValueError for NaN or infinity."""
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256(text: str) -> str:
    """Hexadecimal SHA-256 of a canonical text."""
    return hashlib.sha256(text.encode()).hexdigest()


def load(text: str) -> DecisionRecord:
    """Read a record that `dumps` wrote. Raises ValueError for another format."""
    return from_json(json.loads(text))


def from_json(plain: dict[str, Any]) -> DecisionRecord:
    """Read what `to_json` gave (also back from a JSON column, which keeps no order of keys)."""
    if plain.get("format") != FORMAT:
        raise ValueError(f"decision format {plain.get('format')!r}, expected {FORMAT}")
    columns = plain["unit_columns"]
    units = tuple(_unit(dict(zip(columns, row, strict=True))) for row in plain["units"])
    matched = plain["matched"]
    given = DecisionInput(
        incident=_incident(plain["incident"]),
        units=units,
        policy=DispatchPolicy.from_json(plain["policy"]),
        at=plain["at"],
        network_version=plain["network_version"],
        weights_generation=plain["weights_generation"],
        search_k=plain["search_k"],
        matched=None if matched is None else tuple(matched),
    )
    return DecisionRecord(given, plan_from_json(plain["plan"]))


def plan_from_json(plain: dict[str, Any]) -> Plan:
    """Read what `plan_to_json` gave."""
    return Plan(
        candidates=tuple(_candidate(one) for one in plain["candidates"]),
        supports=tuple(_candidate(one) for one in plain["supports"]),
        preemptions=tuple(_candidate(one) for one in plain["preemptions"]),
        picks=tuple(Pick(p["tour_id"], Role(p["role"]), p["automatic"]) for p in plain["picks"]),
        automatic=plain["automatic"],
        rejected=tuple(
            Rejection(r["tour_id"], r["call_sign"], r["code"], _params(r["params"])) for r in plain["rejected"]
        ),
        shortfall=plain["shortfall"],
        missing=plain["missing"],
        warnings=tuple(_reason(one) for one in plain["warnings"]),
        settled=plain["settled"],
        over_budget=plain["over_budget"],
    )


def replay(record: DecisionRecord, travel: TravelTimes) -> Plan:
    """Decide again on the recorded input. Equal to `record.plan` when network and weights are the recorded ones."""
    return decide(record.input, travel)


def _round_spots(spots: tuple[Spot, ...]) -> tuple[Spot, ...]:
    return tuple(Spot(s.arc, s.tail, s.head, round(s.fraction, FRACTION)) for s in spots)


def _round_position(position: Position | None) -> Position | None:
    if position is None:
        return None
    lon, lat = round(position.lon, DEGREES), round(position.lat, DEGREES)
    return Position(lon, lat, position.source, _round_spots(position.spots))


def _round_unit(unit: UnitSnapshot) -> UnitSnapshot:
    return replace(
        unit,
        fix=_round_position(unit.fix),
        fallback=_round_position(unit.fallback),
        position_age_s=None if unit.position_age_s is None else round(unit.position_age_s, SMALL),
        sent_s=None if unit.sent_s is None else round(unit.sent_s, SMALL),
    )


def _plain(value: Any) -> Any:
    """Plain data: sets sorted, spots as [arc, tail, head, fraction], positions as [lon, lat, source, spots]."""
    if isinstance(value, Spot):
        return [value.arc, value.tail, value.head, value.fraction]
    if isinstance(value, Position):
        return [value.lon, value.lat, value.source.value, [_plain(spot) for spot in value.spots]]
    if isinstance(value, Exclusion):
        return [value.tour_id, value.code]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _reason_json(reason: Reason) -> dict[str, Any]:
    return {"code": reason.code, "params": _plain(reason.params)}


def _candidate_json(one: Candidate) -> dict[str, Any]:
    plain = {name: _plain(getattr(one, name)) for name in _CANDIDATE}
    plain["reasons"] = [_reason_json(reason) for reason in one.reasons]
    plain["warnings"] = [_reason_json(reason) for reason in one.warnings]
    return plain


def _params(rows: list[Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in rows)


def _reason(plain: dict[str, Any]) -> Reason:
    return Reason(plain["code"], _params(plain["params"]))


def _spots(rows: list[Any]) -> tuple[Spot, ...]:
    return tuple(Spot(*row) for row in rows)


def _position(row: list[Any] | None) -> Position | None:
    return None if row is None else Position(row[0], row[1], PositionSource(row[2]), _spots(row[3]))


def _unit(row: dict[str, Any]) -> UnitSnapshot:
    values: dict[str, Any] = {name: row[name] for name in _UNIT}
    values["powers"] = frozenset(row["powers"])
    values["state"] = UnitState(row["state"])
    values["fix"], values["fallback"] = _position(row["fix"]), _position(row["fallback"])
    values["lent_to"] = tuple(row["lent_to"])
    return UnitSnapshot(**values)


def _incident(row: dict[str, Any]) -> IncidentSnapshot:
    values: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in row.items()}
    values["required_powers"] = frozenset(row["required_powers"])
    values["spots"] = _spots(row["spots"])
    values["excluded"] = tuple(Exclusion(*one) for one in row["excluded"])
    return IncidentSnapshot(**values)


def _candidate(plain: dict[str, Any]) -> Candidate:
    values: dict[str, Any] = {name: plain[name] for name in _CANDIDATE}
    values["tier"], values["position_source"] = Tier(plain["tier"]), PositionSource(plain["position_source"])
    values["spot"] = Spot(*plain["spot"])
    values["reasons"] = tuple(_reason(one) for one in plain["reasons"])
    values["warnings"] = tuple(_reason(one) for one in plain["warnings"])
    return Candidate(**values)
