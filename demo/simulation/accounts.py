"""Who plays: the units that `demo_load` laid, and tokens for the desk's accounts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model

from core.errors import Unavailable
from stations.selectors import system_actor
from stations.services import token_create

# Where `./run demo` serves when no port is named.
HOUSE_URL = "http://127.0.0.1:8000"
DESK_ROLES = ("dispatcher", "reviewer", "commander")


def units_played() -> list[dict[str, Any]]:
    """Rows of `var/demo/units.json`. Raises Unavailable before `demo_load`."""
    path = Path(settings.LUZHANG_VAR) / "demo" / "units.json"
    if not path.is_file():
        raise Unavailable(f"there is no {path}", field="units", cure="run ./run manage demo_load first")
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows


def desk_tokens(roles: Iterable[str] = DESK_ROLES) -> dict[str, str]:
    """A fresh token for one day for each role's demonstration account. Raises Unavailable when one is missing."""
    tokens = {}
    for role in roles:
        user = get_user_model().objects.filter(username=role, is_active=True).first()
        if user is None:
            raise Unavailable(f"there is no account {role}", field="user", cure="run ./run manage demo_load first")
        _row, tokens[role] = token_create(actor=system_actor("simulate"), user=user, label="simulation", days=1)
    return tokens
