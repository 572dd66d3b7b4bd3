"""`/healthz` (this process), `/readyz` (what it leans on), `/metrics` (Prometheus; loopback or a token that may)."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import health, metrics
from core.errors import LuzhangError, NotSignedIn
from maps.access import machine_actor
from roads.network.files import STRINGS, GraphFileError, read_manifest
from roads.selectors import current_build, networks_directory
from stations.services import require
from stations.types import DataClass, Verb

URGENT_SILENT_S = 15.0


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers."""
    return JsonResponse(health.process())


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, the network in force has its files, a `run_urgent` lives and no duty has waited
    too long; 503 with `causes` otherwise.

    Redis may be down: that is said and does no harm (invariant 1).
    """
    _good, parts = health.ready()
    causes = [] if parts["database"] == "up" else ["database"]
    if not causes:
        parts["network"] = _network()
        parts["urgent"] = _urgent(parts["urgent"])
        causes = [name for name in ("network", "urgent", "backlog") if not parts[name]["ok"]]
    answer = {"status": "not ready" if causes else "ok", **({"causes": causes} if causes else {}), **parts}
    return JsonResponse(answer, status=503 if causes else 200)


def _network() -> dict[str, Any]:
    """The build in force and whether its files are all there; sizes and sums are the business of who opens them."""
    build = current_build()
    if build is None:
        return {"ok": False, "cause": "no network was imported", "cure": "./run manage import_roads"}
    folder = networks_directory() / build.version
    answer = {"version": build.version, "cure": "./run manage build_network"}
    try:
        names = [STRINGS, *(f"{name}.npy" for name in read_manifest(folder)["arrays"])]
    except (GraphFileError, OSError, KeyError) as problem:
        return {"ok": False, **answer, "cause": _cause(problem)}
    lacking = [name for name in names if not (folder / name).is_file()]
    if lacking:
        return {"ok": False, **answer, "cause": f"missing: {', '.join(lacking[:3])}"}
    return {"ok": True, "version": build.version}


def _cause(problem: Exception) -> str:
    """Without the folders of this machine: the address is public."""
    return str(problem).replace(str(settings.LUZHANG_VAR), "var")


def _urgent(part: dict[str, Any]) -> dict[str, Any]:
    """Whether some `run_urgent` has given a sign of life: without one nobody is sent anywhere."""
    ages = [beat["age_s"] for beat in part["processes"]]
    if min(ages, default=URGENT_SILENT_S + 1) <= URGENT_SILENT_S:
        return {**part, "ok": True}
    cause = f"no run_urgent for {min(ages):.0f} s" if ages else "no run_urgent is running"
    return {**part, "ok": False, "cause": cause, "cure": "./run manage run_urgent"}


@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format. Not public: from this machine itself, or with a token that may view the system."""
    try:
        if not _is_loopback(request):
            actor = machine_actor(request)
            if not actor.is_signed_in:
                raise NotSignedIn(_("请提供访问令牌"))
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
