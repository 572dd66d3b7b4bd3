"""A decision as it is kept: what it shares with others of the same reading (the roster) is stored once, beside it.

`compact` writes a decision over the units of a roster as their places in it, what has changed of them since, and what
the engine said; `expand` gives back the whole text, byte for byte that of `snapshot.dumps`. The roster is named by its
SHA-256, so that neither can be changed without the other telling.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from . import snapshot
from .engine import Judged
from .stored import CREW_COLUMNS, FORMAT, UNIT_COLUMNS
from .types import DecisionRecord, RosterText, UnitSnapshot, UnitState

COMPACT_FORMAT = 2
_CHANGING = tuple(UNIT_COLUMNS.index(name) for name in ("state", "current_grade", "sent_s"))


def roster_of(units: Iterable[UnitSnapshot], at: str) -> tuple[tuple[UnitSnapshot, ...], RosterText]:
    """Units in order of call sign, each knowing its place, and their text. `at`: ISO 8601, when they were looked at."""
    ordered = tuple(sorted(units, key=lambda unit: (unit.call_sign, unit.tour_id)))
    for place, unit in enumerate(ordered):
        unit.kept["place"] = place
    crews, rows = snapshot.unit_texts(ordered)
    text = f'{{"at":{json.dumps(at)},"crews":{crews},"units":[{",".join(rows)}]}}'
    return ordered, RosterText(snapshot.sha256(text), text)


def changed(unit: UnitSnapshot, *, state: UnitState, current_grade: str, sent_s: float) -> UnitSnapshot:
    """A unit of a roster as an assignment holds it now."""
    held = replace(unit, state=state, current_grade=current_grade, sent_s=sent_s)
    place = held.kept["place"] = unit.kept["place"]
    held.kept["change"] = snapshot.canonical([place, state.value, current_grade, sent_s])
    return held


def compact(record: DecisionRecord, judged: Judged) -> str:
    """The text to keep of a decision whose units come from `record.input.roster`. Raises ValueError without one."""
    given, plan = record.input, record.plan
    if given.roster is None:
        raise ValueError("the units of this decision come from no roster")
    places = [unit.kept["place"] for unit in judged.units]
    starts: dict[str, int] = {}
    start_of = [
        -1 if start is None else starts.setdefault(snapshot.start_text(unit, start), len(starts))
        for unit, start in zip(judged.units, judged.starts, strict=True)
    ]
    place_of = {unit.tour_id: place for unit, place in zip(judged.units, places, strict=True)}
    refused: dict[str, list[int]] = {}
    for one in plan.rejected:
        refused.setdefault(snapshot.refusal_text(one), []).append(place_of[one.tour_id])
    shared = {
        "changes": [unit.kept["change"] for unit in judged.units if "change" in unit.kept],
        "starts": [f"[{text}]" for text in starts],
        "refused": [f"[{text},{_numbers(found)}]" for text, found in refused.items()],
    }
    frame = snapshot.frame(given, snapshot.plan_frame(plan, None), None, None, None)
    for name in ("crew_columns", "crews", "unit_columns", "units", "policy"):
        del frame[name]
    head = {
        **frame,
        "format": COMPACT_FORMAT,
        "roster": given.roster.sha256,
        "eligible": "".join(["1" if said is None else "0" for said in judged.main]),
        "may_support": "".join(["1" if helps else "0" for helps in judged.support]),
    }
    parts = [
        snapshot.canonical(head)[:-1],
        f'"policy":{snapshot.policy_text(given.policy)}',
        f'"places":{_numbers(places)}',
        f'"start_of":{_numbers(start_of)}',
        *(f'"{name}":[{",".join(texts)}]' for name, texts in shared.items()),
    ]
    return ",".join(parts) + "}"


def _numbers(values: Sequence[int]) -> str:
    return "[" + ",".join(map(str, values)) + "]"


def expand(text: str, roster: RosterText) -> str:
    """The whole text of a kept decision. Raises ValueError when text and roster don't belong together."""
    kept, rows = json.loads(text), json.loads(roster.text)
    if kept.get("format") != COMPACT_FORMAT:
        raise ValueError(f"decision format {kept.get('format')!r}, expected {COMPACT_FORMAT}")
    if kept["roster"] != roster.sha256 or snapshot.sha256(roster.text) != roster.sha256:
        raise ValueError("the roster is not the one that the decision names")
    units, crews = _units(kept, rows)
    names = {place: rows["units"][place][1] for place in kept["places"]}
    signs = {place: rows["units"][place][3] for place in kept["places"]}
    rejected = [
        (place, {"tour_id": names[place], "call_sign": signs[place], "code": code, "params": params})
        for code, params, places in kept["refused"]
        for place in places
    ]
    plan = {**kept["plan"], "rejected": [row for _place, row in sorted(rejected, key=lambda one: one[0])]}
    lasting = {name: kept[name] for name in snapshot.LASTING}
    return snapshot.canonical(
        {
            **lasting,
            "format": FORMAT,
            "plan": plan,
            "crew_columns": list(CREW_COLUMNS),
            "crews": crews,
            "unit_columns": list(snapshot.ALL_UNIT_COLUMNS),
            "units": units,
        }
    )


def _units(kept: dict[str, Any], rows: dict[str, Any]) -> tuple[list[list[Any]], list[list[Any]]]:
    """Unit rows and crews as `snapshot.to_json` numbers them: crews in the order of their first unit."""
    changes = {place: values for place, *values in kept["changes"]}
    crews: dict[int, int] = {}
    units = []
    for i, place in enumerate(kept["places"]):
        crew, *values = rows["units"][place]
        for column, value in zip(_CHANGING, changes.get(place, ()), strict=False):
            values[column] = value
        number = crews.setdefault(crew, len(crews))
        start = kept["start_of"][i]
        how = kept["starts"][start] if start >= 0 else [None] * 4
        units.append([number, *values, kept["eligible"][i] == "1", kept["may_support"][i] == "1", *how])
    return units, [rows["crews"][crew] for crew in crews]
