"""Comparison of passages, and devices by GA/T 1400."""

from __future__ import annotations

__all__ = [
    "LUZHANG_ALARM_CLIMB_S",
    "LUZHANG_ALARM_CONFIRM_S",
    "LUZHANG_ALARM_HELD_S",
    "LUZHANG_CLONED_TAKES_UNKNOWN",
    "LUZHANG_CLONED_TOLERANCE",
    "LUZHANG_CLONED_UNKNOWN_CLOCK_S",
    "LUZHANG_CLONED_WINDOW_S",
    "LUZHANG_LOOK_ALIKE_BELOW",
    "LUZHANG_REGISTER_COLOUR_HOURS",
    "LUZHANG_TIMELINESS_S",
    "LUZHANG_VIID_KEEPALIVE_S",
    "LUZHANG_VIID_SERVER_ID",
]

# Readings less sure than this, or of unknown sureness, are also compared with plates that look alike.
LUZHANG_LOOK_ALIKE_BELOW = 0.9
# How often a device has to be heard; three times missed and it counts as off line.
LUZHANG_VIID_KEEPALIVE_S = 60
# Our own number towards devices: 20 digits, given by the authority that runs the deployment.
LUZHANG_VIID_SERVER_ID = "00000000005030000001"

# Cloned plates: the share of the free-flow time by road that the boldest driver needs; by how much the clock of a
# camera may be off that nobody has measured; passages farther apart in time are not compared.
LUZHANG_CLONED_TOLERANCE = 0.5
LUZHANG_CLONED_UNKNOWN_CLOCK_S = 120.0
LUZHANG_CLONED_WINDOW_S = 7200.0
# Most cameras say nothing of how sure they are. False: such readings never speak of a cloned plate.
LUZHANG_CLONED_TAKES_UNKNOWN = True
# Between these local hours a camera's colour of a body is compared with the register; lamps change colours at night.
LUZHANG_REGISTER_COLOUR_HOURS = (7, 18)
# Limits of the eight timeliness rates, in seconds; provinces set their own.
LUZHANG_TIMELINESS_S = {
    "watch_approval": 24 * 3600,
    "watch_sign": 2 * 3600,
    "withdrawal_approval": 24 * 3600,
    "alert_sign": 300,
    "order_issue": 300,
    "order_sign": 120,
    "order_feedback": 2 * 3600,
    "closure": 24 * 3600,
}
# In how many seconds somebody has to look at an alarm of each grade, how long a held one may wait, and how long each
# level that was told has before the one above is.
LUZHANG_ALARM_CONFIRM_S = {1: 120, 2: 300, 3: 900}
LUZHANG_ALARM_HELD_S = 1800
LUZHANG_ALARM_CLIMB_S = 300
