"""The whole table of rejections, the shortfalls, and who may do what anyway."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.dispatch.constraints import CHECKS, START_CHECKS
from incidents.dispatch.engine import decide
from incidents.dispatch.policy import DispatchPolicy
from incidents.dispatch.reasons import REJECTIONS, text
from incidents.dispatch.types import Exclusion, PositionSource, UnitState
from tests.unit.dispatch.worlds import AUXILIARY, StraightRoad, at, given, incident, unit

STATION = frozenset({"report"})

# code, changes of the unit, changes of the incident
TABLE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("drone_not_ranked", {"kind": "drone"}, {}),
    ("off_duty", {"state": UnitState.OFF}, {}),
    ("exercise_mismatch", {"is_exercise": True}, {}),
    ("exercise_mismatch", {}, {"is_exercise": True}),
    ("out_of_scope", {"organisation_path": "/1/9/"}, {}),
    ("out_of_scope", {"organisation_path": "/1/9/", "lent_to": ("/1/8/",)}, {}),
    ("kind_excluded", {"kind": "motorcycle"}, {"excluded_kinds": ("motorcycle",)}),
    ("no_road_powers", {"powers": STATION}, {"required_powers": frozenset()}),
    ("no_road_powers", {"powers": frozenset()}, {"required_powers": frozenset()}),
    ("lacks_power", {"powers": AUXILIARY, "has_officer": False}, {}),
    ("officer_needed", {"powers": AUXILIARY, "has_officer": False}, {"grade": "red", "required_powers": frozenset()}),
    (
        "officer_needed",
        {"powers": AUXILIARY, "has_officer": False},
        {"needs_officer": True, "required_powers": frozenset()},
    ),
    ("declined", {}, {"excluded": (Exclusion(1, "declined"),)}),
    ("expired", {}, {"excluded": (Exclusion(1, "expired"),)}),
    ("recalled", {}, {"excluded": (Exclusion(1, "recalled"),)}),
    ("caller", {}, {"excluded": (Exclusion(1, "caller"),)}),
    ("already_sent", {}, {"excluded": (Exclusion(1, "already_sent"),)}),
    ("on_break", {"state": UnitState.BREAK}, {}),
    ("just_sent", {"state": UnitState.ASSIGNED, "current_grade": "yellow", "sent_s": 4.0}, {}),
    ("busy_graver", {"state": UnitState.ASSIGNED, "current_grade": "red", "sent_s": 400.0}, {}),
    ("busy_graver", {"state": UnitState.ON_SCENE, "current_grade": "yellow"}, {}),
    ("busy_graver", {"state": UnitState.ON_SCENE}, {}),
    ("busy_lighter", {"state": UnitState.ON_SCENE, "current_grade": "blue"}, {}),
    ("no_position", {"fix": None, "position_age_s": None}, {}),
    ("no_position", {"position_age_s": 301.0}, {}),
    ("too_far_on_foot", {"kind": "foot"}, {}),
    ("off_network", {"fix": at(500, on_road=False)}, {}),
    ("not_reachable", {"fix": at(90_000)}, {}),
]


@pytest.mark.parametrize(("code", "unit_changes", "incident_changes"), TABLE)
def test_every_rejection_is_named(code: str, unit_changes: dict[str, Any], incident_changes: dict[str, Any]) -> None:
    others = unit(2, 4000.0, is_exercise=incident_changes.get("is_exercise", False))
    plan = decide(given([unit(1, **unit_changes), others], incident(**incident_changes)), StraightRoad())
    assert [(r.tour_id, r.code) for r in plan.rejected if r.tour_id == 1] == [(1, code)]
    assert 1 not in [c.tour_id for c in plan.candidates]
    rejection = next(r for r in plan.rejected if r.tour_id == 1)
    assert "%" not in text(rejection.code, rejection.params)


def test_the_table_covers_every_code() -> None:
    named = {check.code for check in CHECKS} | {check.code for check in START_CHECKS}
    named = (named - {"excluded"}) | {
        "declined", "expired", "recalled", "caller", "already_sent", "no_position", "not_reachable",
    }  # fmt: skip
    assert {code for code, _, _ in TABLE} == named == set(REJECTIONS)


def test_stages_of_the_table_never_fall() -> None:
    stages = [check.stage for check in CHECKS]
    assert stages == sorted(stages)


@pytest.mark.parametrize(
    ("path", "sendable", "lent"),
    [("/1/2/", (), ()), ("/1/2/7/", (), ()), ("/1/9/", ("/1/9/",), ()), ("/1/9/", (), ("/1/2/",))],
)
def test_own_granted_and_lent_units_may_be_sent(path: str, sendable: tuple[str, ...], lent: tuple[str, ...]) -> None:
    plan = decide(
        given([unit(1, organisation_path=path, lent_to=lent)], incident(sendable_paths=sendable)), StraightRoad()
    )
    assert [pick.tour_id for pick in plan.picks] == [1]


BUSY = {"state": UnitState.ON_SCENE, "current_grade": "yellow"}


@pytest.mark.parametrize(
    ("shortfall", "units"),
    [
        ("nobody_on_duty", []),
        ("nobody_on_duty", [unit(1, state=UnitState.OFF), unit(2, kind="drone"), unit(3, organisation_path="/9/")]),
        ("none_with_power", [unit(1, powers=AUXILIARY), unit(2, state=UnitState.OFF)]),
        ("all_busy", [unit(1, **BUSY), unit(2, powers=AUXILIARY), unit(3, state=UnitState.BREAK)]),
        ("all_stale", [unit(1, position_age_s=900.0), unit(2, **BUSY)]),
        ("all_stale", [unit(1, position_age_s=900.0, fallback=at(50, PositionSource.POST))]),
        ("none_reachable", [unit(1, 70_000.0), unit(2, **BUSY)]),
        ("none_reachable", [unit(1, kind="foot")]),
        (None, [unit(1), unit(2, **BUSY)]),
    ],
)
def test_shortfall_says_what_is_short(shortfall: str | None, units: list[Any]) -> None:
    plan = decide(given(units), StraightRoad())
    assert plan.shortfall == shortfall
    assert plan.automatic == (shortfall is None)
    if shortfall:
        assert text(shortfall)


def test_an_incident_off_the_network_is_reached_by_nobody() -> None:
    class Nothing(StraightRoad):
        def __call__(self, target: Any, *rest: Any) -> Any:
            assert target == ()
            from incidents.dispatch.types import TravelAnswer

            return TravelAnswer(())

    plan = decide(given([unit(1)], incident(spots=())), Nothing())
    assert plan.shortfall == "none_reachable"


def test_policy_sets_the_limits() -> None:
    far = unit(1, 15_000.0)
    assert decide(given([far]), StraightRoad()).picks
    strict = DispatchPolicy(max_travel_s=600.0)
    plan = decide(given([far], policy=strict), StraightRoad())
    assert plan.shortfall == "none_reachable"
    assert plan.rejected[0].params == (("limit_s", 600),)


def test_an_auxiliary_alone_may_do_what_needs_no_officer() -> None:
    crew = unit(1, powers=AUXILIARY, has_officer=False)
    task = incident(grade="blue", kind="obstacle", required_powers=frozenset({"clear_road"}))
    assert decide(given([crew], task), StraightRoad()).picks[0].tour_id == 1
