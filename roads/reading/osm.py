"""OpenStreetMap files (.osm, .osm.gz, .osm.bz2, .osm.pbf) into a SourceNetwork, by pyosmium.

Two passes, so that the order of nodes and ways in the file does not matter and only nodes of roads are held: first
ways and turn restrictions, then the positions of the nodes that they name.
"""

from __future__ import annotations

from array import array
from pathlib import Path

import numpy as np
import osmium

from core.messages import gettext_noop as _
from roads.network.source import SourceNetwork

from .assemble import Box, NodePositions, assemble
from .errors import SourceUnreadable, SourceWithoutRoads
from .raw import RawWays
from .restrictions import read_restriction
from .tags import read_traits

SUFFIXES = (".osm", ".osm.gz", ".osm.bz2", ".osm.pbf", ".pbf")
ATTRIBUTION = "© OpenStreetMap contributors (ODbL)"


def read_osm(path: str | Path) -> SourceNetwork:
    """Read the roads of an OSM file (WGS-84 degrees).

    What was left out or changed is counted in `skipped` by reason: not_a_road, area, no_access, missing_nodes,
    too_few_nodes, duplicate_way, bad_maxspeed, maxspeed_zone, bad_oneway, outside_bounds, clipped_at_bounds,
    restriction_*. Where the file states its bounds, ways are clipped there.
    Raises SourceUnreadable (missing, wrong type, damaged, cut off) and SourceWithoutRoads.
    """
    file = checked_path(path, SUFFIXES)
    raw = RawWays()
    try:
        box = _read_ways(file, raw)
        positions = _read_nodes(file, raw)
    except (RuntimeError, OSError, UnicodeDecodeError) as error:
        raise SourceUnreadable(
            _("路网文件无法读取，可能损坏或下载不完整：%(error)s", error=error),
            field="osm",
            value=str(file),
            cure=_("重新下载或重新导出该文件后再导入"),
        ) from error
    name = file.name.split(".")[0]
    return with_roads(assemble(raw, positions, name=name, attribution=ATTRIBUTION, box=box), str(file))


def checked_path(path: str | Path, suffixes: tuple[str, ...]) -> Path:
    """The path, if it names a file that is not empty and ends as it should; else SourceUnreadable."""
    file = Path(path)
    if not file.is_file():
        raise SourceUnreadable(_("找不到路网文件"), field="osm", value=str(file), cure=_("检查文件路径"))
    if not file.name.lower().endswith(suffixes):
        raise SourceUnreadable(
            _("不支持的路网文件类型"),
            field="osm",
            value=file.name,
            cure=_("请提供 %(suffixes)s 文件", suffixes="、".join(suffixes)),
        )
    if file.stat().st_size == 0:
        raise SourceUnreadable(
            _("路网文件是空的"), field="osm", value=str(file), cure=_("重新下载或重新导出该文件后再导入")
        )
    return file


def with_roads(source: SourceNetwork, value: str) -> SourceNetwork:
    """The source, if it holds any way; else SourceWithoutRoads."""
    if source.way_count == 0:
        left_out = "，".join(f"{reason} {count}" for reason, count in source.skipped.items())
        raise SourceWithoutRoads(
            _("文件中没有可用的道路（已略过：%(left_out)s）", left_out=left_out)
            if left_out
            else _("文件中没有可用的道路"),
            field="osm",
            value=value,
            cure=_("请提供含有 highway 道路及其节点的 OSM 数据"),
        )
    return source


def _read_ways(file: Path, raw: RawWays) -> Box | None:
    wanted = osmium.filter.KeyFilter("highway", "type")
    reader = osmium.FileProcessor(str(file), osmium.osm.WAY | osmium.osm.RELATION).with_filter(wanted)
    seen: set[int] = set()
    for entity in reader:
        if isinstance(entity, osmium.osm.Way):
            if entity.deleted or "highway" not in entity.tags:
                continue
            if entity.id in seen:
                raw.skipped["duplicate_way"] += 1
                continue
            seen.add(entity.id)
            traits = read_traits(dict(entity.tags), raw.skipped)
            if traits is not None:
                raw.append(entity.id, [node.ref for node in entity.nodes], traits)
        elif isinstance(entity, osmium.osm.Relation) and str(entity.tags.get("type", "")).startswith("restriction"):
            members = [(member.type, member.role, member.ref) for member in entity.members]
            restriction = read_restriction(dict(entity.tags), members, raw.skipped)
            if restriction is not None:
                raw.restrictions.append(restriction)
    bounds = reader.header.box()
    if not bounds.valid():
        return None
    low, high = bounds.bottom_left, bounds.top_right
    return (low.lon, low.lat, high.lon, high.lat)


def _read_nodes(file: Path, raw: RawWays) -> NodePositions:
    # Not osmium.filter.IdFilter: its bit field grows with the largest identifier, beyond 1 GB for today's nodes.
    wanted = set(raw.refs)
    ids, lon, lat = array("q"), array("d"), array("d")
    if wanted:
        for node in osmium.FileProcessor(str(file), osmium.osm.NODE):
            if isinstance(node, osmium.osm.Node) and node.id in wanted and node.location.valid() and not node.deleted:
                ids.append(node.id)
                lon.append(node.lon)
                lat.append(node.lat)
    return NodePositions.of(np.array(ids, np.int64), np.array(lon, np.float64), np.array(lat, np.float64))
