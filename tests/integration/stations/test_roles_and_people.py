"""Roles: dated, separated (by the database too), never granted to oneself, and heard by the streams."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction

from core import clock
from core.errors import Conflict, Forbidden, InvalidInput
from core.models import Event
from stations.models import Organisation, Person, RoleGrant
from stations.selectors import actor_for_user
from stations.services import person_change, person_create, role_grant, role_revoke
from stations.types import DataClass, Role, Verb
from tests.factories.stations import SYSTEM, a_person, an_actor, an_organisation

NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)

RAW_GRANT = """
    INSERT INTO stations_rolegrant (person_id, role, organisation_id, valid, granted_at, note)
    VALUES (%s, %s, %s, tstzrange(now(), NULL), now(), '')
"""


@pytest.fixture
def city(db: None) -> Organisation:
    return an_organisation("示例市", kind="city")


def test_grants_count_only_in_their_time(city: Organisation) -> None:
    person = a_person(city)
    role_grant(
        actor=SYSTEM,
        person=person,
        role=Role.DISPATCHER,
        organisation=city,
        valid_from=NOON,
        valid_until=NOON + timedelta(hours=8),
    )
    for at, holds in (
        (NOON - timedelta(seconds=1), False),
        (NOON, True),
        (NOON + timedelta(hours=8) - timedelta(seconds=1), True),
        (NOON + timedelta(hours=8), False),
    ):
        with clock.fixed(at):
            assert actor_for_user(person.user).has_role(Role.DISPATCHER) is holds


def test_several_roles_several_scopes(city: Organisation) -> None:
    first, second = an_organisation("甲区", city), an_organisation("乙区", city)
    person = a_person(first, Role.OFFICER)
    role_grant(actor=SYSTEM, person=person, role=Role.DISPATCHER, organisation=second)
    actor = actor_for_user(person.user)
    assert actor.scope_paths(Verb.DISPATCH, DataClass.INCIDENT) == (second.path,)
    assert set(actor.scope_paths(Verb.VIEW, DataClass.INCIDENT)) == {first.path, second.path}


@pytest.mark.parametrize("held", ["administrator", "security_administrator", "auditor"])
@pytest.mark.parametrize("wanted", ["administrator", "security_administrator", "auditor"])
def test_separated_administrations(city: Organisation, held: str, wanted: str) -> None:
    person = a_person(city, Role(held))
    other = an_organisation("别处", kind="city")
    if held == wanted:
        role_grant(actor=SYSTEM, person=person, role=wanted, organisation=other)
        return
    with pytest.raises(Conflict) as refused:
        role_grant(actor=SYSTEM, person=person, role=wanted, organisation=other)
    assert refused.value.code == "separated_roles"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RAW_GRANT, [person.pk, wanted, other.pk])
    role_revoke(actor=SYSTEM, grant_id=RoleGrant.objects.get(person=person).pk, reason="换岗")
    role_grant(actor=SYSTEM, person=person, role=wanted, organisation=other)


@pytest.mark.django_db(transaction=True)
def test_two_separated_grants_at_once_leave_one() -> None:
    """Two administrators grant at the same time past the service: the trigger queues them up on the person."""
    organisation = an_organisation("示例市", kind="city")
    person = a_person(organisation)
    ready, outcomes = threading.Barrier(2), []

    def grant(role: str) -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                ready.wait(10)
                cursor.execute(RAW_GRANT, [person.pk, role, organisation.pk])
            outcomes.append("in")
        except IntegrityError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=grant, args=(role,)) for role in ("administrator", "auditor")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["in", "refused"]


def test_nobody_grants_to_oneself(city: Organisation) -> None:
    person = a_person(city, Role.SECURITY_ADMINISTRATOR)
    with pytest.raises(Forbidden):
        role_grant(actor=actor_for_user(person.user), person=person, role=Role.DISPATCHER, organisation=city)


def test_only_the_security_administrator_grants_and_only_within_scope(city: Organisation) -> None:
    first, second = an_organisation("甲区", city), an_organisation("乙区", city)
    person = a_person(first)
    for role in (Role.ADMINISTRATOR, Role.COMMANDER, Role.AUDITOR):
        with pytest.raises(Forbidden):
            role_grant(actor=an_actor(city, role), person=person, role=Role.OFFICER, organisation=first)
    guard = an_actor(first, Role.SECURITY_ADMINISTRATOR)
    role_grant(actor=guard, person=person, role=Role.OFFICER, organisation=first)
    with pytest.raises(Forbidden):
        role_grant(actor=guard, person=person, role=Role.OFFICER, organisation=second)


def test_bad_roles_are_refused(city: Organisation) -> None:
    person = a_person(city)
    for role in ("emperor", "public", "device"):
        with pytest.raises(InvalidInput):
            role_grant(actor=SYSTEM, person=person, role=role, organisation=city)
    role_grant(actor=SYSTEM, person=person, role="officer", organisation=city)
    with pytest.raises(Conflict):
        role_grant(actor=SYSTEM, person=person, role="officer", organisation=city)


def test_streams_hear_of_changed_roles(city: Organisation) -> None:
    person = a_person(city, Role.OFFICER)
    before = Event.objects.filter(topic="stations.roles_changed").count()
    grant = role_grant(actor=SYSTEM, person=person, role=Role.DISPATCHER, organisation=city)
    role_revoke(actor=SYSTEM, grant_id=grant.pk, reason="轮换")
    role_revoke(actor=SYSTEM, grant_id=grant.pk, reason="重复")
    person_change(actor=SYSTEM, person_id=person.pk, is_active=False)
    heard = Event.objects.filter(topic="stations.roles_changed").order_by("id")[before:]
    assert [event.subject for event in heard] == [{"user_id": person.user_id, "person_id": person.pk}] * 3
    assert actor_for_user(person.user).grants == ()


def test_only_administrators_enter_the_admin_site(city: Organisation) -> None:
    person = a_person(city, Role.DISPATCHER)
    user_model = get_user_model()
    assert not user_model.objects.get(pk=person.user_id).is_staff
    grant = role_grant(actor=SYSTEM, person=person, role=Role.ADMINISTRATOR, organisation=city)
    assert user_model.objects.get(pk=person.user_id).is_staff
    role_revoke(actor=SYSTEM, grant_id=grant.pk, reason="换岗")
    assert not user_model.objects.get(pk=person.user_id).is_staff


def test_personal_number_is_sealed_and_found_by_index(city: Organisation) -> None:
    person = a_person(city, personal_phone="13900001111")
    with connection.cursor() as cursor:
        cursor.execute("SELECT personal_phone FROM stations_person WHERE id = %s", [person.pk])
        assert b"1390000" not in bytes(cursor.fetchone()[0])
    assert Person.objects.get(personal_phone_index="13900001111") == person
    assert Person.objects.get(pk=person.pk).personal_phone == "13900001111"


def test_people_are_refused_with_the_field_named(city: Organisation) -> None:
    a_person(city, staff_number="A001")
    with pytest.raises(Conflict) as taken:
        person_create(actor=SYSTEM, organisation=city, kind="officer", name="甲", staff_number="A001")
    assert taken.value.field == "staff_number"
    with pytest.raises(InvalidInput) as kind:
        person_create(actor=SYSTEM, organisation=city, kind="robot", name="甲")
    assert kind.value.field == "kind"
    helper = a_person(city, kind="auxiliary")
    with pytest.raises(InvalidInput):
        person_create(actor=SYSTEM, organisation=city, kind="auxiliary", name="乙", supervising_officer=helper)
