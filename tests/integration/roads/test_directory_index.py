"""The directory finds names, codes and spellings by their trigram indexes, not by reading every road."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from roads.selectors.directory import _statement


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
