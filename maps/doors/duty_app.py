"""What makes `/duty/` an app of the phone: its manifest and its service worker, for work without network.

The worker keeps our own files under one name that is a hash of all of them, so that a phone has either the files of
one release or those of the next. Neither answer says anything about anybody.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import Unavailable
from core.jsontext import dumps
from maps.doors.words import catalogue

SCRIPT = "maps/js/duty/main.js"
MAP_SCRIPT = "maps/js/duty/map.js"
WORKER = "maps/js/duty/worker.js"
STYLES = (
    *(f"core/{name}.css" for name in ("tokens", "base", "controls", "components", "states", "print")),
    "maps/css/map.css",
    "maps/css/duty.css",
)
PLAIN = ("core/theme.js", "core/look.js", "core/mark.svg", "core/icons.svg")
ICONS = ("maps/duty/icon.svg", "maps/duty/icon-192.png", "maps/duty/icon-512.png", "maps/duty/icon-maskable-512.png")
TEMPLATES = ("maps/duty.html", "core/base.html")
_IMPORT = re.compile(r"""(?:^|\n)\s*(?:import|export)\b[^;"']*["'](\.{1,2}/[^"']+)["']""")


@dataclass(frozen=True, slots=True)
class Shell:
    """Files by their names below /static/. `version` is a hash of everything that the worker keeps."""

    files: tuple[str, ...]
    map_files: tuple[str, ...]
    version: str


def _bytes(name: str) -> bytes:
    found = finders.find(name)
    if not found:
        raise Unavailable(_("勤务页缺少一个文件"), field="file", value=name, cure="./run setup")
    return Path(found).read_bytes()


def modules_from(name: str) -> tuple[str, ...]:
    """A module below /static/ and all that it imports at its head, in the order in which they are met."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        module = waiting.pop(0)
        if module in found:
            continue
        found[module] = None
        folder = Path("/", module).parent
        for path in _IMPORT.findall(_bytes(module).decode()):
            waiting.append(str((folder / path).resolve().relative_to("/")))
    return tuple(found)


@lru_cache(maxsize=1)
def duty_shell() -> Shell:
    """What the phone keeps; read once a process, since files change with a release only."""
    scripts = modules_from(SCRIPT)
    map_files = tuple(name for name in modules_from(MAP_SCRIPT) if name not in scripts)
    # A cache takes no name twice.
    files = tuple(dict.fromkeys((*STYLES, *PLAIN, *scripts, *ICONS)))
    digest = hashlib.sha256(_bytes(WORKER))
    for name in (*files, *map_files):
        digest.update(name.encode() + b"\0" + _bytes(name))
    for name in TEMPLATES:
        digest.update(get_template(name).template.source.encode())  # type: ignore[attr-defined]
    for language in _languages():
        digest.update(dumps(catalogue(language), canonical=True).encode())
    return Shell(files, map_files, digest.hexdigest()[:16])


def _languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES if not code.startswith("zh")]


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """`/duty/worker.js`: below /duty/, so that its scope is this page and nothing else of the site."""
    shell = duty_shell()
    told = {
        "version": shell.version,
        "files": [static(name) for name in (*shell.files, *shell.map_files)]
        + [f"/words/{language}.json" for language in _languages()],
    }
    script = f"const SHELL = {json.dumps(told)};\n{_bytes(WORKER).decode()}"
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """`/duty/app.webmanifest`"""
    icons = [
        {"src": static(ICONS[0]), "sizes": "any", "type": "image/svg+xml"},
        {"src": static(ICONS[1]), "sizes": "192x192", "type": "image/png"},
        {"src": static(ICONS[2]), "sizes": "512x512", "type": "image/png"},
        {"src": static(ICONS[3]), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]
    told = {
        "id": "/duty/",
        "name": _("路长勤务"),
        "short_name": _("勤务"),
        "start_url": "/duty/",
        "scope": "/duty/",
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#f3f5f7",
        "theme_color": "#0b6e78",
        "icons": icons,
    }
    response = HttpResponse(dumps(told), content_type="application/manifest+json; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Vary"] = "Accept-Language, Cookie"
    return response
