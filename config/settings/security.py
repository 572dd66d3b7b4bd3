"""Sign-in, lock-out, cookies, content security policy."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from config.settings.values import ENVIRONMENT
from core.rates import Limit

SECRET_KEY = ENVIRONMENT.secret_key
LUZHANG_KEYS = ENVIRONMENT.luzhang_keys
LUZHANG_REQUIRE_MFA = ENVIRONMENT.require_second_factor
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
CSRF_TRUSTED_ORIGINS = list(ENVIRONMENT.csrf_trusted_origins)

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/account/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "stations.sign_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
MFA_ADAPTER = "stations.sign_in.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "路长"

# Five wrong passwords for one account from one address: locked for a quarter of an hour. Rows, not Redis.
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "stations/locked_out.html"
AXES_VERBOSE = False
# allauth would count again in the cache what axes counts in rows.
ACCOUNT_RATE_LIMITS = False

# What anybody may ask without signing in, and signing in, per address (core.api.limiting). Rows, not Redis.
LUZHANG_RATE_LIMITS = {
    "sign-in": Limit(40, 300, frozenset({"account_login", "mfa_authenticate"}), method="POST", signed_in=True),
    "public-search": Limit(
        60, 60, frozenset({"home", "station-page", "api-roads-where", "api-roads-chainage", "api-roads-search"})
    ),
    # A command centre of ten desks that all type at once behind one address.
    "place-suggest": Limit(1200, 60, frozenset({"api-places-suggest"}), signed_in=True),
    # Each picture costs a quarter of a second of a processor.
    "plates-read": Limit(60, 60, frozenset({"api-plates-read"}), method="POST", signed_in=True),
    "public-pages": Limit(
        240,
        60,
        frozenset(
            {
                *("road-page", "segment-page", "board-page", "stations-page", "sitemap", "sitemap-part"),
                *("ogc-items", "ogc-item", "api-axes", "api-axis", "api-segments"),
                *(
                    "api-segment",
                    "api-closures",
                    "api-organisations",
                    "api-organisation",
                    "api-stations",
                    "api-station",
                ),
            }
        ),
    ),
    "public-tiles": Limit(1800, 60, frozenset({"tile"})),
}

_NONE, _SELF = "'none'", "'self'"
# Pictures come from this site, and from the one host of the raster map where the deployment named one.
_BASEMAP = urlsplit(ENVIRONMENT.basemap_url)
_BASEMAP_HOSTS = [f"{_BASEMAP.scheme}://{_BASEMAP.netloc}"] if _BASEMAP.netloc else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [_SELF],
        "script-src": [_SELF],
        "style-src": [_SELF],
        "img-src": [_SELF, "data:", "blob:", *_BASEMAP_HOSTS],
        "font-src": [_SELF],
        "connect-src": [_SELF],
        "worker-src": [_SELF],
        "manifest-src": [_SELF],
        "media-src": [_SELF],
        "object-src": [_NONE],
        "frame-src": [_SELF],
        "frame-ancestors": [_SELF],
        "base-uri": [_SELF],
        "form-action": [_SELF],
    }
}

SESSION_COOKIE_NAME = "luzhang_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.https else None
SECURE_HSTS_SECONDS = 30 * 86400 if ENVIRONMENT.https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
# gis.W001: an old system GDAL; files from outside are read by pyogrio's own, never by this one.
SILENCED_SYSTEM_CHECKS = ["gis.W001", "security.W004", "security.W005", "security.W008", "security.W021"]
