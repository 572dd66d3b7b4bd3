"""How simulated people behave: delays in seconds of house time, shares of refusals. One place to change them."""

from __future__ import annotations

from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Habits:
    """Ranges are uniform, shares are of all offers or incidents."""

    report_moving_s: Range = (10.0, 15.0)
    report_standing_s: Range = (25.0, 40.0)
    pause_s: Range = (30.0, 180.0)
    sign_s: Range = (3.0, 12.0)
    set_off_s: Range = (2.0, 8.0)
    scene_s: Range = (60.0, 360.0)
    write_up_s: Range = (10.0, 40.0)
    confirm_s: Range = (8.0, 25.0)
    review_s: Range = (15.0, 60.0)
    close_s: Range = (5.0, 30.0)
    repeat_s: Range = (2.0, 20.0)
    decline_share: float = 0.03
    silent_share: float = 0.03
    standing_share: float = 0.15
    far_share: float = 0.02
    chainage_share: float = 0.06
    repeat_share: float = 0.04


# A run of ten minutes shows whole cases: crews are quick on scene and the desk reviews at once.
BRISK = Habits(
    sign_s=(3.0, 8.0), set_off_s=(1.0, 5.0), scene_s=(60.0, 120.0), write_up_s=(5.0, 15.0), review_s=(5.0, 20.0),
    close_s=(3.0, 10.0),
)  # fmt: skip
