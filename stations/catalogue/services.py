"""Services of counters and persuasion stations at first set-up; administrators change them afterwards.

The reference county's service stations offer 22 services in four classes: household, traffic, entry-exit, public order
(domain.md 2.4, D4). Their number and classes are its; the names are usual ones of such counters, and ours.
"""

from __future__ import annotations

from typing import NamedTuple

HOUSEHOLD, TRAFFIC, ENTRY_EXIT, PUBLIC_ORDER, PERSUASION = "户政", "交管", "出入境", "治安", "劝导"


class ServiceSeed(NamedTuple):
    """One row of `StationService`."""

    code: str
    name: str
    service_class: str


_AT_COUNTERS = (
    (HOUSEHOLD, "H", ("居民身份证办理", "临时身份证明", "居住证办理", "户籍证明", "出生登记", "户口迁移")),
    (
        TRAFFIC,
        "J",
        (
            "驾驶证期满换证",
            "驾驶证补证",
            "机动车检验标志",
            "机动车号牌补换",
            "电动自行车登记",
            "交通违法处理",
            "违法缴款指引",
            "轻微事故快处",
        ),
    ),
    (ENTRY_EXIT, "C", ("普通护照受理", "港澳通行证签注", "台湾通行证签注", "境外人员住宿登记")),
    (PUBLIC_ORDER, "Z", ("无犯罪记录证明", "流动人口登记", "养犬登记", "失物招领")),
)
_AT_PERSUASION = ("头盔佩戴劝导", "违法载人劝导", "酒后驾驶劝阻", "逢集疏导")

# What a service station offers, and of that a police station and a settlement centre; what a persuasion station does.
COUNTER = tuple(
    ServiceSeed(f"{letter}{number:02d}", name, service_class)
    for service_class, letter, names in _AT_COUNTERS
    for number, name in enumerate(names, start=1)
)
AT_PERSUASION = tuple(
    ServiceSeed(f"Q{number:02d}", name, PERSUASION) for number, name in enumerate(_AT_PERSUASION, start=1)
)
SERVICES = COUNTER + AT_PERSUASION
SETTLEMENT_CODES = ("J08",)
