"""A named place into a SourceNetwork, asked of the public map services by osmnx. Needs a connection; everything else
does not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import osmnx as ox
from osmnx._errors import InsufficientResponseError, ResponseStatusCodeError
from requests.exceptions import RequestException

from core.messages import gettext_noop as _
from roads.network.source import SourceNetwork

from .errors import PlaceNotFound, SourceOffline
from .osm import with_roads
from .osmnx_graph import WAY_TAGS, source_of_graph

_CURE = _("请检查网络连接，或下载 OSM 文件后用 --osm 导入")


def read_place(name: str, *, cache_folder: Path | None = None, timeout_s: float = 180.0) -> SourceNetwork:
    """Roads inside the area of a place name (`琼海市, 海南`). With a `cache_folder` answers are kept and used again.

    Raises PlaceNotFound, SourceOffline (no connection, blocked, refused) and SourceWithoutRoads.
    """
    query = name.strip()
    if not query:
        raise PlaceNotFound(_("地名是空的"), field="place", value=name, cure=_("例如：琼海市, 海南"))
    try:
        with _settings(cache_folder, timeout_s):
            graph = ox.graph_from_place(query, network_type="all", simplify=False, retain_all=True)
            source = source_of_graph(graph, query)
    except (RequestException, ResponseStatusCodeError, OSError) as error:
        raise SourceOffline(
            _("无法连接地图服务：%(error)s", error=error), field="place", value=query, cure=_CURE
        ) from error
    except (InsufficientResponseError, TypeError) as error:
        raise PlaceNotFound(
            _("找不到该地名的范围或范围内没有道路"),
            field="place",
            value=query,
            cure=_("写得更具体些，例如加上省名；或下载 OSM 文件后用 --osm 导入"),
        ) from error
    return with_roads(source, query)


@contextmanager
def _settings(cache_folder: Path | None, timeout_s: float) -> Iterator[None]:
    """osmnx keeps its settings globally, and fixes host addresses in `socket`; both are put back."""
    wanted = {
        "useful_tags_way": list(WAY_TAGS),
        "use_cache": cache_folder is not None,
        "cache_folder": str(cache_folder or ""),
        "requests_timeout": timeout_s,
        "doh_url_template": None,
        "log_console": False,
        "log_file": False,
    }
    before = {key: getattr(ox.settings, key) for key in wanted}
    resolve = socket.getaddrinfo
    try:
        for key, value in wanted.items():
            setattr(ox.settings, key, value)
        yield
    finally:
        for key, value in before.items():
            setattr(ox.settings, key, value)
        socket.getaddrinfo = resolve
