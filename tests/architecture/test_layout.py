"""The house stays as it was planned: sizes, names, doors between rooms."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOMS, imports, name_of, project_files, room_of, with_suffix

MAX_LINES = 400
# Doors of a room for others: (who may) -> modules.
DOORS = {"services", "selectors", "events", "types"}
# Django-free libraries of a room are part of its door: they hold no state and no rules of other rooms.
LIBRARIES = {
    "stations": {"catalogue"},
    "roads": {"network", "axes", "reading"},
    "patrols": {"protocols"},
    "incidents": {"dispatch", "verification", "states"},
    "recognition": {"plates", "gat1400", "reading", "judging"},
}


def test_no_file_is_longer_than_its_reader() -> None:
    """A file is about one thing."""
    long = [
        f"{name_of(path)}: {count}"
        for path in with_suffix(".py", ".js", ".mjs", ".html")
        if "migrations" not in path.parts and (count := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    ]
    assert long == []


def test_no_file_is_named_after_nothing() -> None:
    """utils and helpers say nothing about what is in them."""
    names = {"utils.py", "helpers.py", "util.py", "helper.py", "misc.py", "common.py", "utils", "helpers"}
    assert [name_of(path) for path in project_files() if names & set(path.parts[-2:])] == []


def _wrong_doors(path: Path) -> list[str]:
    room = room_of(path)
    found = []
    for line, name in imports(path):
        parts = name.split(".")
        other = parts[0]
        if other == room or other not in ROOMS or other == "core" or len(parts) < 2:
            continue
        if parts[1] in DOORS or parts[1] in LIBRARIES.get(other, set()):
            continue
        if room == "config" and parts[1] in {"urls", "tasks", "handlers", "live", "intake", "api"}:
            continue
        if room == "maps" and parts[1] == "layers":
            continue
        # A measured run counts rows itself: asking the rooms' own readers would let them mark their own work.
        if room == "demo" and parts[1] == "models" and {"simulation", "demo_once.py"} & set(path.parts):
            continue
        # The admin site of every room has one base, which asks the policy table.
        if path.name == "admin.py" and name.startswith("stations.access.admin_site"):
            continue
        found.append(f"{name_of(path)}:{line} imports {name}")
    return found


@pytest.mark.parametrize("room", [*ROOMS, "demo", "config"])
def test_rooms_meet_at_their_doors(room: str) -> None:
    """Across rooms: services, selectors, events, types (and core, which belongs to no room)."""
    wrong = [
        line
        for path in with_suffix(".py")
        if room_of(path) == room and "migrations" not in path.parts
        for line in _wrong_doors(path)
    ]
    assert wrong == []


def test_only_core_geo_writes_epsg_numbers() -> None:
    """Everybody else says STORE_SRID, WEB_SRID or metric_srid()."""
    literal = re.compile(r"\bsrid\s*=\s*\d{4,}|SRID=\d{4,}|ST_(?:SetSRID|Transform)\([^()]*,\s*\d{4,}", re.IGNORECASE)
    found = [
        f"{name_of(path)}:{number}"
        for path in with_suffix(".py")
        if room_of(path) in {*ROOMS, "demo", "config"}
        and "migrations" not in path.parts
        and not name_of(path).startswith("core/geo/")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if literal.search(line)
    ]
    assert found == []


def test_celery_is_called_where_late_is_allowed() -> None:
    """Only handlers, tasks and commands: the urgent path knows no Celery."""
    sending = re.compile(r"\.(delay|apply_async)\(")
    found = [
        f"{name_of(path)}:{number}"
        for path in with_suffix(".py")
        if room_of(path) in {*ROOMS, "demo"}
        and path.name not in {"handlers.py", "tasks.py"}
        and "commands" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if sending.search(line)
    ]
    assert found == []


def test_models_of_other_rooms_are_named_as_strings() -> None:
    """A foreign key to a lower room is `"room.Model"`: importing the class would tie the rooms."""
    direct = re.compile(r"(?:ForeignKey|OneToOneField|ManyToManyField)\(\s*(?!\"|'|settings\.)([A-Za-z_]\w*)")
    found = []
    for path in with_suffix(".py"):
        if room_of(path) in ROOMS and "models" in path.parts:
            own = {
                name.rsplit(".", 1)[-1]
                for _, name in imports(path)
                if name.split(".")[0] in ROOMS and name.split(".")[0] != room_of(path)
            }
            text = path.read_text(encoding="utf-8")
            found += [f"{name_of(path)}: {match}" for match in direct.findall(text) if match in own]
    assert found == []


@pytest.mark.parametrize(
    "package",
    [
        "roads/network",
        "roads/reading",
        "roads/axes",
        "patrols/protocols",
        "incidents/dispatch",
        "recognition/plates",
        "recognition/gat1400",
        "recognition/reading",
    ],
)
def test_what_is_calculated_needs_no_django(package: str) -> None:
    """It is replayed and benchmarked outside the product."""
    found = [
        f"{name_of(path)}:{line} imports {name}"
        for path in with_suffix(".py")
        if name_of(path).startswith(f"{package}/")
        for line, name in imports(path)
        if name.split(".")[0] in {"django", "rest_framework", "celery", "psycopg2"}
    ]
    assert found == []
