"""What an import that did not come to its end leaves behind, and taking it away: graph files, edges, axes, rows."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction

from core import clock
from roads.models import NetworkBuild, RoadAxis
from roads.network.files import INCOMPLETE
from roads.selectors.networks import networks_directory
from stations.services import require
from stations.types import Actor, DataClass, Verb

# No import takes longer: what is older belongs to a process that was killed, not to one that is at work.
AT_WORK = timedelta(days=1)


def network_discard(*, actor: Actor, build: NetworkBuild, axes: Sequence[int] = (), keep_files: bool = False) -> None:
    """Take away a build that never came into force, its graph files, and the axes that were made for it."""
    require(actor, Verb.CREATE, DataClass.ROAD_NETWORK)
    with transaction.atomic():
        if NetworkBuild.objects.filter(pk=build.pk, is_current=True).exists():
            return
        _rows_delete([build.pk])
        axes_discard(axes)
    if not keep_files:
        shutil.rmtree(networks_directory() / build.version, ignore_errors=True)


def axes_discard(axes: Sequence[int]) -> None:
    """Take away axes that an import made and nobody has used."""
    RoadAxis.objects.filter(pk__in=list(axes)).delete()


def unfinished_sweep() -> list[str]:
    """Take away what imports that were killed more than a day ago left: builds that are not ready with their graph
    files, and files that were not complete. Returns their names.

    Complete files without a build stay: they are named by their content, an import of the same roads takes them up, and
    they may be another database's.
    """
    rows = NetworkBuild.objects.filter(
        state__in=(NetworkBuild.State.IMPORTING, NetworkBuild.State.BUILDING, NetworkBuild.State.FAILED),
        is_current=False,
        created_at__lt=clock.now() - AT_WORK,
    )
    found = dict(rows.values_list("pk", "version"))
    with transaction.atomic():
        _rows_delete(list(found))
    parent = networks_directory()
    swept = list(found.values())
    # Files are of the machine's time, whatever time is simulated.
    latest = time.time() - AT_WORK.total_seconds()
    for folder in parent.glob(f"{INCOMPLETE}*"):
        if folder.stat().st_mtime < latest:
            swept.append(folder.name)
    for name in swept:
        shutil.rmtree(parent / name, ignore_errors=True)
    return sorted(swept)


def _rows_delete(builds: Sequence[int]) -> None:
    # A million edges by one statement, not one by one through the model.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM roads_roadedge WHERE build_id = ANY(%s)", [list(builds)])
    NetworkBuild.objects.filter(pk__in=list(builds)).delete()
