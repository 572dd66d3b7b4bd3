"""Slow work of this room that a worker carries (`core.jobs`). Loaded on use: keep the imports light."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.errors import Conflict, InvalidInput, LuzhangError
from core.jobs import Work, job, job_kind, table_import, table_undo
from stations.selectors import organisation_by_code, organisation_root
from stations.selectors.actors import actor_of_job
from stations.services import require
from stations.types import Actor, DataClass, Verb

if TYPE_CHECKING:
    from roads.models import NetworkBuild
    from roads.services.roads_import import RoadsRead

ROAD_FILES = (".osm", ".osm.bz2", ".osm.pbf", ".graphml")
ROAD_BYTES = 2 * 2**30


def _undo(work: Work) -> Mapping[str, Any]:
    """Take an import of a table back, with the right of who asks for it."""
    importer = job_kind(work.job.kind).importer()
    assert importer is not None
    return table_undo(work, importer, actor_of_job(work.job.actor_id))


def _roads_undo(work: Work) -> Mapping[str, Any]:
    """The network before the import in force again."""
    from roads.services.roads_undo import roads_undo

    undone = work.job.undoes
    if undone is None or not undone.result.get("undoable"):
        raise Conflict(gettext("没有可撤销的改动"), field="import", cure=gettext("刷新后查看"))
    work.step(gettext("恢复上一张路网"))
    former = roads_undo(actor=_actor(work), done=undone.result["undoable"], progress=work.say)
    undone.result["undone_at"] = clock.now().isoformat()
    undone.save(update_fields=["result"])
    return _told(former)


@job(
    "roads.import_segments", label=_("导入路段和路长"), data_class=DataClass.SEGMENT.value,
    options=("organisation",), rank=50, table="roads.imports.tables:SegmentTable", undo=_undo,
)  # fmt: skip
def import_segments(work: Work) -> Mapping[str, Any]:
    """As `import_segments` does."""
    from roads.imports.tables import SegmentTable

    actor = actor_of_job(work.job.actor_id)
    return table_import(work, SegmentTable(actor=actor, organisation=work.option("organisation")))


@job(
    "roads.import_chiefs", label=_("导入路长任职"), data_class=DataClass.CHIEF.value, options=("organisation",),
    rank=60, table="roads.imports.tables:ChiefTable", undo=_undo,
)  # fmt: skip
def import_chiefs(work: Work) -> Mapping[str, Any]:
    """As `import_chiefs` does."""
    from roads.imports.tables import ChiefTable

    actor = actor_of_job(work.job.actor_id)
    return table_import(work, ChiefTable(actor=actor, organisation=work.option("organisation")))


@job(
    "roads.import_posts", label=_("导入里程桩"), data_class=DataClass.ROAD_NETWORK.value, verb=Verb.CHANGE.value,
    options=("datum",), whole=True, rank=40, table="roads.imports.tables:PostTable", undo=_undo,
)  # fmt: skip
def import_posts(work: Work) -> Mapping[str, Any]:
    """As `import_posts` does."""
    from roads.imports.tables import PostTable

    return table_import(work, PostTable(actor=_actor(work), datum=work.option("datum")))


@job(
    "roads.import_roads", label=_("导入路网"), data_class=DataClass.ROAD_NETWORK.value, whole=True,
    files=ROAD_FILES, bytes_at_most=ROAD_BYTES, options=("name",), rank=30, undo=_roads_undo,
)  # fmt: skip
def import_roads(work: Work) -> Mapping[str, Any]:
    """As `import_roads --osm FILE` does; all or nothing, and repeated harmlessly: a network is named by its content."""
    from roads.selectors.previews import roads_preview
    from roads.services.roads_import import roads_check, roads_import
    from roads.services.roads_undo import RoadsMark, roads_done

    actor, read = _actor(work), _read(work)
    if work.dry_run:
        work.step(gettext("试建路网"))
        graph = roads_check(read=read, progress=work.say)
        told = {"junctions": graph.counts["junctions"], "edges": graph.edge_count, "skipped": dict(graph.skipped)}
        return {**told, **roads_preview(graph)}
    before = RoadsMark.now()
    work.step(gettext("建立路网"))
    build, graph = roads_import(actor=actor, read=read, name=work.option("name"), progress=work.say)
    return {**_told(build), "skipped": dict(graph.skipped), "undoable": roads_done(before)}


@job(
    "roads.build_network", label=_("检查或重建路网文件"), data_class=DataClass.ROAD_NETWORK.value, whole=True,
    files=ROAD_FILES, bytes_at_most=ROAD_BYTES, needs_file=False, may_dry_run=False, rank=70,
)  # fmt: skip
def build_network(work: Work) -> Mapping[str, Any]:
    """As `build_network [--osm FILE]` does."""
    from roads.services.roads_import import network_check, network_rebuild

    actor = _actor(work)
    if work.job.file_path:
        read = _read(work)
        work.step(gettext("重建路网"))
        network_rebuild(actor=actor, read=read, progress=work.say)
    work.step(gettext("检查路网文件"))
    build, _graph = network_check(progress=work.say)
    return _told(build)


@job(
    "roads.print_boards", label=_("印制公示牌"), data_class=DataClass.BOARD.value, needs_file=False, may_dry_run=False,
    files=(), options=("organisation", "which", "address"), rank=90,
)  # fmt: skip
def print_boards(work: Work) -> Mapping[str, Any]:
    """The boards of an organisation and all below it, as one ZIP of A3 sheets; see `roads.services.board_bulk`."""
    from roads.services.board_bulk import WANTED, boards_print

    actor = actor_of_job(work.job.actor_id)
    organisation = organisation_by_code(work.option("organisation")) or organisation_root()
    require(actor, Verb.CREATE, DataClass.BOARD, organisation.path)
    return boards_print(
        work=work, actor=actor, organisation=organisation, which=work.option("which") or WANTED,
        origin=work.option("address"),
    )  # fmt: skip


def _actor(work: Work) -> Actor:
    """Who asked, with the right over the whole deployment still in force. Raises Forbidden."""
    actor = actor_of_job(work.job.actor_id)
    require(actor, Verb.CHANGE, DataClass.ROAD_NETWORK, organisation_root().path)
    return actor


def _read(work: Work) -> RoadsRead:
    from roads.services.roads_import import roads_of_file

    work.step(gettext("读取文件"))
    try:
        return roads_of_file(work.file, origin=work.job.file_name)
    except LuzhangError:
        raise
    except ValueError as problem:
        raise InvalidInput(
            gettext("道路文件无法读取"), field="file", value=work.job.file_name, cure=str(problem)[:200]
        ) from problem


def _told(build: NetworkBuild) -> dict[str, Any]:
    return {
        "version": build.version,
        "name": build.name,
        "junctions": build.junction_count,
        "edges": build.arc_count,
        "km": round(build.length_km, 1),
    }
