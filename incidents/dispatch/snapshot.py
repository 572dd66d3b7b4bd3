"""A decision as canonical JSON: the same decision always gives the same bytes and the same SHA-256.

Keys are sorted, no spaces, UTF-8; coordinates are rounded to 1e-7 degrees (about 1 cm), fractions to 1e-9, seconds
to 1 ms. Rounding comes *before* deciding (`rounding.normalised`), so that what is stored is what was decided on.
Units are rows under one list of column names, and what many of them share (kind, organisation, powers ...) is a row of
`crews`: a decision over 200 units stays a few dozen kilobytes. See `stored.unit_rows` for reading them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields
from functools import lru_cache
from typing import Any

from .engine import Judged, decide, judge
from .placing import Start
from .policy import DispatchPolicy
from .stored import CANDIDATE_FIELDS, CREW_COLUMNS, FORMAT, UNIT_COLUMNS, from_json, plan_from_json, unit_rows
from .types import (
    Candidate,
    DecisionInput,
    DecisionRecord,
    Exclusion,
    IncidentSnapshot,
    Plan,
    Position,
    Reason,
    Rejection,
    Spot,
    TravelTimes,
    UnitSnapshot,
)

__all__ = [
    "canonical",
    "dumps",
    "from_json",
    "load",
    "plan_from_json",
    "plan_to_json",
    "replay",
    "sha256",
    "to_json",
    "unit_rows",
]

_INCIDENT = tuple(f.name for f in fields(IncidentSnapshot))
# Derived, for readers that verify a decision without this program: which start of which tier entered the search.
_DERIVED = ("eligible", "may_support", "tier", "profile", "offset_ms", "start")
ALL_UNIT_COLUMNS = ("crew", *UNIT_COLUMNS, *_DERIVED)
# Of the whole text, what does not come from the units.
LASTING = (
    "at",
    "units_at",
    "network_version",
    "weights_generation",
    "search_k",
    "matched",
    "policy",
    "incident",
)
# Stand in for the long lists while the rest is written; no name can contain them, PostgreSQL stores no NUL.
_HOLE = ("\x00rejected", "\x00crews", "\x00units", "\x00policy")
_HOLES = tuple(json.dumps(hole) for hole in _HOLE)


def to_json(record: DecisionRecord) -> dict[str, Any]:
    """Plain data of a record. `units` and the plan's lists are rows; their columns are named beside them."""
    given = record.input
    crews, rows = _unit_rows(judge(given))
    return frame(given, plan_to_json(record.plan), crews, rows, given.policy.as_json())


def frame(given: DecisionInput, plan: dict[str, Any], crews: Any, rows: Any, policy: Any) -> dict[str, Any]:
    """A record around its long lists."""
    return {
        "format": FORMAT,
        "at": given.at,
        "units_at": given.units_at,
        "network_version": given.network_version,
        "weights_generation": given.weights_generation,
        "search_k": given.search_k,
        "matched": None if given.matched is None else list(given.matched),
        "policy": policy,
        "incident": {name: _plain(getattr(given.incident, name)) for name in _INCIDENT},
        "crew_columns": list(CREW_COLUMNS),
        "crews": crews,
        "unit_columns": list(ALL_UNIT_COLUMNS),
        "units": rows,
        "plan": plan,
    }


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """Plain data of a plan, candidates as objects: what API and pages show."""
    return plan_frame(plan, [_rejection_json(one) for one in plan.rejected])


def _rejection_json(one: Rejection) -> dict[str, Any]:
    return {"tour_id": one.tour_id, "call_sign": one.call_sign, "code": one.code, "params": _plain(one.params)}


def plan_frame(plan: Plan, rejected: Any) -> dict[str, Any]:
    """A plan around its rejections."""
    return {
        "candidates": [_candidate_json(one) for one in plan.candidates],
        "supports": [_candidate_json(one) for one in plan.supports],
        "preemptions": [_candidate_json(one) for one in plan.preemptions],
        "picks": [{"tour_id": p.tour_id, "role": p.role.value, "automatic": p.automatic} for p in plan.picks],
        "automatic": plan.automatic,
        "rejected": rejected,
        "shortfall": plan.shortfall,
        "missing": plan.missing,
        "warnings": [_reason_json(reason) for reason in plan.warnings],
        "settled": plan.settled,
        "over_budget": plan.over_budget,
    }


def dumps(record: DecisionRecord, judged: Judged | None = None) -> str:
    """Canonical text of a record: the bytes of `canonical(to_json(record))`, put together from the rows that the units
    keep. `judged`: what the engine said of the units while deciding, when the caller still has it.
    """
    given, plan = record.input, record.plan
    crews, units = _judged_texts(judged if judged is not None else judge(given))
    rejected = ",".join([_rejection_text(one) for one in plan.rejected])
    text = canonical(frame(given, plan_frame(plan, _HOLE[0]), _HOLE[1], _HOLE[2], _HOLE[3]))
    for hole, filling in zip(_HOLES, (f"[{rejected}]", crews, units, policy_text(given.policy)), strict=True):
        text = text.replace(hole, filling, 1)
    return text


