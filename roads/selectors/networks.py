"""The network in force in this process: opened once, looked at again at most once a second."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Unavailable
from core.geo.srid import metric_srid_configure
from roads.models import NetworkBuild

if TYPE_CHECKING:
    from roads.network.loader import RoadNetwork

CHECK_EVERY_S = 1.0


class _Current:
    """The open network of this process."""

    lock = threading.Lock()
    network: RoadNetwork | None = None
    version = ""
    checked_at = float("-inf")


def networks_directory() -> Path:
    """Where the versions of the graph files lie."""
    return Path(settings.LUZHANG_VAR) / "networks"


def current_build() -> NetworkBuild | None:
    """The build in force, or None before the first import."""
    return NetworkBuild.objects.filter(is_current=True).first()


def current_network() -> RoadNetwork:
    """The routing network in force. Raises Unavailable, with the cure, before the first import or with files missing.

    A new build is picked up within a second; searches that run keep the one they began with.
    """
    with _Current.lock:
        if _Current.network is not None and time.monotonic() - _Current.checked_at < CHECK_EVERY_S:
            return _Current.network
        # Loaded on first use: the compiled search costs 100 MB, and most web processes never need it.
        from roads.network.loader import open_network

        row = NetworkBuild.objects.filter(is_current=True).values_list("version", "metric_srid").first()
        if row is None:
            raise Unavailable(
                _("没有可用的路网"), field="network", cure=_("先运行 ./run manage import_roads --osm 文件（或 --demo）")
            )
        version, srid = row
        if _Current.network is None or version != _Current.version:
            directory = networks_directory() / version
            if not directory.is_dir():
                raise Unavailable(
                    _("缺少路网文件 %(name)s") % {"name": directory.name},
                    field="network",
                    cure=_("运行 ./run manage build_network 重建"),
                )
            # The process that switched to this version verified the checksums; nobody reads it all again.
            _Current.network = open_network(directory, verify=False)
            _Current.version = version
            metric_srid_configure(srid)
        _Current.checked_at = time.monotonic()
        return _Current.network


def network_forget() -> None:
    """Look at the database again on the next use (after a switch in this process, and in tests)."""
    with _Current.lock:
        _Current.network, _Current.version, _Current.checked_at = None, "", float("-inf")
