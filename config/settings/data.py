"""Database, cache, sessions. PostgreSQL is the only truth: nothing here keeps state in Redis."""

from __future__ import annotations

from config.settings.values import ENVIRONMENT

__all__ = ["CACHES", "DATABASES", "LUZHANG_RETENTION_DAYS", "REDIS_URL", "SESSION_ENGINE"]

_database = ENVIRONMENT.database

DATABASES = {
    "default": {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": _database.name,
        "USER": _database.user,
        "PASSWORD": _database.password,
        "HOST": _database.host,
        "PORT": _database.port,
        # Requests are served by a few threads that stay (config.threads); a new session costs more than a request.
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "application_name": "luzhang"},
        # ./run makes this template once, with PostGIS in it: a test database is then copied in 0.4 s.
        "TEST": {"TEMPLATE": "template_luzhang"},
    }
}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "config_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

SESSION_ENGINE = "django.contrib.sessions.backends.db"
REDIS_URL = ENVIRONMENT.redis_url
# Days by class, over the defaults of the rooms (core.retention).
LUZHANG_RETENTION_DAYS = ENVIRONMENT.retention_days
