"""Powers of people by kind (domain.md §3.5). A tour may do what its present members may. Django-free.

A power is a legal or practical ability on the road; a verb (policy.py) is a right inside the system.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from core.messages import gettext_noop


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
        """The Chinese name, marked for translation (`core.messages.spoken`)."""
        return _LABELS[self]


_LABELS: dict[Power, str] = {
    Power.DECIDE: gettext_noop("作出处罚决定"),
    Power.DRAFT: gettext_noop("起草文书"),
    Power.CHECK_IDENTITY: gettext_noop("查验身份"),
    Power.CONFIRM_HIT: gettext_noop("确认布控预警"),
    Power.ARREST: gettext_noop("采取强制措施"),
    Power.STOP_VEHICLE: gettext_noop("拦停车辆"),
    Power.SURVEY_SCENE: gettext_noop("勘查现场"),
    Power.BREATH_TEST: gettext_noop("酒精测试"),
    Power.PERSUADE: gettext_noop("劝导"),
    Power.DIRECT_TRAFFIC: gettext_noop("指挥疏导"),
    Power.CLEAR_ROAD: gettext_noop("清理路面"),
    Power.MEDIATE: gettext_noop("调解"),
    Power.PHOTOGRAPH: gettext_noop("拍照取证"),
    Power.REPORT: gettext_noop("报告情况"),
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
