"""断网表: open incidents, units and phones as one file a desk, made anew every five minutes, for the day all is down.

The file lies under `LUZHANG_VAR/fallback/` and needs nothing: style and script are written into it. No reporter, no
plate and no personal number is in it; duty phones are, so only the owner of the process may read it.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import time
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from core import clock
from core.errors import Unavailable
from incidents.selectors import desk_sheet
from maps.doors.sheet import sheet_context
from stations.selectors import organisation_root, organisations_visible_to, role_grants_visible_to, stations_visible_to
from stations.types import Actor, ActorKind, DataClass, Role, Verb, system_actor

EVERY_S = 300.0
# Another process of this host has just made it.
YOUNG_S = 240.0
# The sheet of a desk that is no more.
OLD_S = 86_400.0
_STYLES = ("core/tokens.css", "maps/css/sheet.css")
_SCRIPT = "maps/js/sheet_age.js"


def fallback_sheets_make() -> int:
    """Make the sheet of every desk whose file is not young any more, and remove those that nobody renews.

    Returns how many were made. Every host that runs `run_urgent` has its own files.
    """
    folder = fallback_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = 0
    for path in desk_paths():
        file = fallback_file(path)
        if not file.exists() or time.time() - file.stat().st_mtime >= YOUNG_S:
            _write(file, fallback_html(path))
            made += 1
    # Sheets of releases that called them boards hold duty phones and are renewed by nobody.
    shutil.rmtree(folder.parent / "boards", ignore_errors=True)
    for file in folder.glob("fallback-*"):
        if time.time() - file.stat().st_mtime > OLD_S:
            file.unlink(missing_ok=True)
    return made


def desk_paths() -> list[str]:
    """Paths of the organisations that have a desk: somebody commands or dispatches there now."""
    desks = {Role.COMMANDER.value, Role.DISPATCHER.value}
    grants = role_grants_visible_to(system_actor("fallback_sheets")).filter(role__in=desks, valid__contains=clock.now())
    return sorted({path for path in grants.values_list("organisation__path", flat=True) if path})


def fallback_file(path: str) -> Path:
    """Where the sheet of an organisation's desk lies."""
    return fallback_folder() / f"fallback-{path.strip('.').replace('.', '-')}.html"


def fallback_path_of(actor: Actor) -> str:
    """Whose sheet this actor reads: of the highest organisation at whose desk it sits."""
    paths = actor.scope_paths(Verb.VIEW, DataClass.HANDOVER)
    return paths[0] if paths and paths[0] else (organisation_root().path or "")


def fallback_html(path: str) -> str:
    """The file: what a dispatcher of this organisation may see, in the language of the house."""
    reader = Actor(name="fallback_sheet", kind=ActorKind.PERSON, grants=((Role.DISPATCHER, path),))
    now = clock.now()
    organisation = organisations_visible_to(system_actor("fallback_sheets")).filter(path=path).first()
    with translation.override(settings.LANGUAGE_CODE):
        return render_to_string(
            "maps/fallback_sheet.html",
            {
                "name": organisation.name if organisation is not None else "",
                "is_sample": organisation is not None and organisation.generated,
                "language": settings.LANGUAGE_CODE,
                # The age is told by the clock on the wall of whoever reads it.
                "made_ms": round(clock.wall_now().timestamp() * 1000),
                "style": "\n".join(_text(name) for name in _STYLES),
                "script": _text(_SCRIPT),
                "stations": [
                    {"name": row.name, "kind": row.get_kind_display(), "phone": row.duty_phone, "address": row.address}
                    for row in stations_visible_to(reader)
                    .filter(is_active=True)
                    .exclude(duty_phone="")
                    .order_by("name")
                ],
                **sheet_context(desk_sheet(reader, at=now), now),
            },
        )


def fallback_policy(html: str) -> dict[str, list[str]]:
    """The content policy under which a sheet is shown: its own style and script by their hashes, nothing else."""
    return {
        f"{kind}-src": [
            "'sha256-" + base64.b64encode(hashlib.sha256(_between(html, tag).encode()).digest()).decode() + "'"
        ]
        for kind, tag in (("style", "style"), ("script", "script"))
    }


def _between(html: str, tag: str) -> str:
    return html.split(f"<{tag}>", 1)[1].split(f"</{tag}>", 1)[0]


def fallback_folder() -> Path:
    """Where the sheets of this host lie."""
    return Path(settings.LUZHANG_VAR) / "fallback"


def _text(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        raise Unavailable(_("缺少前端库文件"), code="vendor_missing", field="file", value=name, cure="./run setup")
    return Path(found).read_text(encoding="utf-8")


def _write(file: Path, html: str) -> None:
    """Whole or not at all: whoever reads it meanwhile has the last one."""
    with NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, prefix=".fallback-", delete=False) as draft:
        draft.write(html)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).replace(file)
