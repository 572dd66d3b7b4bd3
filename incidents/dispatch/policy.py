"""Dispatch policy: what administrators may set. Stored as versions of JSON; read here, with every fault named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from core.errors import InvalidInput

PROFILES = ("drive", "emergency", "foot")


@dataclass(frozen=True, slots=True)
class Rule:
    """A value for kinds and grades of incident; '*' stands for any. The first rule that matches counts."""

    kind: str
    grade: str
    value: str

    def matches(self, kind: str, grade: str) -> bool:
        """True when the rule speaks of this kind and grade."""
        return self.kind in ("*", kind) and self.grade in ("*", grade)


@dataclass(frozen=True, slots=True)
class DispatchPolicy:
    """Numbers of invariant 10 and design §5 (turn-out), and who decides what.

    `fresh_s`, `aged_s`: a fix up to `fresh_s` counts as it is, up to `aged_s` with its age added. `max_travel_s`:
    beyond it a unit counts as not reachable. `foot_within_m`: foot patrols are asked within this straight line.
    `automatic`: rules with 'auto' or 'propose'; `profile`: rules with a speed profile. `officer_grades`: an auxiliary
    alone is not sent to these. `lone_check_s`: a crew of one is asked after so long on scene whether all is well (0:
    never), and has `lone_answer_s` to answer before the desk calls.

    For a queue: `waiting_weight`: seconds of travel that a second of waiting outweighs; `strict_grades`: nothing
    lighter competes with these; `*_head_start_s`: seconds of travel that a graver one is ahead of blue where they
    compete. Yellow is not strict because that made the mean response of yellow itself longer (21.5 against 19.0 min at
    63 incidents/h, bench queue): under load units then cross the city for whoever is next in line.
    """

    version: int = 0
    k: int = 5
    turn_out_moving_s: float = 0.0
    turn_out_post_s: float = 60.0
    turn_out_station_s: float = 120.0
    fresh_s: float = 60.0
    aged_s: float = 300.0
    max_travel_s: float = 3600.0
    just_sent_s: float = 60.0
    foot_within_m: float = 800.0
    nearby_m: float = 300.0
    preempt_gain_s: float = 300.0
    waiting_weight: float = 0.3
    red_head_start_s: float = 1800.0
    yellow_head_start_s: float = 600.0
    lone_check_s: float = 1200.0
    lone_answer_s: float = 120.0
    officer_grades: tuple[str, ...] = ("red",)
    strict_grades: tuple[str, ...] = ("red",)
    automatic: tuple[Rule, ...] = (Rule("*", "*", "auto"),)
    profile: tuple[Rule, ...] = (Rule("*", "*", "drive"),)

    def is_automatic(self, kind: str, grade: str) -> bool:
        """True when incidents of this kind and grade are dispatched without a person."""
        return _first(self.automatic, kind, grade, "propose") == "auto"

    def profile_for(self, kind: str, grade: str) -> str:
        """The speed profile of vehicles for this kind and grade."""
        return _first(self.profile, kind, grade, "drive")

    def head_start_s(self, grade: str) -> float:
        """Seconds of travel by which a grade is ahead of blue in a queue."""
        return {"red": self.red_head_start_s, "yellow": self.yellow_head_start_s}.get(grade, 0.0)

    def as_json(self) -> dict[str, Any]:
        """Plain data that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any], *, version: int | None = None) -> DispatchPolicy:
        """Read a policy; absent keys keep their defaults. Raises InvalidInput naming the field and the cure."""
        known = {f.name: getattr(cls(), f.name) for f in fields(cls)}
        for name in content:
            if name not in known:
                raise InvalidInput(f"unknown policy field {name}", field=name, cure=", ".join(sorted(known)))
        values: dict[str, Any] = {name: _value(name, known[name], given) for name, given in content.items()}
        if version is not None:
            values["version"] = version
        policy = cls(**values)
        if policy.k < 1:
            raise InvalidInput(
                "k must be at least 1", field="k", value=policy.k, cure="give a whole number of at least 1"
            )
        if not 0 <= policy.fresh_s <= policy.aged_s:
            raise InvalidInput(
                "freshness limits must rise", field="aged_s", value=policy.aged_s, cure="fresh_s must not exceed aged_s"
            )
        return policy


def _first(rules: tuple[Rule, ...], kind: str, grade: str, otherwise: str) -> str:
    return next((rule.value for rule in rules if rule.matches(kind, grade)), otherwise)


def _value(name: str, default: object, given: Any) -> object:
    if name in ("automatic", "profile"):
        allowed = ("auto", "propose") if name == "automatic" else PROFILES
        return tuple(_rule(name, row, allowed) for row in given)
    if name in ("officer_grades", "strict_grades"):
        return tuple(str(grade) for grade in given)
    if isinstance(given, bool) or not isinstance(given, int | float) or given < 0:
        raise InvalidInput(f"{name} must be a number >= 0", field=name, value=given, cure="give a number of at least 0")
    return int(given) if isinstance(default, int) else float(given)


def _rule(name: str, row: Any, allowed: tuple[str, ...]) -> Rule:
    if not isinstance(row, Mapping) or not {"kind", "grade", "value"} <= set(row):
        raise InvalidInput(
            f"a rule of {name} has kind, grade and value", field=name, value=row, cure="give kind, grade and value"
        )
    if row["value"] not in allowed:
        raise InvalidInput(f"{name}: {row['value']}", field=name, value=row["value"], cure=", ".join(allowed))
    return Rule(str(row["kind"]), str(row["grade"]), str(row["value"]))
