"""A desk's sheet (`incidents.selectors.desk_sheet`) in the words of a page: for the hand-over sheet and the board."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

_MOMENTS = ("received_at", "waiting_until", "until", "raised_at", "made_at", "valid_until", "starts_at", "ends_at")


def sheet_context(content: Mapping[str, Any], at: datetime | None) -> dict[str, Any]:
    """Template context of a sheet as it was at `at`: rows with real times and names for codes."""
    units = [_worded(row, at) for row in content["units"]]
    return {
        "at": at,
        "incidents": [_worded(row, at) for row in content["incidents"]],
        "units": units,
        "stale": [row for row in units if row["freshness"] in {"stale", "none"}],
        "not_checked_in": [_worded(row, at) for row in content["not_checked_in"]],
        "gaps": [_worded(row, at) for row in content["gaps"]],
        "chiefs_on_leave": [_worded(row, at) for row in content["chiefs_on_leave"]],
        "closures": [_worded(row, at) for row in content["closures"]],
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


def _worded(row: Mapping[str, Any], at: datetime | None) -> dict[str, Any]:
    words = unit_words()
    found: dict[str, Any] = dict(row)
    for name in _MOMENTS:
        if isinstance(row.get(name), str):
            found[name] = parse_datetime(row[name])
    # Incidents have names of their own for kind and state.
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
