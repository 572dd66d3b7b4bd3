"""Reading decisions back from canonical JSON, and the columns of its rows. Writing is snapshot.py."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

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
    UnitSnapshot,
    UnitState,
)

FORMAT = 1
CREW_COLUMNS = (
    "kind",
    "agency",
    "organisation_path",
    "powers",
    "has_officer",
    "lent_to",
    "area",
    "is_exercise",
    "radio_only",
)
UNIT_COLUMNS = (
    "tour_id",
    "unit_id",
    "call_sign",
    "state",
    "fix",
    "position_age_s",
    "fallback",
    "moving",
    "at_station",
    "is_mock",
    "current_grade",
    "sent_s",
)
CANDIDATE_FIELDS = tuple(f.name for f in fields(Candidate))


def unit_rows(plain: dict[str, Any]) -> list[dict[str, Any]]:
    """The units of a stored record as mappings: every field of `UnitSnapshot`, and what entered the search.

    `eligible`, `may_support`; `start` 'fix' or 'fallback' is the position that counted, with its `tier` (all of tier 0
    are ranked before tier 1), `profile` and `offset_ms`; None for units that were rejected before.
    """
    crews = [dict(zip(plain["crew_columns"], row, strict=True)) for row in plain["crews"]]
    units = [dict(zip(plain["unit_columns"], row, strict=True)) for row in plain["units"]]
    return [{**crews[unit.pop("crew")], **unit} for unit in units]


def from_json(plain: dict[str, Any]) -> DecisionRecord:
    """Read what `to_json` gave (also back from a JSON column, which keeps no order of keys)."""
    if plain.get("format") != FORMAT:
        raise ValueError(f"decision format {plain.get('format')!r}, expected {FORMAT}")
    units = tuple(_unit(row) for row in unit_rows(plain))
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
        units_at=plain["units_at"],
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


def _params(rows: list[Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in rows)


def _reason(plain: dict[str, Any]) -> Reason:
    return Reason(plain["code"], _params(plain["params"]))


def _spots(rows: list[Any]) -> tuple[Spot, ...]:
    return tuple(Spot(*row) for row in rows)


def _position(row: list[Any] | None) -> Position | None:
    return None if row is None else Position(row[0], row[1], PositionSource(row[2]), _spots(row[3]))


def _unit(row: dict[str, Any]) -> UnitSnapshot:
    values: dict[str, Any] = {name: row[name] for name in (*CREW_COLUMNS, *UNIT_COLUMNS)}
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
    values: dict[str, Any] = {name: plain[name] for name in CANDIDATE_FIELDS}
    values["tier"], values["position_source"] = Tier(plain["tier"]), PositionSource(plain["position_source"])
    values["spot"] = Spot(*plain["spot"])
    values["reasons"] = tuple(_reason(one) for one in plain["reasons"])
    values["warnings"] = tuple(_reason(one) for one in plain["warnings"])
    return Candidate(**values)
