"""Taking an import of roads back: the network before it comes into force again, from its own files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Conflict
from roads.models import Closure, NetworkBuild, ReviewItem, RoadAxis, Segment
from roads.network.files import GraphFileError, load_graph
from roads.selectors.networks import current_build, networks_directory
from roads.services.axis_import import axes_import
from roads.services.facilities import facilities_locate
from roads.services.network_import import edges_copy, network_switch
from roads.services.roads_import import Progress, alone
from roads.services.unfinished import axes_discard, network_discard
from stations.selectors import organisation_root
from stations.services import require
from stations.types import Actor, DataClass, Verb

_OF_AXES = (ReviewItem.Kind.AXIS_MOVED, ReviewItem.Kind.AXIS_GONE)


@dataclass(frozen=True, slots=True)
class RoadsMark:
    """How far the tables went: network in force, and the last keys of what an import of roads adds to."""

    version: str
    axes: int
    reviews: int

    @classmethod
    def now(cls) -> RoadsMark:
        """As it stands."""
        build = current_build()
        return cls(build.version if build is not None else "", _last(RoadAxis), _last(ReviewItem))


def roads_done(before: RoadsMark) -> dict[str, Any] | None:
    """What it takes to take back the import that began at `before`; None where it changed nothing."""
    after = RoadsMark.now()
    return None if after == before else {"before": asdict(before), "after": asdict(after)}


def roads_undo(*, actor: Actor, done: Mapping[str, Any], progress: Progress) -> NetworkBuild:
    """Put the network before an import in force again and take away the axes and questions that the import added.

    Raises Conflict where another network was put in force since, where there was none before or its files are gone, and
    where somebody works with a road that only the import brought.
    """
    require(actor, Verb.CHANGE, DataClass.ROAD_NETWORK, organisation_root().path)
    before, after = RoadsMark(**done["before"]), RoadsMark(**done["after"])
    with alone(progress):
        undone, former = _builds(before, after)
        made = list(
            RoadAxis.objects.filter(pk__gt=before.axes, pk__lte=after.axes).order_by("pk").values_list("pk", flat=True)
        )
        _refuse_used(made)
        _in_force_again(actor, former, progress)
        questions = ReviewItem.objects.filter(
            kind__in=_OF_AXES, pk__gt=before.reviews, pk__lte=after.reviews, settled_at=None
        )
        with transaction.atomic():
            questions.delete()
            axes_discard(made)
            # Its own files stay: whoever imports the same roads again takes them up.
            network_discard(actor=actor, build=undone, keep_files=True)
            audit.record(
                actor_id=actor.user_id, action="roads.import_undone", object_type="network_build",
                object_id=undone.version, organisation_path="", details={"former": former.version, "axes": len(made)},
            )  # fmt: skip
    facilities_locate(actor=actor, progress=progress)
    return former


def _builds(before: RoadsMark, after: RoadsMark) -> tuple[NetworkBuild, NetworkBuild]:
    current = current_build()
    if current is None or current.version != after.version:
        raise Conflict(
            _("之后又换了路网"), field="network", value=current.version if current else "",
            cure=_("先撤销较新的路网导入"),
        )  # fmt: skip
    former = NetworkBuild.objects.filter(version=before.version).exclude(pk=current.pk).first()
    if former is None or not (networks_directory() / former.version).is_dir():
        raise Conflict(
            _("没有可以恢复的上一张路网"), field="network", value=before.version or "–",
            cure=_("重新导入原来的道路文件"),
        )  # fmt: skip
    return current, former


def _refuse_used(axes: list[int]) -> None:
    uses: tuple[type[models.Model], ...] = (Segment, Closure)
    for model in uses:
        found = model._default_manager.filter(axis__in=axes).select_related("axis")
        first: Any = found.first()
        if first is not None:
            raise Conflict(
                _("新道路 %(axis)s 已被使用：%(count)s 条%(what)s")
                % {"axis": first.axis, "count": found.count(), "what": model._meta.verbose_name},
                field="axis", value=str(first.axis), cure=_("先处理这些记录，再撤销"),
            )  # fmt: skip


def _in_force_again(actor: Actor, former: NetworkBuild, progress: Progress) -> None:
    directory = networks_directory() / former.version
    try:
        graph = load_graph(directory, verify=True)
    except (GraphFileError, OSError) as problem:
        raise Conflict(
            str(problem), field="network", value=former.version, cure=_("重新导入原来的道路文件")
        ) from problem
    _edges_forget(former)
    try:
        edges_copy(former, graph, progress)
        axes_import(
            actor=actor, organisation=organisation_root(), build=former, graph=graph, directory=directory,
            progress=progress,
        )  # fmt: skip
        network_switch(actor=actor, build=former, progress=progress)
    except BaseException:
        if not NetworkBuild.objects.filter(pk=former.pk, is_current=True).exists():
            _edges_forget(former)
        raise


def _edges_forget(build: NetworkBuild) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM roads_roadedge WHERE build_id = %s", [build.pk])


def _last(model: type[models.Model]) -> int:
    return int(model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0)
