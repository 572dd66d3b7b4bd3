"""The roles of the house. A person may hold several, each over an organisation and from a date to a date."""

from __future__ import annotations

from enum import StrEnum

from core.messages import gettext_noop


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
        """The Chinese name, marked for translation (`core.messages.spoken`)."""
        return _LABELS[self]


_LABELS: dict[Role, str] = {
    Role.COMMANDER: gettext_noop("指挥长"),
    Role.DISPATCHER: gettext_noop("指挥员"),
    Role.OFFICER: gettext_noop("民警"),
    Role.AUXILIARY: gettext_noop("辅警"),
    Role.WARDEN: gettext_noop("路管员"),
    Role.CHIEF: gettext_noop("路长"),
    Role.PERSUADER: gettext_noop("劝导员"),
    Role.STATION_STAFF: gettext_noop("服务站人员"),
    Role.REVIEWER: gettext_noop("审核员"),
    Role.PAYEE_DESK: gettext_noop("奖金发放员"),
    Role.ANALYST: gettext_noop("分析员"),
    Role.ADMINISTRATOR: gettext_noop("系统管理员"),
    Role.SECURITY_ADMINISTRATOR: gettext_noop("安全管理员"),
    Role.AUDITOR: gettext_noop("审计员"),
    Role.DEVICE: gettext_noop("设备"),
    Role.PUBLIC: gettext_noop("公众"),
}

# Separation of the three administrations (三权分立, GB/T 22239 level 3): nobody holds two of these at once.
SEPARATED: frozenset[Role] = frozenset({Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})

# Who enters /admin/, the set-up pages; what they find there, the policy table says.
STAFF_ROLES: frozenset[Role] = frozenset({Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR})
