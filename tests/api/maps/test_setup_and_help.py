"""The list from an empty installation to the first dispatch, and the help that the importers tell themselves."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core.imports.reading import table_read
from core.jobs import job_kinds
from stations.types import Role
from tests.factories.incidents import World
from tests.factories.stations import an_actor, an_organisation

pytestmark = pytest.mark.django_db

STEP = re.compile(r'data-done="(yes|no)">\s*<p class="row"><b>\d+\. ([^<]+)</b>')


def _steps(client: Client) -> dict[str, bool]:
    answer = client.get("/setup/")
    assert answer.status_code == 200
    return {name: done == "yes" for done, name in STEP.findall(answer.content.decode())}


def test_an_empty_house_is_told_where_to_begin(signed_in: Callable[[Any], Client], quiet_caches: None) -> None:
    client = signed_in(an_actor(an_organisation("示例市", kind="city"), Role.ADMINISTRATOR))
    steps = _steps(client)
    assert len(steps) == 11 and not any(
        steps[name] for name in ("机构设置", "路网", "站点资料", "路段和路长", "第一次派警")
    )
    page = client.get("/setup/").content.decode()
    assert "下一步：机构设置" in page and 'href="/admin/stations/organisation/"' in page and 'href="/jobs/"' in page


def test_what_is_there_is_ticked(world: World, signed_in: Callable[[Any], Client]) -> None:
    world.crew()
    world.sent()
    steps = _steps(signed_in(an_actor(world.city, Role.ADMINISTRATOR)))
    ticked = {"机构设置", "路网", "警情类别和规则", "单元和出勤", "第一次派警"}
    assert ticked <= {name for name, done in steps.items() if done}
    assert not steps["公示牌"]


def test_every_table_has_its_columns_and_a_template_that_its_importer_reads(
    world: World, signed_in: Callable[[Any], Client], tmp_path: Any
) -> None:
    client = signed_in(an_actor(world.city, Role.ADMINISTRATOR))
    page = client.get("/help/").content.decode()
    tables = [kind for kind in job_kinds().values() if kind.table]
    assert len(tables) == 5
    for kind in tables:
        importer = kind.importer()
        assert importer is not None and f'id="{kind.name}"' in page
        answer = client.get(f"/help/{kind.name}.csv")
        assert answer["Content-Type"].startswith("text/csv") and answer.content.startswith(b"\xef\xbb\xbf")
        path = tmp_path / "template.csv"
        path.write_bytes(answer.content)
        table = table_read(path, importer.columns, required=importer.required)
        assert dict(table.rows[0].values) == dict(importer.example) and not table.ignored_columns
        assert all(heading in page for heading in next(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))))
    assert client.get("/help/no-such-table.csv").status_code == 404
