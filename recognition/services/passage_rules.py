"""Rules of passage of key vehicles: kept by who commands, and passages that are against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Point
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import InvalidInput, NotFound
from core.geo.srid import STORE_SRID
from recognition.intake.stored import Stored
from recognition.judging.rules import Hours, Kind, broken
from recognition.models import Alarm, PassageRule, VehicleRecord
from recognition.selectors import passage_rules_visible_to
from recognition.services.concluding import Conclusion
from recognition.services.registering import Registered
from stations.services import require
from stations.types import Actor, DataClass, Verb

CATEGORY = "key_vehicle"
MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class RuleOrder:
    """A rule as somebody writes it. Hours local; `until` at or before `since` runs past midnight."""

    name: str
    uses: Sequence[str]
    since: time
    until: time
    valid_from: date
    kind: str = Kind.FORBIDDEN.value
    days: Sequence[int] = ()
    area: MultiPolygon | None = None
    valid_until: date | None = None


def passage_rule_put(*, actor: Actor, organisation: Any, order: RuleOrder) -> PassageRule:
    """Write a rule, or change the one of this name. Raises InvalidInput naming the field."""
    path = organisation.path or ""
    require(actor, Verb.CREATE, DataClass.WATCHLIST, path)
    _checked(order)
    with transaction.atomic():
        same = PassageRule.objects.select_for_update(of=("self",))
        rule = same.filter(organisation=organisation, name=order.name.strip()).first()
        rule = rule or PassageRule(organisation=organisation, name=order.name.strip())
        rule.organisation_path, rule.changed_at = path, clock.now()
        rule.kind, rule.uses, rule.days, rule.area = order.kind, list(order.uses), sorted(set(order.days)), order.area
        rule.since, rule.until = order.since, order.until
        rule.valid_from, rule.valid_until = order.valid_from, order.valid_until
        rule.save()
        _record(actor, rule, "put")
    return rule


def passage_rule_end(*, actor: Actor, uid: object) -> PassageRule:
    """From today on the rule holds no more. Repeating it changes nothing."""
    with transaction.atomic():
        rule = passage_rules_visible_to(actor).select_for_update(of=("self",)).filter(uid=str(uid)).first()
        if rule is None:
            raise NotFound(_("没有这条通行规定"), field="rule", value=str(uid))
        require(actor, Verb.CREATE, DataClass.WATCHLIST, rule.organisation_path)
        today = timezone.localdate(clock.now())
        if rule.valid_until is None or rule.valid_until > today:
            # A rule that began today, or has not begun, never held for a whole day: it ends the day after it begins.
            rule.valid_until = max(today, date.fromordinal(rule.valid_from.toordinal() + 1))
            rule.save(update_fields=["valid_until"])
            _record(actor, rule, "end")
    return rule


def _checked(order: RuleOrder) -> None:
    known = {use for use in VehicleRecord.Use.values if use}
    if not order.name.strip() or len(order.name.strip()) > MAX_NAME:
        raise InvalidInput(_("请填写名称"), field="name", cure=_("不超过 60 字"))
    if not order.uses or not set(order.uses) <= known:
        raise InvalidInput(_("未知的重点车辆类别"), field="uses", value=list(order.uses), cure="、".join(sorted(known)))
    if order.kind not in PassageRule.Kind.values:
        raise InvalidInput(_("未知的取值"), field="kind", value=order.kind, cure="、".join(PassageRule.Kind.values))
    if order.kind == Kind.ROUTE and order.area is None:
        raise InvalidInput(_("限定路线须给出范围"), field="area", cure=_("在地图上画出允许通行的范围"))
    if not all(0 <= day <= 6 for day in order.days):
        raise InvalidInput(_("星期无效"), field="days", value=list(order.days), cure="0–6")
    if order.valid_until is not None and order.valid_until <= order.valid_from:
        raise InvalidInput(_("失效日期须晚于生效日期"), field="valid_until", value=str(order.valid_until), cure=">")


def forbidden_among(passages: Sequence[Stored], registered: Mapping[int, Registered]) -> list[Conclusion]:
    """Passages of key vehicles that are against a rule. Writes nothing."""
    keyed = {ord_: known for ord_, known in registered.items() if known.use}
    if not keyed:
        return []
    days = [timezone.localdate(passages[ord_].passed_at) for ord_ in keyed]
    rules = PassageRule.objects.filter(valid_from__lte=max(days)).filter(
        Q(valid_until=None) | Q(valid_until__gt=min(days))
    )
    return [
        _conclusion(passages[ord_], rule, known)
        for rule in rules.order_by("pk")
        for ord_, known in keyed.items()
        if known.use in rule.uses and _against(rule, passages[ord_])
    ]


def _against(rule: PassageRule, passage: Stored) -> bool:
    at = timezone.localtime(passage.passed_at)
    if not passage.organisation_path.startswith(rule.organisation_path) or at.date() < rule.valid_from:
        return False
    if rule.valid_until is not None and at.date() >= rule.valid_until:
        return False
    hours = Hours(rule.days, rule.since, rule.until)
    return broken(Kind(rule.kind), hours, at.replace(tzinfo=None), inside=_inside(rule, passage))


def _inside(rule: PassageRule, passage: Stored) -> bool | None:
    if rule.area is None:
        return True
    if passage.lon is None or passage.lat is None:
        return None
    return bool(rule.area.covers(Point(passage.lon, passage.lat, srid=STORE_SRID)))


def _conclusion(passage: Stored, rule: PassageRule, known: Registered) -> Conclusion:
    grounds = {
        "rule": rule.name,
        "rule_kind": rule.kind,
        "use": known.use,
        "passage": passage.name,
        "camera": passage.camera_code,
        "passed_at": passage.passed_at.isoformat(),
        "hours": [rule.since.isoformat("minutes"), rule.until.isoformat("minutes")],
    }
    return Conclusion(passage, Alarm.Cause.RULE, CATEGORY, grounds, key=str(rule.uid))


def _record(actor: Actor, rule: PassageRule, step: str) -> None:
    audit.record(
        actor_id=actor.user_id,
        action=f"recognition.passage_rule_{step}",
        object_type="passage_rule",
        object_id=rule.uid,
        organisation_path=rule.organisation_path,
        details={"name": rule.name},
    )
