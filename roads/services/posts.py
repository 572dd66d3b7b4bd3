"""Kilometre posts of an axis: set anew as a whole, because what a post says depends on its neighbours."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import InvalidInput, NotFound
from roads.axes.chainage import Calibration
from roads.axes.posts import Row
from roads.models import CalibrationPost, RoadAxis, RoadAxisVersion
from stations.services import require
from stations.types import Actor, DataClass, Verb


@transaction.atomic
def posts_replace(*, actor: Actor, axis_id: int, rows: Sequence[Row], source: str) -> RoadAxis:
    """Give an axis these (metre of the axis, painted chainage in metres), in the order of the road; two at one metre
    are a break 断链. Makes a new version of the axis, so that every process measures by them at once; metres, and with
    them responsibility, stay. The same rows again change nothing.

    Raises InvalidInput for rows that are no sound calibration, NotFound, Forbidden.
    """
    axis = RoadAxis.objects.select_for_update(of=("self",)).select_related("organisation").filter(pk=axis_id).first()
    if axis is None:
        raise NotFound(_("没有这条道路轴线"), field="axis", value=axis_id)
    require(actor, Verb.CHANGE, DataClass.ROAD_NETWORK, axis.organisation.path or "")
    try:
        posts = Calibration.from_posts(rows).posts
    except ValueError as error:
        raise InvalidInput(
            _("里程桩前后不符：%(error)s") % {"error": error},
            field="post",
            value=str(axis),
            cure=_("检查桩号与位置；断链处写两根桩"),
        ) from error
    wanted = [(post.distance_m, post.chainage_m) for post in posts]
    if wanted == list(axis.posts.order_by("order").values_list("distance_m", "chainage_m")):
        return axis
    axis.posts.all().delete()
    CalibrationPost.objects.bulk_create(
        CalibrationPost(axis=axis, order=order, distance_m=metre, chainage_m=chainage)
        for order, (metre, chainage) in enumerate(wanted)
    )
    _version_next(axis, source)
    audit.record(
        actor_id=actor.user_id,
        action="roads.posts_replaced",
        object_type="road_axis",
        object_id=str(axis.uid),
        organisation_path=axis.organisation.path or "",
        details={"posts": len(wanted), "source": source, "version": axis.version},
    )
    return axis


def _version_next(axis: RoadAxis, source: str) -> None:
    """The same line under the next version."""
    now = clock.now()
    for before in axis.versions.filter(valid__endswith=None):
        before.valid = (before.valid.lower, max(now, before.valid.lower))
        before.save(update_fields=["valid"])
    axis.version += 1
    axis.save(update_fields=["version"])
    RoadAxisVersion.objects.create(
        axis=axis,
        version=axis.version,
        valid=(now, None),
        length_m=axis.length_m,
        geom=axis.geom,
        geom_up=axis.geom_up,
        up_measures_m=axis.up_measures_m,
        source=source[:200],
    )
