"""An import that does not come to its end leaves what was there before, and nothing of its own."""

from __future__ import annotations

import os
import shutil
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError

from core import clock
from core.errors import NotFound
from roads.models import CalibrationPost, NetworkBuild, RoadAxis, RoadEdge
from roads.selectors import current_network, networks_directory
from roads.services import axis_import, network_import, roads_import
from tests.factories.roads import lonlat
from tests.unit.network.sources import ROADS

pytestmark = pytest.mark.django_db


def _file(folder: Path, name: str = "岛东路") -> Path:
    nodes = "".join(
        f'<node id="{n}" lon="{lonlat(900.0 * n, 0)[0]:.7f}" lat="{lonlat(0, 50.0 * n)[1]:.7f}" version="1"/>'
        for n in range(1, 6)
    )
    way = "".join(f'<nd ref="{n}"/>' for n in range(1, 6))
    path = folder / "road.osm"
    path.write_text(
        f'<?xml version="1.0"?><osm version="0.6">{nodes}<way id="9" version="1">{way}'
        f'<tag k="highway" v="primary"/><tag k="name" v="{name}"/></way></osm>',
        encoding="utf-8",
    )
    return path


def _left() -> tuple[set[str], dict[str, int]]:
    """Folders of graph files, and rows."""
    models = (NetworkBuild, RoadEdge, RoadAxis, CalibrationPost)
    folders = {folder.name for folder in networks_directory().iterdir()}
    return folders, {model.__name__: model.objects.count() for model in models}


def _broken(*_args: Any, **_kwargs: Any) -> Any:
    raise DatabaseError("the disk is full")


def _not_found(*_args: Any, **_kwargs: Any) -> Any:
    raise NotFound("缺少路网文件")


@pytest.mark.parametrize(
    ("module", "what", "fault", "raised"),
    [
        (network_import, "edges_copy", _broken, DatabaseError),
        (axis_import, "axes_copy", _broken, DatabaseError),
        (axis_import, "_edges_place", _broken, DatabaseError),
        (roads_import, "network_switch", _not_found, CommandError),
    ],
)
def test_a_fault_at_any_step_leaves_what_was_there(
    network: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    what: str,
    fault: Any,
    raised: type[Exception],
) -> None:
    # Tests share a folder for graph files: another name is another network.
    name = f"岛东路{what}"
    path, before = _file(tmp_path, name), _left()
    with monkeypatch.context() as patched, pytest.raises(raised):
        patched.setattr(module, what, fault)
        call_command("import_roads", osm=path, stdout=StringIO(), stderr=StringIO())
    assert _left() == before
    assert current_network().version == network.version
    call_command("import_roads", osm=path, stdout=StringIO(), stderr=StringIO())
    assert RoadAxis.objects.filter(name=name).count() == 1


def test_an_import_again_that_fails_keeps_the_network_in_force(
    network: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _file(tmp_path)
    call_command("import_roads", osm=path, stdout=StringIO(), stderr=StringIO())
    before, version = _left(), current_network().version
    monkeypatch.setattr(axis_import, "_edges_place", _broken)
    with pytest.raises(DatabaseError):
        call_command("import_roads", osm=path, stdout=StringIO(), stderr=StringIO())
    assert _left() == before and current_network().version == version


def test_what_a_killed_import_left_is_swept_by_the_next(network: Any, tmp_path: Path) -> None:
    parent = networks_directory()
    for name, age_s in (
        ("dead000000000000", 90_000),
        (".building-old", 90_000),
        (".building-now", 60),
        ("at-work", 60),
    ):
        (parent / name).mkdir()
        (parent / name / "base_ms.npy").write_bytes(b"0")
        os.utime(parent / name, (time.time() - age_s, time.time() - age_s))
    for version, age in (("dead000000000000", timedelta(days=2)), ("at-work", timedelta(minutes=1))):
        build = NetworkBuild.objects.create(version=version, name="x", source="x", state=NetworkBuild.State.BUILDING)
        NetworkBuild.objects.filter(pk=build.pk).update(created_at=clock.now() - age)
    said = StringIO()
    call_command("import_roads", osm=_file(tmp_path), stdout=StringIO(), stderr=said)
    folders, _rows = _left()
    assert "at-work" in folders and not folders & {"dead000000000000", ".building-old"}
    assert "dead000000000000" in said.getvalue()
    assert set(NetworkBuild.objects.exclude(state="ready").values_list("version", flat=True)) == {
        "at-work",
        network.version,
    }
    assert ".building-now" in folders
    for name in ("at-work", ".building-now"):
        shutil.rmtree(parent / name)


@pytest.mark.parametrize("name", ["porto_portugal.osm.pbf", "shanghai_center.osm.bz2"])
def test_a_real_file_cut_in_the_middle_is_refused(network: Any, tmp_path: Path, name: str) -> None:
    whole = ROADS / name
    if not whole.exists():
        pytest.skip("no shared road data on this machine")
    before = _left()
    content = whole.read_bytes()
    path = tmp_path / name
    for share in (0.3, 0.97):
        path.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(CommandError) as caught:
            call_command("import_roads", osm=path, stdout=StringIO(), stderr=StringIO())
        said = str(caught.value)
        assert said.startswith(f"{path}: ") and "[osm]" in said and "重新下载" in said, "file, field, cure"
    assert _left() == before and current_network().version == network.version
