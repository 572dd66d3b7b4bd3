"""The documentation says what is there: links, commands, paths, lifecycles, variables."""

from __future__ import annotations

import importlib.util
import io
import re
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import get_commands

from bench.__main__ import BENCHES
from tests.architecture.lifecycles import PAGE, lifecycles, page
from tests.architecture.source import ROOMS, ROOT, name_of, project_files

PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
TOP = {*ROOMS, "config", "demo", "bench", "tests", "docs", "locale"}
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_PATH = re.compile(r"`([a-z_]+(?:/[\w.-]+)+/?)`")
_RUN = re.compile(r"\./run\s+([a-z-]+)")
_MANAGE = re.compile(r"(?:\./run manage|manage\.py|\bmanage)\s+([a-z_]+)")
_BENCH = re.compile(r"(?:\./run bench|-m bench)\s+([a-z]+)")
_MODULE = re.compile(r"python -m ([a-z_.]+)")
_HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)


def _id(path: Path) -> str:
    return name_of(path)


def _code(path: Path) -> str:
    """What stands in code spans and blocks: only there are commands meant literally."""
    return "\n".join(_CODE.findall(path.read_text(encoding="utf-8")))


def _anchor(heading: str) -> str:
    """As code hosts make them: lower case, words joined by hyphens, punctuation gone."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _anchors(path: Path) -> set[str]:
    return {_anchor(one) for one in _HEADING.findall(path.read_text(encoding="utf-8"))}


def run_commands() -> set[str]:
    """The words that `./run` takes, from its own `case`."""
    body = (ROOT / "run").read_text(encoding="utf-8").split('case "$command" in', 1)[1].split("esac", 1)[0]
    labels = re.findall(r"^\s+([a-z][a-z -|]*)\)", body, re.MULTILINE)
    return {word.strip() for label in labels for word in label.split("|")}


@pytest.mark.parametrize("path", PAGES, ids=_id)
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link is a file of the project, every anchor a heading of it."""
    text = path.read_text(encoding="utf-8")
    lost = []
    for target in _LINK.findall(text):
        if "://" in target or target.startswith("mailto:"):
            lost.append(f"{target}: outside the project")
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            lost.append(target)
    assert lost == []


@pytest.mark.parametrize("path", PAGES, ids=_id)
def test_commands_exist(path: Path) -> None:
    """`./run …`, `manage …`, `./run bench …` and `python -m …` as written can be typed."""
    code = _code(path)
    wrong = [f"./run {word}" for word in _RUN.findall(code) if word not in run_commands()]
    known = get_commands()
    wrong += [f"manage {word}" for word in _MANAGE.findall(code) if word not in known]
    wrong += [f"bench {word}" for word in _BENCH.findall(code) if word not in BENCHES]
    for name in _MODULE.findall(code):
        try:
            found = importlib.util.find_spec(name) is not None
        except ModuleNotFoundError:
            found = False
        if not found:
            wrong.append(f"python -m {name}")
    assert wrong == []


@pytest.mark.parametrize("path", PAGES, ids=_id)
def test_paths_exist(path: Path) -> None:
    """A path of the project in code style is there."""
    lost = [
        name
        for name in _PATH.findall(path.read_text(encoding="utf-8"))
        if name.split("/", 1)[0] in TOP and not (ROOT / name).exists()
    ]
    assert lost == []


def test_map_names_every_room_and_package() -> None:
    """docs/map.md has a line for each package and module on the first level of every room, and none for lost ones."""
    text = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    # What means the same in every room is said once, at the top of the page.
    left_out = {"__init__.py", "apps.py", "migrations", "management", "templates", "static"}
    left_out |= {"models", "services", "selectors", "api", "imports"}
    usual = ("admin", "events", "handlers", "layers", "states", "tasks", "types", "urls", "views")
    left_out |= {f"{name}.py" for name in usual}
    entries = {
        "/".join(path.relative_to(ROOT).parts[:2])
        for path in project_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in {*ROOMS, "config", "demo"}
    }
    missing = [one for one in sorted(entries) if one.split("/")[1] not in left_out and f"`{one}" not in text]
    assert missing == []


def test_lifecycles_page_is_made_from_the_tables() -> None:
    """A changed table changes the page: `python -m tests.architecture.lifecycles` writes it."""
    assert list(lifecycles())
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_variable_is_explained() -> None:
    """Whatever config/environment.py reads is in docs/operations.md."""
    source = (ROOT / "config" / "environment.py").read_text(encoding="utf-8")
    read = set(re.findall(r'"([A-Z][A-Z_]{3,})"', source)) - {"LANGUAGES", "DATUMS"}
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert read
    assert [name for name in sorted(read) if f"`{name}`" not in text] == []


def test_decisions_are_numbered_and_complete() -> None:
    """docs/adr/NNNN-….md without gaps, each with status, date, context and decision."""
    pages = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in pages] == list(range(1, len(pages) + 1))
    incomplete = [
        f"{path.name}: {part}"
        for path in pages
        for part in ("Status:", "Date:", "## Context", "## Decision")
        if part not in path.read_text(encoding="utf-8")
    ]
    assert incomplete == []


@pytest.mark.django_db
def test_first_accounts_can_be_made_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of docs/operations.md make an organisation and three accounts with their roles."""
    from django.core.management import call_command

    from stations.selectors import actor_for_user, organisation_root

    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    words = re.findall(r"`--name (\S+) --level (\S+) --code (\S+)`", text)[0]
    for variable in re.findall(r"`(LUZHANG_[A-Z]+_PASSWORD)`", text):
        monkeypatch.setenv(variable, "correct-horse-battery-7")
    call_command("setup_county", "--name", words[0], "--level", words[1], "--code", words[2], stdout=io.StringIO())
    assert organisation_root().code == words[2]
    for name, role in (("admin", "administrator"), ("security", "security_administrator"), ("auditor", "auditor")):
        user = get_user_model().objects.get(username=name)
        assert [held.value for held in actor_for_user(user).roles] == [role]
