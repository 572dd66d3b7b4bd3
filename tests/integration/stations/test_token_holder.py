"""The one statement behind a bearer token finds the same actor as the rows one by one, and keeps nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from core import clock
from stations.models import RoleGrant
from stations.selectors import actor_for_user
from stations.selectors.bearer import token_holder
from stations.services import role_grant, token_create
from stations.types import PUBLIC_ACTOR, Role
from tests.factories.stations import SYSTEM, a_person, a_user, an_organisation

pytestmark = pytest.mark.django_db


def _holder(user: Any) -> Any:
    _row, token = token_create(actor=SYSTEM, user=user)
    found = token_holder(token)
    assert found is not None
    return found


def test_a_person_with_several_roles() -> None:
    city = an_organisation("示例市", kind="city")
    north = an_organisation("北区", parent=city)
    person = a_person(city, Role.DISPATCHER)
    role_grant(actor=SYSTEM, person=person, role=Role.REVIEWER, organisation=north)
    row, actor = _holder(person.user)
    assert actor == actor_for_user(person.user) and len(actor.grants) == 2
    assert row.user == person.user and row.user.username == person.user.username
    assert row.revoked_at is None and row.expires_at > clock.now()


def test_what_changes_counts_from_the_next_call_on() -> None:
    city = an_organisation("示例市", kind="city")
    person = a_person(city, Role.DISPATCHER)
    row, token = token_create(actor=SYSTEM, user=person.user)
    past = timezone.now() - dt.timedelta(days=2)
    RoleGrant.objects.filter(person=person).update(valid=(past, past + dt.timedelta(days=1)))
    assert token_holder(token)[1].grants == ()
    RoleGrant.objects.filter(person=person).update(valid=(past, None))
    assert token_holder(token)[1].grants == ((Role.DISPATCHER, city.path),)
    type(city).objects.filter(pk=city.pk).update(is_active=False)
    assert token_holder(token)[1].grants == ()
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert token_holder(token)[1] == actor_for_user(person.user)
    type(row).objects.filter(pk=row.pk).update(revoked_at=clock.now())
    assert token_holder(token)[0].revoked_at is not None
    type(person.user).objects.filter(pk=person.user.pk).update(is_active=False)
    assert token_holder(token)[1] == PUBLIC_ACTOR


def test_a_user_without_a_person_and_a_token_nobody_has() -> None:
    user = a_user()
    assert _holder(user)[1] == actor_for_user(user)
    assert token_holder("nobody's") is None
