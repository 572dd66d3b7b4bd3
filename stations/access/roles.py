"""The roles of the house. A person may hold several, each over an organisation and from a date to a date."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Role codes; they are stored in grants and name the demo accounts."""

    COMMANDER = "commander"
    DISPATCHER = "dispatcher"
    OFFICER = "officer"
    AUXILIARY = "auxiliary"
    WARDEN = "warden"
    CHIEF = "chief"
    PERSUADER = "persuader"
    STATION_STAFF = "station_staff"
    REVIEWER = "reviewer"
    PAYEE_DESK = "payee_desk"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"
    SECURITY_ADMINISTRATOR = "security_administrator"
    AUDITOR = "auditor"
    DEVICE = "device"
    PUBLIC = "public"

    @property
    def label(self) -> str:
        """The Chinese name shown to users."""
        return _LABELS[self]


_LABELS: dict[Role, str] = {
    Role.COMMANDER: "指挥长",
    Role.DISPATCHER: "指挥员",
    Role.OFFICER: "民警",
    Role.AUXILIARY: "辅警",
    Role.WARDEN: "路管员",
    Role.CHIEF: "路长",
    Role.PERSUADER: "劝导员",
    Role.STATION_STAFF: "服务站人员",
    Role.REVIEWER: "审核员",
    Role.PAYEE_DESK: "奖金发放员",
    Role.ANALYST: "分析员",
    Role.ADMINISTRATOR: "系统管理员",
    Role.SECURITY_ADMINISTRATOR: "安全管理员",
    Role.AUDITOR: "审计员",
    Role.DEVICE: "设备",
    Role.PUBLIC: "公众",
}

# Separation of the three administrations (三权分立, GB/T 22239 level 3): nobody holds two of these at once.
SEPARATED: frozenset[Role] = frozenset({Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})

# Who enters /admin/, the set-up pages; what they find there, the policy table says.
STAFF_ROLES: frozenset[Role] = frozenset({Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR})
