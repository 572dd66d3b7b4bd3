"""Notice boards 公示牌: one at each place; what was printed on it, edition by edition."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.choices import choices_spoken
from core.geo.srid import STORE_SRID
from roads.states import BOARD_LIFECYCLE, BoardState


class Board(models.Model):
    """A board at one place of a road. Its number, and with it the address behind its code, stays for as long as a board
    stands there: after a cut or merger of segments it is printed anew for the heir that holds its place.

    `content` and `content_hash` are those of the latest edition (0: nothing printed yet).
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("牌号"), max_length=12, unique=True)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="boards", verbose_name=_("机构")
    )
    segment = models.ForeignKey("roads.Segment", models.PROTECT, related_name="boards", verbose_name=_("路段"))
    axis_m = models.FloatField(_("轴线里程（米）"), null=True, blank=True)
    geom = gis.PointField(_("位置"), srid=STORE_SRID)
    place_text = models.CharField(_("张贴位置"), max_length=100, blank=True)
    state = models.CharField(
        _("状态"), max_length=12, choices=choices_spoken(BoardState.choices()), default=BOARD_LIFECYCLE.initial.value
    )
    edition = models.PositiveIntegerField(_("版次"), default=0)
    content = models.JSONField(default=dict, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    address = models.CharField(_("二维码网址"), max_length=200, blank=True)
    issued_at = models.DateTimeField(_("印发时间"), null=True, blank=True)
    posted_on = models.DateField(_("张贴日期"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("替换为")
    )
    generated = models.BooleanField(_("示例数据"), default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("公示牌")
        verbose_name_plural = _("公示牌")
        indexes = [models.Index(fields=["state"], name="board_state")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(edition=0, issued_at__isnull=True)
                | models.Q(edition__gt=0, issued_at__isnull=False),
                name="board_issued_has_date",
            )
        ]

    def __str__(self) -> str:
        return self.number


class BoardPicture(models.Model):
    """A picture of the board where it hangs, with where its photographer stood; the picture itself is
    `core.Attachment`. `distance_m`: from there to the place of the board; both empty where nobody knows.
    """

    board = models.ForeignKey(Board, models.PROTECT, related_name="pictures", verbose_name=_("公示牌"))
    attachment = models.OneToOneField("core.Attachment", models.PROTECT, related_name="+", verbose_name=_("附件"))
    edition = models.PositiveIntegerField(_("版次"))
    geom = gis.PointField(_("拍摄位置"), srid=STORE_SRID, null=True)
    distance_m = models.FloatField(_("距牌位（米）"), null=True)

    class Meta:
        verbose_name = _("公示牌照片")
        verbose_name_plural = _("公示牌照片")

    def __str__(self) -> str:
        return f"{self.board_id} {self.attachment_id}"


class BoardStep(models.Model):
    """What was done with a board, when and by whom; an issue keeps what was printed. Appended only."""

    board = models.ForeignKey(Board, models.PROTECT, related_name="steps", verbose_name=_("公示牌"))
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    edition = models.PositiveIntegerField(default=0)
    content = models.JSONField(null=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    actor_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("公示牌记录")
        verbose_name_plural = _("公示牌记录")
        ordering = ["board", "id"]

    def __str__(self) -> str:
        return f"{self.board} {self.to_state}"
