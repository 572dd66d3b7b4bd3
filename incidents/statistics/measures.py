"""What is counted and timed of an incident, by name (Django-free)."""

from __future__ import annotations

# Columns of `IncidentDay` that add up.
COUNTS = (
    "received",
    "closed",
    "false_alarms",
    "merged",
    "handed_over",
    "by_engine",
    "by_solver",
    "by_hand",
    "overdue",
    "shortfalls",
)

# Times in seconds: name → (from, to), stamps of the incident. `sign`: from the first offer to the signature of the unit
# that leads; `arrival`, `closing`: from the call. Only what has both stamps counts.
TIMES = {
    "sign": ("assigned_at", "acknowledged_at"),
    "arrival": ("received_at", "arrived_at"),
    "closing": ("received_at", "closed_at"),
}
