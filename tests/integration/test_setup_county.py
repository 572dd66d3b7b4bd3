"""First set-up of an empty installation: makes what is needed, once, audited, with no password shown."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from core.models import AuditRow
from core.rules import tables
from incidents.models import DispatchPolicyVersion, IncidentKind
from patrols.models import Requirement, Shift
from roads.services import chief_level_create
from stations.models import Organisation, Person
from stations.selectors import actor_for_user
from stations.types import DataClass, Verb
from tests.factories.stations import SYSTEM

pytestmark = pytest.mark.django_db

TREE = """code,name,kind,parent,duty_phone
460000,示例市,city,,0898-110
460001,东区,district,460000,
460002,一中队,brigade,460001,
"""
ADMIN, SECURITY = "correct-horse-7", "battery-staple-8"


@pytest.fixture(autouse=True)
def passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUZHANG_ADMIN_PASSWORD", ADMIN)
    monkeypatch.setenv("LUZHANG_SECURITY_PASSWORD", SECURITY)
    monkeypatch.setenv("LUZHANG_AUDITOR_PASSWORD", "staple-battery-9")
    tables.forget()


def _run(*words: str) -> str:
    out = io.StringIO()
    call_command("setup_county", *words, stdout=out, stderr=out)
    return out.getvalue()


def _file(folder: Path, text: str = TREE, name: str = "tree.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_tree_two_administrations_and_what_a_county_starts_from(tmp_path: Path) -> None:
    IncidentKind.objects.filter(code="crash").delete()
    said = _run("--tree", _file(tmp_path))
    assert list(Organisation.objects.order_by("path").values_list("code", "kind")) == [
        ("460000", "city"), ("460001", "district"), ("460002", "brigade"),
    ]  # fmt: skip
    assert Organisation.objects.get(code="460000").duty_phone == "0898-110"
    assert ADMIN not in said and SECURITY not in said
    users: Any = get_user_model().objects
    admin, security = users.get(username="admin"), users.get(username="security")
    assert admin.check_password(ADMIN) and security.check_password(SECURITY)
    root = Organisation.objects.get(code="460000").path
    assert actor_for_user(admin).may(Verb.CREATE, DataClass.ORGANISATION, root)
    assert actor_for_user(security).may(Verb.CREATE, DataClass.ROLE_GRANT, root)
    assert not actor_for_user(admin).may(Verb.CREATE, DataClass.ROLE_GRANT, root)
    assert IncidentKind.objects.filter(code="crash").exists() and DispatchPolicyVersion.objects.exists()
    assert (Shift.objects.count(), Requirement.objects.count()) == (2, 1)
    actions = set(AuditRow.objects.values_list("action", flat=True))
    assert {"stations.organisation_created", "stations.account_created", "stations.role_granted"} <= actions
    assert not AuditRow.objects.filter(details__icontains=ADMIN).exists()


def test_repeating_it_changes_nothing(tmp_path: Path) -> None:
    _run("--tree", _file(tmp_path))
    rows = AuditRow.objects.count()
    assert "made 0, " in _run("--tree", _file(tmp_path))
    assert AuditRow.objects.count() == rows
    more = TREE + "460003,二中队,brigade,460001,\n"
    assert "made brigade 460003 二中队" in _run("--tree", _file(tmp_path, more))


def test_a_dry_run_makes_nothing_and_asks_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LUZHANG_ADMIN_PASSWORD")
    said = _run("--tree", _file(tmp_path), "--dry-run")
    assert "would make city 460000 示例市" in said and "would make administrator admin" in said
    assert not Organisation.objects.exists() and not Person.objects.exists() and not AuditRow.objects.exists()


def test_fewer_than_four_levels_of_chiefs_are_told() -> None:
    for made in range(7):
        said = _run("--name", "小县", "--level", "district", "--code", "460100")
        assert (f"missing levels of road chiefs: {made}, a scheme has 4 to 6: " in said) == (made < 4)
        if made < 6:
            chief_level_create(
                actor=SYSTEM, organisation=Organisation.objects.get(), rank=made + 1, name=f"{made + 1}级路长"
            )


def test_name_and_level_are_enough(tmp_path: Path) -> None:
    _run("--name", "小县", "--level", "district", "--code", "460100")
    assert Organisation.objects.get().kind == "district"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code,name,kind,parent\n1,甲,city,\n2,乙,district,9\n", "parent"),
        ("code,name,kind,parent\n1,甲,castle,\n", "kind"),
        ("code,name,kind,parent\n1,,city,\n", "name"),
        ("", "tree"),
    ],
)
def test_bad_trees_are_refused_whole(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CommandError, match=rf"\[{said}\]"):
        _run("--tree", _file(tmp_path, text))
    assert not Organisation.objects.exists()


def test_without_a_password_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LUZHANG_SECURITY_PASSWORD")
    with pytest.raises(CommandError, match="LUZHANG_SECURITY_PASSWORD"):
        _run("--tree", _file(tmp_path))
    assert not Organisation.objects.exists()
    monkeypatch.setenv("LUZHANG_SECURITY_PASSWORD", "12345")
    with pytest.raises(CommandError, match="password"):
        _run("--tree", _file(tmp_path))
    assert not Organisation.objects.exists()
