"""`/healthz` (this process), `/readyz` (what it leans on), `/metrics` (Prometheus; loopback or a token that may)."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from core import health, metrics
from core.errors import LuzhangError, NotSignedIn
from maps.access import machine_actor
from roads.selectors import current_build
from stations.services import require
from stations.types import DataClass, Verb


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers."""
    return JsonResponse(health.process())


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, a network is in force and no duty has waited too long; 503 otherwise.

    Redis may be down: that is said and does no harm (invariant 1).
    """
    good, parts = health.ready()
    parts["network"] = _network() if parts["database"] == "up" else {"ok": False}
    good = good and bool(parts["network"]["ok"])
    return JsonResponse({"status": "ok" if good else "not ready", **parts}, status=200 if good else 503)


def _network() -> dict[str, Any]:
    build = current_build()
    if build is None:
        return {"ok": False, "cure": "import_roads"}
    return {"ok": True, "version": build.version}


@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format. Not public: from this machine itself, or with a token that may view the system."""
    try:
        if not _is_loopback(request):
            actor = machine_actor(request)
            if not actor.is_signed_in:
                raise NotSignedIn("请提供访问令牌")
            require(actor, Verb.VIEW, DataClass.SYSTEM)
    except LuzhangError as error:
        return JsonResponse(error.as_dict(), status=error.status)
    return HttpResponse(metrics.exposition(), content_type=metrics.CONTENT_TYPE)


def _is_loopback(request: HttpRequest) -> bool:
    """A request that a proxy forwarded comes from wherever the proxy says, never from here."""
    if request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded"):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
