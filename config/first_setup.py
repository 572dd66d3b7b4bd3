"""First set-up of an empty installation: organisations, three administrations, what every county starts from.

One transaction; repeating it adds what is missing and changes nothing that is there. Every row goes through its room's
service, so each is audited.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, InvalidInput
from incidents.services import catalogue_restore
from patrols.selectors import requirements_visible_to, shifts_visible_to
from patrols.services import requirement_create, shift_create
from roads.selectors import levels_for
from stations.selectors import organisation_by_code
from stations.services import (
    account_create,
    organisation_create,
    person_create,
    role_grant,
    station_services_restore,
)
from stations.types import Actor, Role, system_actor

COLUMNS = ("code", "name", "kind", "parent", "duty_phone", "supervision_phone")
SHIFTS = (("白班", time(8), time(20)), ("夜班", time(20), time(8)))
REQUIREMENT = "日常巡逻"
# A scheme of road chiefs has four levels (county, town, village, road) to six; they are the county's own data.
FEWEST_LEVELS, MOST_LEVELS = 4, 6
FOR_EVER = (date(2000, 1, 1), date(2100, 1, 1))
# The three separated administrations: one sets up, one grants roles, one reads the audit; nobody holds two.
ACCOUNTS = (
    (Role.ADMINISTRATOR, "系统管理员"),
    (Role.SECURITY_ADMINISTRATOR, "安全管理员"),
    (Role.AUDITOR, "审计员"),
)


@dataclass(slots=True)
class Done:
    """What a set-up made, in words of the report."""

    made: list[str] = field(default_factory=list)
    kept: int = 0
    # What is still missing, with its cure; a set-up is not refused for it.
    missing: list[str] = field(default_factory=list)


def tree_read(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV with the columns `code,name,kind,parent[,duty_phone,supervision_phone]`, or a JSON list of objects
    with these keys. Raises InvalidInput naming the row.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = json.loads(text) if path.suffix.lower() == ".json" else list(csv.DictReader(text.splitlines()))
    except (OSError, UnicodeDecodeError, ValueError) as problem:
        raise InvalidInput(
            _("机构文件无法读取"), field="tree", value=str(path), cure=_("UTF-8 的 CSV 或 JSON")
        ) from problem
    found = []
    for number, row in enumerate(rows, start=1):
        values = {name: str(row.get(name) or "").strip() for name in COLUMNS} if isinstance(row, Mapping) else {}
        lacking = [name for name in COLUMNS[:3] if not values.get(name)]
        if lacking:
            raise InvalidInput(_("必填项为空"), field=lacking[0], value=number, cure=",".join(COLUMNS))
        found.append(values)
    if not found:
        raise InvalidInput(_("机构文件是空的"), field="tree", value=str(path), cure=",".join(COLUMNS))
    return found


def set_up(
    tree: list[dict[str, str]],
    usernames: Mapping[Role, str],
    password_of: Callable[[str], str],
    *,
    dry_run: bool = False,
) -> Done:
    """Do it. `tree` has the root first and every parent before its children; `password_of(username)` is asked for
    accounts that are made. Raises LuzhangError; nothing is half-saved.
    """
    actor, done = system_actor("setup_county"), Done()
    with transaction.atomic():
        root = _organisations(actor, tree, done)
        for role, name in ACCOUNTS:
            _account(actor, root, role, name, usernames[role], (lambda _name: None) if dry_run else password_of, done)
        done.made += catalogue_restore(actor=actor)
        done.made += station_services_restore(actor=actor)
        _plans(actor, root, done)
        _levels(root, done)
        if dry_run:
            transaction.set_rollback(True)
    return done


def _organisations(actor: Actor, tree: list[dict[str, str]], done: Done) -> Any:
    root = None
    for row in tree:
        found = organisation_by_code(row["code"])
        if found is None:
            parent = organisation_by_code(row["parent"]) if row["parent"] else None
            if parent is None and (row["parent"] or root is not None):
                raise InvalidInput(
                    _("没有上级机构"),
                    field="parent",
                    value=row["parent"] or row["code"],
                    cure=_("上级写在下级之前，只有第一行没有上级"),
                )
            phones = {name: row[name] for name in COLUMNS[4:] if row.get(name)}
            found = organisation_create(
                actor=actor, kind=row["kind"], code=row["code"], name=row["name"], parent=parent, **phones
            )
            done.made.append(f"{row['kind']} {row['code']} {row['name']}")
        else:
            done.kept += 1
        root = root or found
    return root


def _account(
    actor: Actor, root: Any, role: Role, name: str, username: str, password_of: Callable[[str], Any], done: Done
) -> None:
    user = get_user_model().objects.filter(username=username).first()
    if user is not None:
        holder = getattr(user, "person", None)
        if holder is None or not holder.role_grants.filter(role=role.value).exists():
            raise Conflict(_("账号已存在，但不是这个角色"), field=role.value, value=username, cure=_("请换一个账号名"))
        done.kept += 1
        return
    person = person_create(actor=actor, organisation=root, kind="leader", name=name)
    account_create(actor=actor, person=person, username=username, password=password_of(username))
    role_grant(actor=actor, person=person, role=role, organisation=root, note="setup_county")
    done.made.append(f"{role.value} {username}")


def _levels(root: Any, done: Done) -> None:
    """Fewer levels of chiefs than a scheme has are told, not refused: lateness climbs as far as there are levels."""
    count = len(levels_for(root))
    if count < FEWEST_LEVELS:
        done.missing.append(
            f"levels of road chiefs: {count}, a scheme has {FEWEST_LEVELS} to {MOST_LEVELS}: name them at "
            "/admin/roads/chieflevel/ or /api/v1/chiefs/levels/"
        )


def _plans(actor: Actor, root: Any, done: Done) -> None:
    for name, starts_at, ends_at in SHIFTS:
        if shifts_visible_to(actor).filter(organisation=root, name=name).exists():
            done.kept += 1
            continue
        shift_create(actor=actor, organisation=root, name=name, starts_at=starts_at, ends_at=ends_at)
        done.made.append(f"shift {name}")
    if requirements_visible_to(actor).filter(organisation=root).exists():
        done.kept += 1
        return
    requirement_create(
        actor=actor,
        organisation=root,
        name=REQUIREMENT,
        starts_at=SHIFTS[0][1],
        ends_at=SHIFTS[0][2],
        dates=FOR_EVER,
        weekdays=list(range(1, 8)),
    )
    done.made.append(f"requirement {REQUIREMENT}")
