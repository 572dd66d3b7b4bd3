"""A plan in words: reasons get their sentences when somebody reads them, in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext

from incidents.dispatch.compact import expand
from incidents.dispatch.reasons import TEMPLATES, text
from incidents.dispatch.snapshot import sha256
from incidents.dispatch.stored import plan_from_json
from incidents.dispatch.types import Candidate, Params, Plan, Reason, RosterText
from incidents.models import Decision
from stations.selectors import organisation_names
from stations.types import Power

_KEPT_POWER_NAMES = {power.value: power.label for power in Power}


def said(code: str, params: Params) -> dict[str, Any]:
    """A reason with its code, parameters and its sentence in the reader's language."""
    return _said(code, params, gettext, {power.value: gettext(power.label) for power in Power})


def as_json(reason: Reason) -> dict[str, Any]:
    """See `said`."""
    return said(reason.code, reason.params)


def kept_reason(reason: Reason) -> dict[str, Any]:
    """A reason as it is stored: its sentence in Chinese, whoever's request stores it."""
    return _said(reason.code, reason.params, str, _KEPT_POWER_NAMES)


def said_again(kept: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored reasons in the reader's language. One whose code this version no longer knows keeps its sentence."""
    return [
        {**row, **said(row["code"], _params(row.get("params", {})))} if row.get("code") in TEMPLATES else row
        for row in kept
    ]


def _said(code: str, params: Params, translate: Callable[[str], str], names: dict[str, str]) -> dict[str, Any]:
    if any(name == "area" for name, _value in params):
        names = {**names, **organisation_names()}
    return {"code": code, "params": dict(params), "text": text(code, params, translate=translate, names=names)}


def _params(kept: dict[str, Any]) -> Params:
    return tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in kept.items())


def candidate_json(candidate: Candidate) -> dict[str, Any]:
    """A candidate as pages and the API show it. Times in seconds, `travel_s` = turn-out + age + drive."""
    return {
        "tour_id": candidate.tour_id,
        "call_sign": candidate.call_sign,
        "kind": candidate.kind,
        "rank": candidate.rank,
        "lon": round(candidate.lon, 6),
        "lat": round(candidate.lat, 6),
        "tail": candidate.spot.tail,
        "head": candidate.spot.head,
        "fraction": candidate.spot.fraction,
        "travel_s": candidate.total_ms / 1000.0,
        "drive_s": candidate.drive_ms / 1000.0,
        "turn_out_s": candidate.turn_out_ms / 1000.0,
        "age_s": candidate.age_ms / 1000.0,
        "position_source": candidate.position_source.value,
        "position_age_s": candidate.position_age_s,
        "road_m": candidate.road_m,
        "profile": candidate.profile,
        "automatic": candidate.automatic,
        "reasons": [as_json(reason) for reason in candidate.reasons],
        "warnings": [as_json(reason) for reason in candidate.warnings],
    }


def plan_json(plan: Plan) -> dict[str, Any]:
    """A plan as pages and the API show it."""
    return {
        "candidates": [candidate_json(candidate) for candidate in plan.candidates],
        "supports": [candidate_json(candidate) for candidate in plan.supports],
        "preemptions": [candidate_json(candidate) for candidate in plan.preemptions],
        "picks": [
            {"tour_id": pick.tour_id, "role": pick.role.value, "automatic": pick.automatic} for pick in plan.picks
        ],
        "automatic": plan.automatic,
        "missing": plan.missing,
        "shortfall": plan.shortfall,
        "warnings": [as_json(reason) for reason in plan.warnings],
        "rejected": [
            {"tour_id": row.tour_id, "call_sign": row.call_sign, **said(row.code, row.params)} for row in plan.rejected
        ],
    }


def decision_text(decision: Decision) -> str:
    """The whole canonical text of a stored decision, as `incidents.dispatch.snapshot` reads it.

    Raises ValueError when decision or roster are not what their SHA-256 says.
    """
    if sha256(decision.snapshot) != decision.snapshot_sha256:
        raise ValueError(f"decision {decision.pk} is not what was recorded")
    if decision.roster is None:
        return decision.snapshot
    return expand(decision.snapshot, RosterText(decision.roster.sha256, decision.roster.content))


def decision_plan(decision: Decision) -> dict[str, Any]:
    """The plan of a stored decision, as `plan_json` shows one."""
    return plan_json(plan_from_json(json.loads(decision_text(decision))["plan"]))