def canonical(plain: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, UTF-8, no NaN. Raises ValueError for NaN or infinity."""
    return _CANONICAL.encode(plain)


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256(text: str) -> str:
    """Hexadecimal SHA-256 of a canonical text."""
    return hashlib.sha256(text.encode()).hexdigest()


def load(text: str) -> DecisionRecord:
    """Read a record that `dumps` wrote. Raises ValueError for another format."""
    return from_json(json.loads(text))


def replay(record: DecisionRecord, travel: TravelTimes) -> Plan:
    """Decide again on the recorded input. Equal to `record.plan` when network and weights are the recorded ones."""
    return decide(record.input, travel)


def _unit_rows(judged: Judged) -> tuple[list[list[Any]], list[list[Any]]]:
    crews: dict[tuple[object, ...], int] = {}
    crew_rows: list[list[Any]] = []
    rows: list[list[Any]] = []
    for unit, start, said, helps in zip(judged.units, judged.starts, judged.main, judged.support, strict=True):
        crew = _crew_of(unit)
        number = crews.get(crew)
        if number is None:
            number = crews[crew] = len(crew_rows)
            crew_rows.append([_plain(value) for value in crew])
        row = [number, *_unit_of(unit), said is None, helps]
        if start is None:
            row += [None, None, None, None]
        else:
            which = "fix" if start.position is unit.fix else "fallback"
            row += [int(start.tier), start.profile, start.offset_ms, which]
        rows.append(row)
    return crew_rows, rows


def unit_texts(units: Iterable[UnitSnapshot]) -> tuple[str, list[str]]:
    """Crews as canonical text, and the units' rows without what a decision adds; a unit keeps its own."""
    crews: dict[str, int] = {}
    rows: list[str] = []
    for unit in units:
        known = unit.kept.get("texts")
        if known is None:
            crew_text = canonical([_plain(value) for value in _crew_of(unit)])
            known = unit.kept["texts"] = (crew_text, canonical(list(_unit_of(unit)))[1:-1])
        crew, row = known
        rows.append(f"[{crews.setdefault(crew, len(crews))},{row}]")
    return f"[{','.join(crews)}]", rows


def _judged_texts(judged: Judged) -> tuple[str, str]:
    """`_unit_rows` as canonical text."""
    crews, rows = unit_texts(judged.units)
    whole = []
    for row, unit, start, said, helps in zip(
        rows, judged.units, judged.starts, judged.main, judged.support, strict=True
    ):
        verdict = ("true" if said is None else "false") + (",true" if helps else ",false")
        whole.append(f"{row[:-1]},{verdict},{start_text(unit, start)}]")
    return crews, f"[{','.join(whole)}]"


def start_text(unit: UnitSnapshot, start: Start | None) -> str:
    """How a unit entered the search: tier, profile, offset_ms, which position; nulls when it did not."""
    if start is None:
        return "null,null,null,null"
    known: tuple[Start, str] | None = unit.kept.get("start_text")
    if known is None or known[0] is not start:
        which = "fix" if start.position is unit.fix else "fallback"
        text = canonical([int(start.tier), start.profile, start.offset_ms, which])[1:-1]
        known = unit.kept["start_text"] = (start, text)
    return known[1]


def _rejection_text(one: Rejection) -> str:
    text: str | None = one.kept.get("text")
    if text is None:
        text = one.kept["text"] = canonical(_rejection_json(one))
    return text


def refusal_text(one: Rejection) -> str:
    """Code and parameters of a rejection, the same text for all who are rejected for the same reason."""
    text: str | None = one.kept.get("refusal")
    if text is None:
        text = one.kept["refusal"] = f"{canonical(one.code)},{canonical(_plain(one.params))}"
    return text


@lru_cache(maxsize=8)
def policy_text(policy: DispatchPolicy) -> str:
    """Canonical text of a policy."""
    return canonical(policy.as_json())


# These two name their fields outright: they run for every unit of every decision.
def _crew_of(u: UnitSnapshot) -> tuple[object, ...]:
    """In the order of `CREW_COLUMNS`."""
    return (
        u.kind,
        u.agency,
        u.organisation_path,
        u.powers,
        u.has_officer,
        u.lent_to,
        u.area,
        u.is_exercise,
        u.radio_only,
    )


def _unit_of(u: UnitSnapshot) -> tuple[object, ...]:
    """In the order of `UNIT_COLUMNS`."""
    return (
        u.tour_id,
        u.unit_id,
        u.call_sign,
        u.state.value,
        _place(u.fix),
        u.position_age_s,
        _place(u.fallback),
        u.moving,
        u.at_station,
        u.is_mock,
        u.current_grade,
        u.sent_s,
    )


def _place(position: Position | None) -> list[Any] | None:
    if position is None:
        return None
    spots = [[spot.arc, spot.tail, spot.head, spot.fraction] for spot in position.spots]
    return [position.lon, position.lat, position.source.value, spots]


def _plain(value: Any) -> Any:
    """Plain data: sets sorted, tuples as lists, spots and exclusions as rows."""
    if isinstance(value, Spot):
        return [value.arc, value.tail, value.head, value.fraction]
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
    plain = {name: _plain(getattr(one, name)) for name in CANDIDATE_FIELDS}
    plain["reasons"] = [_reason_json(reason) for reason in one.reasons]
    plain["warnings"] = [_reason_json(reason) for reason in one.warnings]
    return plain
