"""What a test committed is gone afterwards, also from tables that the database guards; what Django makes stays."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.test import TransactionTestCase

from core.models import AuditRow
from stations.models import Organisation, Person
from stations.types import Role
from tests.emptied import emptied_by_rows
from tests.factories.stations import a_person, an_organisation


@pytest.mark.django_db(transaction=True)
def test_committed_rows_are_deleted() -> None:
    made = ContentType.objects.count(), Permission.objects.count()
    a_person(an_organisation("示例市", kind="city"), Role.COMMANDER)
    assert AuditRow.objects.exists() and Person.objects.exists()

    emptied_by_rows(lambda _case: pytest.fail("emptied in Django's own way"))(TransactionTestCase())
    assert not AuditRow.objects.exists() and not Person.objects.exists() and not Organisation.objects.exists()
    assert made == (ContentType.objects.count(), Permission.objects.count()) > (0, 0)
