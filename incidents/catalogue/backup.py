"""Why a crew may call for help, by code."""

from __future__ import annotations

from core.messages import gettext_noop

BACKUP_REASONS: dict[str, str] = {
    "danger": gettext_noop("人身受威胁"),
    "people": gettext_noop("人手不够"),
    "injured": gettext_noop("有人受伤"),
    "crowd": gettext_noop("围观聚集"),
    "traffic": gettext_noop("需要疏导交通"),
    "powers": gettext_noop("需要民警到场"),
    "other": gettext_noop("其他"),
}
