"""Kinds of incident at first set-up; administrators change them afterwards. Powers are those of domain.md §3.5."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KindSeed:
    """One row of `IncidentKind`."""

    code: str
    name: str
    required_powers: tuple[str, ...] = ()
    units_needed: int = 1
    dedupe_radius_m: int = 200
    dedupe_window_s: int = 1800
    umbrella: bool = False


KINDS: tuple[KindSeed, ...] = (
    KindSeed("crash", "交通事故", ("survey_scene",), dedupe_radius_m=150),
    KindSeed("crash_injury", "伤人事故", ("survey_scene",), units_needed=2, dedupe_radius_m=300),
    KindSeed("hit_and_run", "肇事逃逸", ("stop_vehicle",), units_needed=2, dedupe_radius_m=500),
    KindSeed("drunk_driving", "酒驾嫌疑", ("breath_test",)),
    KindSeed("watchlist_hit", "布控预警", ("stop_vehicle",)),
    # A person or the category has let it go: units are sent as for any other case.
    KindSeed("interception", "布控拦截", ("stop_vehicle",), dedupe_radius_m=50),
    KindSeed("dangerous_goods", "危化品险情", ("survey_scene",), units_needed=2, dedupe_radius_m=500),
    KindSeed("sos", "紧急求助", (), dedupe_radius_m=100),
    KindSeed("dispute", "纠纷", ("mediate",)),
    KindSeed("overload", "违法载人", ("persuade",)),
    KindSeed("illegal_parking", "违法停车", ("direct_traffic",), dedupe_radius_m=80),
    KindSeed("congestion", "交通拥堵", ("direct_traffic",), dedupe_radius_m=500),
    KindSeed("breakdown", "车辆抛锚", ("direct_traffic",)),
    KindSeed("obstacle", "道路障碍", ("clear_road",)),
    KindSeed("hazard", "道路隐患", ("clear_road",)),
    KindSeed("broken_facility", "设施损坏", ("clear_road",)),
    KindSeed("roadworks", "占道施工", ("direct_traffic",)),
    KindSeed("other", "其他警情"),
    # What many incidents belong to while it lasts.
    KindSeed("fog", "大雾", ("direct_traffic",), dedupe_radius_m=5000, dedupe_window_s=21600, umbrella=True),
    KindSeed("storm", "台风暴雨", ("direct_traffic",), dedupe_radius_m=20000, dedupe_window_s=43200, umbrella=True),
    KindSeed("convoy", "警卫车队", ("direct_traffic",), dedupe_radius_m=1000, dedupe_window_s=7200, umbrella=True),
)
