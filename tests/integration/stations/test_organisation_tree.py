"""The tree: paths, moving, who answers for a point, whose units may be sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.gis.geos import Polygon
from django.db import IntegrityError, transaction

from core import clock
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.models import AuditRow, Event
from stations.models import Organisation
from stations.selectors import feature_of, organisation_at, organisations_visible_to, sendable_paths
from stations.services import organisation_change, organisation_create, organisation_move, send_grant_create
from stations.types import DataClass, Role
from tests.factories.stations import SYSTEM, a_station, an_actor, an_organisation

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)


@pytest.fixture
def city() -> Organisation:
    return an_organisation("示例市", kind="city")


def test_paths_follow_the_tree(city: Organisation) -> None:
    district = an_organisation("甲区", city)
    brigade = an_organisation("甲区大队", district, kind="brigade")
    assert city.path == f"{city.pk}."
    assert brigade.path == f"{city.pk}.{district.pk}.{brigade.pk}."


def test_create_leaves_audit_and_event_in_the_same_transaction() -> None:
    row = an_organisation("示例市", kind="city")
    assert AuditRow.objects.filter(action="stations.organisation_created", object_id=str(row.uid)).count() == 1
    event = Event.objects.get(topic="stations.organisation_created")
    assert (event.organisation_path, event.audience) == (row.path, DataClass.ORGANISATION.value)


def test_taken_code_and_wrong_fields_are_refused(city: Organisation) -> None:
    with pytest.raises(Conflict) as refused:
        organisation_create(actor=SYSTEM, kind="town", code=city.code, name="重码", parent=city)
    assert refused.value.field == "code"
    with pytest.raises(InvalidInput) as wrong:
        organisation_create(actor=SYSTEM, kind="planet", code="X", name="错类", parent=city)
    assert wrong.value.field == "kind"
    with pytest.raises(InvalidInput):
        organisation_change(actor=SYSTEM, organisation_id=city.pk, path="9.")
    with pytest.raises(InvalidInput):
        organisation_change(actor=SYSTEM, organisation_id=city.pk, time_zone="Mars/Olympus")


def test_move_rewrites_the_subtree_and_nothing_else(city: Organisation) -> None:
    first, second = an_organisation("甲区", city), an_organisation("乙区", city)
    brigade = an_organisation("大队", first, kind="brigade")
    squadron = an_organisation("中队", brigade, kind="squadron")
    beside = an_organisation("旁大队", first, kind="brigade")
    organisation_move(actor=SYSTEM, organisation_id=brigade.pk, parent=second, reason="区划调整")
    squadron.refresh_from_db()
    assert squadron.path == f"{city.pk}.{second.pk}.{brigade.pk}.{squadron.pk}."
    assert Organisation.objects.get(pk=beside.pk).path == beside.path
    moved = Event.objects.get(topic="stations.organisation_moved")
    assert moved.payload == {"old_path": brigade.path, "new_path": f"{city.pk}.{second.pk}.{brigade.pk}."}


def test_move_below_itself_is_refused(city: Organisation) -> None:
    district = an_organisation("甲区", city)
    with pytest.raises(Conflict):
        organisation_move(actor=SYSTEM, organisation_id=city.pk, parent=district, reason="错误")


def test_administrator_works_only_within_own_tree(city: Organisation) -> None:
    other = an_organisation("邻市", kind="city")
    administrator = an_actor(city, Role.ADMINISTRATOR)
    organisation_create(actor=administrator, kind="town", code="TOWN1", name="镇", parent=city)
    with pytest.raises(Forbidden):
        organisation_create(actor=administrator, kind="town", code="TOWN2", name="镇", parent=other)
    with pytest.raises(Forbidden):
        organisation_create(actor=administrator, kind="city", code="ROOT2", name="新根")
    with pytest.raises(Forbidden):
        organisation_change(actor=administrator, organisation_id=other.pk, name="改名")
    assert not Organisation.objects.filter(code__in=["TOWN2", "ROOT2"]).exists()


def test_inactive_organisation_is_hidden_from_strangers(city: Organisation) -> None:
    other = an_organisation("邻市", kind="city")
    stranger = an_actor(other, Role.DISPATCHER)
    organisation_change(actor=SYSTEM, organisation_id=city.pk, is_active=False)
    assert city not in organisations_visible_to(stranger)
    assert other in organisations_visible_to(stranger)


def test_point_belongs_to_the_deepest_service_area_then_nearest_station_then_root(city: Organisation) -> None:
    district, town = an_organisation("甲区", city), None
    town = an_organisation("镇", district, kind="town")
    area = Polygon.from_bbox((110.0, 19.0, 110.2, 19.2))
    a_station(district, 110.05, 19.05, service_area=Polygon.from_bbox((109.9, 18.9, 110.3, 19.3)))
    a_station(town, 110.1, 19.1, service_area=area)
    beside = an_organisation("乙区", city)
    a_station(beside, 110.6, 19.1)
    assert organisation_at((110.15, 19.15)) == town
    assert organisation_at((110.25, 19.25)) == district
    assert organisation_at((110.55, 19.1)) == beside
    assert organisation_at((121.0, 31.0)) == city


def test_empty_deployment_says_so() -> None:
    with pytest.raises(NotFound):
        organisation_at((110.0, 19.0))


def test_whose_units_may_be_sent(city: Organisation) -> None:
    first, second = an_organisation("甲区", city), an_organisation("乙区", city)
    town = an_organisation("镇", first, kind="town")
    assert sendable_paths(town.path, NOON) == (first.path,)
    special = an_organisation("特勤队", city, kind="brigade", features={"shared_units": True})
    assert set(sendable_paths(town.path, NOON)) == {first.path, special.path}
    send_grant_create(
        actor=SYSTEM,
        owner=second,
        receiver=first,
        reason="联勤协议",
        valid_from=NOON,
        valid_until=NOON + timedelta(hours=8),
    )
    assert second.path in sendable_paths(town.path, NOON)
    assert second.path in sendable_paths(town.path, NOON + timedelta(hours=7, minutes=59))
    assert second.path not in sendable_paths(town.path, NOON + timedelta(hours=8))
    assert second.path not in sendable_paths(town.path, NOON - timedelta(seconds=1))
    assert first.path not in sendable_paths(second.path, NOON)
    organisation_change(actor=SYSTEM, organisation_id=city.pk, features={"dispatch_pool": True})
    assert sendable_paths(town.path, NOON) == (city.path,)


def test_lending_is_asked_of_the_owner(city: Organisation) -> None:
    first, second = an_organisation("甲区", city), an_organisation("乙区", city)
    with pytest.raises(Forbidden):
        send_grant_create(actor=an_actor(first, Role.ADMINISTRATOR), owner=second, receiver=first, reason="想借")
    owner = an_actor(second, Role.ADMINISTRATOR)
    send_grant_create(actor=owner, owner=second, receiver=first, reason="同意", valid_from=NOON)
    with pytest.raises(Conflict):
        send_grant_create(actor=owner, owner=second, receiver=first, reason="再次", valid_from=NOON + timedelta(days=1))


def test_feature_of_takes_the_nearest(city: Organisation) -> None:
    district = an_organisation("甲区", city, features={"auto_dispatch": False})
    town = an_organisation("镇", district, kind="town")
    organisation_change(actor=SYSTEM, organisation_id=city.pk, features={"auto_dispatch": True, "sms": True})
    assert feature_of(town.path, "auto_dispatch") is False
    assert feature_of(town.path, "sms") is True
    assert feature_of(town.path, "unknown", default=3) == 3


def test_database_refuses_overlapping_lending(city: Organisation) -> None:
    from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

    from stations.models import SendGrant

    first, second = an_organisation("甲区", city), an_organisation("乙区", city)
    valid = DateTimeTZRange(clock.now(), None, "[)")
    SendGrant.objects.create(owner=first, receiver=second, valid=valid, reason="一")
    with pytest.raises(IntegrityError), transaction.atomic():
        SendGrant.objects.create(owner=first, receiver=second, valid=valid, reason="二")
