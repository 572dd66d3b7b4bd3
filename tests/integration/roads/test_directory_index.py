"""The directory finds names, codes and spellings by their trigram indexes, not by reading every road."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from roads.selectors.directory import _statement, directory_search


@pytest.mark.django_db
def test_the_directory_goes_by_trigrams() -> None:
    values = {"text": "南京东路", "upper": "南京东路", "begins": "南京东路%", "inside": "%南京东路%"}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            f"EXPLAIN (FORMAT JSON) {_statement(True)}",
            {**values, "spelled": "% njdl%", "letters": "njdl%", "limit": 20},
        )
        plan = cursor.fetchone()[0]
    text = plan if isinstance(plan, str) else json.dumps(plan)
    for table in ("road_axis", "segment"):
        for column in ("name", "code", "spelling"):
            assert f"{table}_{column}_trgm" in text, (table, column)


@pytest.mark.django_db
@pytest.mark.parametrize("spelled", [True, False])
def test_one_or_two_characters_do_not_read_the_indexes_from_end_to_end(spelled: bool) -> None:
    """No trigram is in them: an index then gives every row, each of which is compared all the same."""
    values = {"text": "nj", "upper": "NJ", "begins": "nj%", "inside": "%nj%", "spelled": "% nj%", "letters": "nj%"}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {_statement(spelled, indexed=False)}", {**values, "limit": 20})
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert "trgm" not in plan


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("那环", "那环北路"),
        ("X2", "那环北路"),
        ("x2", "那环北路"),
        ("nh", "那环北路"),
        ("环", "环岛高速"),
        ("qinghu", "清湖路"),
        ("n", "那环北路"),
        ("Q", "清湖路"),
        ("x", "那环北路"),
        ("G", "环岛高速"),
    ],
)
def test_short_and_long_texts_find_alike(network: object, text: str, name: str) -> None:
    """Which way a text is compared changes nothing about what is found."""
    assert name in {entry.name for entry in directory_search(text)}
