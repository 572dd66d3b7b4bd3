"""Powers of people by kind (domain.md §3.5). A tour may do what its present members may. Django-free.

A power is a legal or practical ability on the road; a verb (policy.py) is a right inside the system.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType


class Power(StrEnum):
    """What somebody on the road can do. Values are stored in kinds of incident and requirements."""

    DECIDE = "decide"
    DRAFT = "draft"
    CHECK_IDENTITY = "check_identity"
    CONFIRM_HIT = "confirm_hit"
    ARREST = "arrest"
    STOP_VEHICLE = "stop_vehicle"
    SURVEY_SCENE = "survey_scene"
    BREATH_TEST = "breath_test"
    PERSUADE = "persuade"
    DIRECT_TRAFFIC = "direct_traffic"
    CLEAR_ROAD = "clear_road"
    MEDIATE = "mediate"
    PHOTOGRAPH = "photograph"
    REPORT = "report"

    @property
    def label(self) -> str:
        """The Chinese name shown to users."""
        return _LABELS[self]


_LABELS: dict[Power, str] = {
    Power.DECIDE: "作出处罚决定",
    Power.DRAFT: "起草文书",
    Power.CHECK_IDENTITY: "查验身份",
    Power.CONFIRM_HIT: "确认布控预警",
    Power.ARREST: "采取强制措施",
    Power.STOP_VEHICLE: "拦停车辆",
    Power.SURVEY_SCENE: "勘查现场",
    Power.BREATH_TEST: "酒精测试",
    Power.PERSUADE: "劝导",
    Power.DIRECT_TRAFFIC: "指挥疏导",
    Power.CLEAR_ROAD: "清理路面",
    Power.MEDIATE: "调解",
    Power.PHOTOGRAPH: "拍照取证",
    Power.REPORT: "报告情况",
}

_PERSUADER = frozenset({Power.PERSUADE, Power.REPORT, Power.PHOTOGRAPH})
_AUXILIARY = _PERSUADER | {Power.DIRECT_TRAFFIC, Power.CLEAR_ROAD, Power.DRAFT}
_OFFICER = frozenset(Power)

# Keys are `Person.Kind` values.
POWERS: Mapping[str, frozenset[Power]] = MappingProxyType(
    {
        "officer": _OFFICER,
        "warden": _OFFICER,
        "auxiliary": _AUXILIARY,
        "persuader": _PERSUADER,
        "staff": frozenset({Power.REPORT}),
        "leader": frozenset({Power.REPORT}),
    }
)


def powers_of(kinds: Iterable[str]) -> frozenset[str]:
    """The powers of people of these kinds together, as plain strings.

    Drafts, cones and persuasion add up; an unknown kind gives nothing. Source: domain.md §3.5.
    """
    return _together(frozenset(kinds))


@lru_cache(maxsize=256)
def _together(kinds: frozenset[str]) -> frozenset[str]:
    return frozenset(power.value for kind in kinds for power in POWERS.get(kind, frozenset()))
