"""The dispatch policy at first set-up (design §4 invariant 10, §5 travel time). Administrators add versions.

Only what differs from the engine's own defaults is written here. Every grade drives by the normal profile: a county
that sends red ones with blue light adds the rule `{"kind": "*", "grade": "red", "value": "emergency"}`.
"""

from __future__ import annotations

from typing import Any

POLICY: dict[str, Any] = {
    "k": 5,
    "turn_out_moving_s": 0,
    "turn_out_post_s": 60,
    "turn_out_station_s": 120,
    "fresh_s": 60,
    "aged_s": 300,
    "max_travel_s": 3600,
    "foot_within_m": 0,
    "automatic": [
        {"kind": "watchlist_hit", "grade": "*", "value": "propose"},
        {"kind": "*", "grade": "*", "value": "auto"},
    ],
    "profile": [{"kind": "*", "grade": "*", "value": "drive"}],
}
