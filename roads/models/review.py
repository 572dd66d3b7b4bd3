"""What a person must look at: a re-import that differs, a doubtful stretch of a spreadsheet, a gap without a chief."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class ReviewItem(models.Model):
    """One open question on a list that somebody sees."""

    class Kind(models.TextChoices):
        AXIS_MOVED = "axis_moved", _("轴线变化")
        AXIS_GONE = "axis_gone", _("轴线消失")
        STRETCH_DOUBTFUL = "stretch_doubtful", _("路段起止存疑")
        NO_CHIEF = "no_chief", _("无路长")
        CLOSURE_LOST = "closure_lost", _("封闭未落路")

    organisation = models.ForeignKey("stations.Organisation", models.CASCADE, related_name="+", verbose_name=_("机构"))
    kind = models.CharField(_("类别"), max_length=20, choices=Kind)
    axis = models.ForeignKey("roads.RoadAxis", models.CASCADE, null=True, blank=True, related_name="review_items")
    segment = models.ForeignKey("roads.Segment", models.CASCADE, null=True, blank=True, related_name="review_items")
    text = models.CharField(_("说明"), max_length=500)
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    settled_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    settled_by_id = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("待核对事项")
        verbose_name_plural = _("待核对事项")

    def __str__(self) -> str:
        return self.text
