"""Tables of this room: applications to the watch-list, and rows of the vehicle register."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock
from core.errors import InvalidInput
from core.imports.importer import TableImporter
from core.imports.reading import ImportRow
from recognition.models import WatchCategory
from recognition.services.registering import VehicleRow, vehicle_record_put
from recognition.services.watching import WatchOrder, watch_apply
from stations.selectors import organisation_by_code

DAYS = 30
_YES = frozenset({"1", "true", "yes", "是", "紧急"})


class WatchTable(TableImporter):
    """Entries of the watch-list. They come into force like any other: checked and approved by another person. The
    number elsewhere (外部编号) keeps a second import of the same table from applying twice.
    """

    kind = "watchlist"
    columns = {
        "plate": ("号牌", "号牌号码", "车牌", "hphm"),
        "kind_code": ("号牌种类", "hpzl"),
        "category": ("类别", "布控类别"),
        "reason": ("布控理由", "理由"),
        "case_number": ("案件编号", "案号"),
        "vehicle": ("车辆特征", "特征"),
        "valid_from": ("布控起", "开始日期"),
        "valid_until": ("布控止", "截止日期"),
        "external_id": ("外部编号", "布控编号"),
        "organisation": ("机构代码", "机构"),
        "urgent": ("紧急",),
    }
    required = ("plate", "category", "reason", "case_number")
    options = ("organisation",)

    def row(self, row: ImportRow) -> object:
        """One application."""
        code = row.text("organisation") or self.organisation
        organisation = organisation_by_code(code) if code else None
        if organisation is None:
            raise InvalidInput(_("没有这个机构"), field="organisation", value=code, cure=_("填写机构代码"))
        category = row.required("category")
        named = WatchCategory.objects.filter(name=category).values_list("code", flat=True).first()
        since = _day(row.date("valid_from"))
        until = _day(row.date("valid_until"), end=True)
        now = clock.now()
        order = WatchOrder(
            plate=row.required("plate"),
            category=named or category,
            reason=row.required("reason"),
            case_number=row.required("case_number"),
            valid_from=since or now,
            valid_until=until or now + dt.timedelta(days=DAYS),
            kind_code=row.text("kind_code").zfill(2) if row.text("kind_code") else "",
            vehicle=row.text("vehicle"),
            urgent=row.text("urgent").lower() in _YES,
            external_id=row.text("external_id"),
        )
        return watch_apply(actor=self.actor, organisation=organisation, order=order)


def _day(day: dt.date | None, *, end: bool = False) -> dt.datetime | None:
    """The beginning of a local day, or its end."""
    if day is None:
        return None
    midnight = dt.datetime.combine(day, dt.time(), tzinfo=timezone.get_current_timezone())
    return midnight + dt.timedelta(days=1) if end else midnight


_USES = {"客运": "coach", "危险品": "hazmat", "危险品运输": "hazmat", "危化品": "hazmat", "校车": "school_bus"}


class VehicleTable(TableImporter):
    """Rows of the vehicle register: how vehicles look, and which are key vehicles. A row whose vehicle is there already
    changes it. Owners are not taken over.
    """

    kind = "vehicles"
    columns = {
        "plate": ("号牌", "号牌号码", "车牌", "hphm"),
        "kind_code": ("号牌种类", "hpzl"),
        "vehicle_class": ("车辆类型", "cllx"),
        "colour": ("车身颜色", "颜色", "csys"),
        "use": ("重点车辆", "使用性质"),
        "organisation": ("机构代码", "机构"),
    }
    required = ("plate", "kind_code")
    options = ("organisation",)
    example = {"plate": "琼C12345", "kind_code": "02", "vehicle_class": "K33", "colour": "A", "use": ""}

    def row(self, row: ImportRow) -> object:
        """One vehicle."""
        code = row.text("organisation") or self.organisation
        organisation = organisation_by_code(code) if code else None
        if organisation is None:
            raise InvalidInput(_("没有这个机构"), field="organisation", value=code, cure=_("填写机构代码"))
        use = row.text("use")
        vehicle = VehicleRow(
            plate=row.required("plate"),
            kind_code=row.required("kind_code").zfill(2),
            vehicle_class=row.text("vehicle_class"),
            colour=row.text("colour"),
            use=_USES.get(use, use),
        )
        return vehicle_record_put(actor=self.actor, organisation=organisation, row=vehicle)
