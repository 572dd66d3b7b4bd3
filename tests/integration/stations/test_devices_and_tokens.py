"""Credentials of devices and people, bindings by date, remote lock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core import clock
from core.errors import Conflict, Forbidden, InvalidInput
from stations.models import ApiToken, Device, DeviceBinding, Organisation
from stations.selectors import actor_for_device, device_by_token
from stations.services import (
    device_bind,
    device_create,
    device_lock,
    device_rotate_token,
    device_unlock,
    token_create,
    token_revoke,
    vehicle_create,
)
from stations.types import DataClass, Role, Verb
from tests.factories.stations import SYSTEM, a_person, a_station, an_actor, an_organisation

NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)


@pytest.fixture
def city(db: None) -> Organisation:
    return an_organisation("示例市", kind="city")


@pytest.fixture
def device(city: Organisation) -> Device:
    return device_create(actor=SYSTEM, organisation=city, identifier="phone-1", protocol="osmand")[0]


def test_token_is_shown_once_and_kept_as_a_digest(city: Organisation) -> None:
    device, token = device_create(actor=SYSTEM, organisation=city, identifier="phone-2", protocol="osmand")
    assert len(token) >= 43
    assert token.encode() not in bytes(Device.objects.get(pk=device.pk).token_hash)
    assert device_by_token(token) == device
    assert device_by_token(token + "x") is None
    _device, fresh = device_rotate_token(actor=SYSTEM, device_id=device.pk)
    assert device_by_token(token) is None
    assert device_by_token(fresh) == device


def test_locked_device_is_nobody(device: Device) -> None:
    assert actor_for_device(device).may(Verb.CREATE, DataClass.POSITION, device.organisation.path)
    locked = device_lock(actor=SYSTEM, device_id=device.pk, reason="遗失")
    assert not actor_for_device(locked).may(Verb.CREATE, DataClass.POSITION, device.organisation.path)
    again = device_lock(actor=SYSTEM, device_id=device.pk, reason="再锁")
    assert (again.locked_at, again.locked_reason) == (locked.locked_at, "遗失")
    assert device_unlock(actor=SYSTEM, device_id=device.pk, reason="找回").locked_at is None


def test_device_reads_nothing(device: Device) -> None:
    actor = actor_for_device(device)
    assert not [each for each in DataClass if actor.may(Verb.VIEW, each, "9.")] or {
        each for each in DataClass if actor.may(Verb.VIEW, each, "9.")
    } == {DataClass.ROAD_NETWORK, DataClass.SEGMENT, DataClass.CLOSURE}


def test_bad_devices_are_refused(city: Organisation, device: Device) -> None:
    with pytest.raises(Conflict) as taken:
        device_create(actor=SYSTEM, organisation=city, identifier="phone-1", protocol="osmand")
    assert taken.value.field == "identifier"
    with pytest.raises(InvalidInput) as datum:
        device_create(actor=SYSTEM, organisation=city, identifier="phone-3", protocol="osmand", datum="mars")
    assert datum.value.field == "datum"
    with pytest.raises(InvalidInput):
        device_lock(actor=SYSTEM, device_id=device.pk, reason=" ")


def test_bindings_by_date(city: Organisation, device: Device) -> None:
    first, second = a_person(city), a_person(city)
    car = vehicle_create(actor=SYSTEM, organisation=city, plate="示A0001警", kind="car")
    device_bind(actor=SYSTEM, device_id=device.pk, person=first, valid_from=NOON)
    device_bind(actor=SYSTEM, device_id=device.pk, person=second, valid_from=NOON + timedelta(hours=1))
    device_bind(actor=SYSTEM, device_id=device.pk, vehicle=car, valid_from=NOON + timedelta(hours=2))

    def bound(at: datetime) -> DeviceBinding:
        return DeviceBinding.objects.get(device=device, valid__contains=at)

    assert bound(NOON).person == first
    assert bound(NOON + timedelta(hours=1)).person == second
    assert bound(NOON + timedelta(days=9)).vehicle == car
    with pytest.raises(Conflict):
        device_bind(
            actor=SYSTEM,
            device_id=device.pk,
            person=first,
            valid_from=NOON + timedelta(minutes=30),
            valid_until=NOON + timedelta(hours=3),
        )
    with pytest.raises(InvalidInput):
        device_bind(actor=SYSTEM, device_id=device.pk, person=first, station=a_station(city))
    with pytest.raises(InvalidInput):
        device_bind(actor=SYSTEM, device_id=device.pk)


def test_devices_of_others_can_not_be_touched(city: Organisation, device: Device) -> None:
    stranger = an_actor(an_organisation("邻市", kind="city"), Role.ADMINISTRATOR)
    with pytest.raises(Forbidden):
        device_lock(actor=stranger, device_id=device.pk, reason="恶意")
    with pytest.raises(Forbidden):
        device_rotate_token(actor=stranger, device_id=device.pk)
    own = an_actor(city, Role.ADMINISTRATOR)
    with pytest.raises(Forbidden):
        device_bind(actor=own, device_id=device.pk, person=a_person(an_organisation("另市", kind="city")))


def test_tokens_of_people(city: Organisation) -> None:
    owner, other = a_person(city, Role.OFFICER), a_person(city, Role.OFFICER)
    from stations.selectors import actor_for_user

    with clock.fixed(NOON):
        row, _token = token_create(actor=actor_for_user(owner.user), user=owner.user, label="手机", days=30)
    assert row.expires_at == NOON + timedelta(days=30)
    with pytest.raises(Forbidden):
        token_create(actor=actor_for_user(other.user), user=owner.user)
    with pytest.raises(Forbidden):
        token_revoke(actor=actor_for_user(other.user), token_id=row.pk)
    guard = an_actor(city, Role.SECURITY_ADMINISTRATOR)
    revoked = token_revoke(actor=guard, token_id=row.pk)
    assert token_revoke(actor=guard, token_id=row.pk).revoked_at == revoked.revoked_at
    assert ApiToken.objects.get(pk=row.pk).revoked_at is not None
    with pytest.raises(InvalidInput):
        token_create(actor=SYSTEM, user=owner.user, days=0)
