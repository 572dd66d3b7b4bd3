"""Languages and time. Chinese texts are the message ids; English is in locale/en."""

from __future__ import annotations

from config.settings.values import ENVIRONMENT, ROOT

__all__ = ["LANGUAGES", "LANGUAGE_CODE", "LOCALE_PATHS", "TIME_ZONE", "USE_I18N", "USE_TZ"]

LANGUAGE_CODE = ENVIRONMENT.language
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
# Stored in UTC; shown in the zone of the deployment.
USE_TZ = True
TIME_ZONE = ENVIRONMENT.time_zone
