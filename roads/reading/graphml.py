"""GraphML files written by osmnx into a SourceNetwork."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import ParseError

import networkx as nx
import osmnx as ox

from core.messages import gettext_noop as _
from roads.network.source import SourceNetwork

from .errors import SourceUnreadable
from .osm import checked_path, with_roads
from .osmnx_graph import source_of_graph


def read_graphml(path: str | Path) -> SourceNetwork:
    """Read a GraphML file that osmnx saved (WGS-84 or projected; junction level or every node).

    Raises SourceUnreadable (missing, wrong type, damaged, not by osmnx) and SourceWithoutRoads.
    """
    file = checked_path(path, (".graphml",))
    try:
        source = source_of_graph(ox.load_graphml(file), file.name.split(".")[0])
    except (ParseError, nx.NetworkXException, KeyError, ValueError, TypeError, AttributeError, OSError) as error:
        raise SourceUnreadable(
            _("GraphML 文件无法读取：%(value)s", value=error or type(error).__name__),
            field="osm",
            value=str(file),
            cure=_("请用 osmnx 的 save_graphml 重新保存，或改用 OSM 文件"),
        ) from error
    return with_roads(source, str(file))
