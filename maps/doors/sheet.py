"""A desk's sheet (`incidents.selectors.desk_sheet`) in the words of a page: for hand-over and fallback sheets.

A sheet keeps codes; they are put into words when it is read, in the reader's language. Sheets of earlier versions kept
words for what units do and for kinds of closures: these stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core.messages import spoken
from incidents.states import AssignmentState, Grade, IncidentState
from incidents.types import BACKUP_REASONS

_MOMENTS = (
    "received_at",
    "waiting_until",
    "until",
    "raised_at",
    "made_at",
    "valid_until",
    "starts_at",
    "ends_at",
    "asked_at",
)


def sheet_context(content: Mapping[str, Any], at: datetime | None) -> dict[str, Any]:
    """Template context of a sheet as it was at `at`: rows with real times and names for codes."""
    units = [_worded(row, at) for row in content["units"]]
    return {
        "at": at,
        "incidents": [_incident(_worded(row, at)) for row in content["incidents"]],
        "units": units,
        "stale": [row for row in units if row["freshness"] in {"stale", "none"}],
        "not_checked_in": [_worded(row, at) for row in content["not_checked_in"]],
        "gaps": [_worded(row, at) for row in content["gaps"]],
        "chiefs_on_leave": [_worded(row, at) for row in content["chiefs_on_leave"]],
        "closures": [_closure(_worded(row, at)) for row in content["closures"]],
        # Sheets of earlier versions had none.
        "backups": [_backup(_worded(row, at)) for row in content.get("backups", [])],
        "presses": [_worded(row, at) for row in content["presses"]],
        "broadcasts": [_worded(row, at) for row in content["broadcasts"]],
    }


def unit_words() -> dict[str, dict[str, str]]:
    """Names of codes of units, in the language of the page."""
    return {
        "kind": {
            "car": _("警车"),
            "motorcycle": _("摩托"),
            "foot": _("步巡"),
            "station": _("站点"),
            "drone": _("无人机"),
        },
        "agency": {
            "traffic": _("交警"),
            "police_station": _("派出所"),
            "special": _("特警"),
            "warden": _("路管"),
            "joint": _("联勤"),
        },
        "state": {"free": _("空闲"), "break": _("休息"), "on_scene": _("到场")},
        "stage": {
            "arrive": _("到场超时"),
            "close": _("办结超时"),
            "review": _("审核超时"),
            "ordered": _("督办"),
        },
    }


def _incident(row: dict[str, Any]) -> dict[str, Any]:
    """Grade, state and what its units do by their codes; a line that an earlier version wrote stays."""
    grades = dict(Grade.choices())
    units = [unit if isinstance(unit, str) else _doing(unit) for unit in row["units"]]
    return {
        **row,
        "grade_name": spoken(grades[row["grade"]]) if row["grade"] in grades else "",
        "state_name": spoken(IncidentState(row["state"]).label),
        "units": units,
    }


def _doing(unit: Mapping[str, str]) -> str:
    return f"{unit['call_sign']} {spoken(AssignmentState(unit['state']).label)}"


def _closure(row: dict[str, Any]) -> dict[str, Any]:
    kinds = {"block": _("物理阻断"), "works": _("施工"), "control": _("交通管制")}
    return {**row, "kind": kinds.get(row["kind"], row["kind"])}


def _backup(row: dict[str, Any]) -> dict[str, Any]:
    reason = BACKUP_REASONS.get(row["reason"])
    return {**row, "why": "：".join(part for part in (spoken(reason) if reason else "", row["text"]) if part)}


def _worded(row: Mapping[str, Any], at: datetime | None) -> dict[str, Any]:
    words = unit_words()
    found: dict[str, Any] = dict(row)
    for name in _MOMENTS:
        if isinstance(row.get(name), str):
            found[name] = parse_datetime(row[name])
    if "call_sign" in row:
        found["kind_name"] = words["kind"].get(row.get("kind", ""), row.get("kind", ""))
        found["agency_name"] = words["agency"].get(row.get("agency", ""), row.get("agency", ""))
        found["state_name"] = words["state"].get(row.get("state", ""), _("在途"))
    if "stage" in row:
        found["stage_name"] = words["stage"].get(row["stage"], row["stage"])
    if row.get("age_s") is not None:
        found["age_min"] = round(row["age_s"] / 60)
    if at is not None and found.get("received_at") is not None:
        found["open_min"] = round((at - found["received_at"]).total_seconds() / 60)
    return found
