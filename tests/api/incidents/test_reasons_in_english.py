"""Reasons of grades, deadlines, decisions and assignments: stored in Chinese, said in the reader's language."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import translation

from incidents.catalogue.reasons import TABLE_REASONS, table_reasons_said
from incidents.models import Assignment
from incidents.selectors.plans import said_again
from tests.factories.incidents import World

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _reasons_of(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(reason := node.get("reason"), str) and reason.startswith('"'):
            yield reason.strip('"')
        for child in node.values():
            yield from _reasons_of(child)
    elif isinstance(node, list):
        for child in node:
            yield from _reasons_of(child)


def test_every_reason_of_a_table_is_marked(root: Path) -> None:
    tables = sorted((root / "incidents" / "catalogue").glob("*.json"))
    found = {reason for path in tables for reason in _reasons_of(json.loads(path.read_text(encoding="utf-8")))}
    assert found == set(TABLE_REASONS)
    with translation.override("en"):
        said = table_reasons_said([{"code": "x", "reason": reason} for reason in TABLE_REASONS])
    assert [row["reason"] for row in said if CHINESE.search(row["reason"])] == []


@pytest.fixture
def read(world: World) -> Callable[[str], dict[str, Any]]:
    """An incident that was dispatched, as the desk reads it in a language."""
    world.crew()
    incident, _assignment = world.sent()

    def detail(language: str) -> dict[str, Any]:
        client = Client(headers={"accept-language": language})
        user = get_user_model().objects.get(pk=world.desk.user_id)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return dict(client.get(f"/api/v1/incidents/{incident.uid}/").json())

    return detail


def test_the_desk_reads_reasons_in_its_language(read: Callable[[str], dict[str, Any]]) -> None:
    def sentences(row: dict[str, Any]) -> list[str]:
        tables = [each["reason"] for each in (*row["grade_reasons"], *row["deadline_reasons"])]
        candidates = [each["text"] for one in row["decision"]["plan"]["candidates"] for each in one["reasons"]]
        return [*tables, *candidates, *(each["text"] for each in row["assignments"][0]["reasons"])]

    english, chinese = sentences(read("en")), sentences(read("zh-hans"))
    assert len(english) == len(chinese) > 4
    assert [text for text in english if CHINESE.search(text)] == []
    assert all(CHINESE.search(text) for text in chinese)
    (assignment,) = Assignment.objects.all()
    assert all(CHINESE.search(row["text"]) for row in assignment.reasons), "what is kept does not depend on the reader"


def test_what_a_person_wrote_and_codes_of_other_versions_stay() -> None:
    with translation.override("en"):
        assert table_reasons_said([{"code": "person", "reason": "一般警情"}]) == [
            {"code": "person", "reason": "一般警情"}
        ]
        assert said_again([{"code": "no_longer", "text": "旧理由"}]) == [{"code": "no_longer", "text": "旧理由"}]
