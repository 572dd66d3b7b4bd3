"""Encrypted fields and blind indexes in a real table: what is stored, what is found, what is refused, and rotation."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models, transaction
from django.test.utils import isolate_apps

from core import crypto, keys
from core.db.fields import BlindIndexField, EncryptedTextField, Sealed
from core.rotation import rotate_model

pytestmark = pytest.mark.django_db


def _b64(byte: int) -> str:
    return base64.b64encode(bytes([byte]) * 32).decode()


OLD = f"field=1:{_b64(1)};index=1:{_b64(2)};audit=1:{_b64(3)}"
BOTH = f"field=2:{_b64(4)},1:{_b64(1)};index=2:{_b64(5)},1:{_b64(2)};audit=1:{_b64(3)}"
NEW = f"field=2:{_b64(4)};index=2:{_b64(5)};audit=1:{_b64(3)}"


@pytest.fixture(autouse=True)
def ring(settings) -> Iterator[None]:
    before = keys.current()
    settings.LUZHANG_KEYS = OLD  # isolate_apps() makes the application read them again
    keys.configure(keys.parse(OLD))
    yield
    keys.configure(before)


@pytest.fixture
def citizen() -> Iterator[type[models.Model]]:
    with isolate_apps("core"):

        class Citizen(models.Model):
            uid = models.UUIDField(default=uuid.uuid4, unique=True)
            name = EncryptedTextField(purpose="test.citizen.name", blank=True, default="")
            phone = EncryptedTextField(purpose="test.citizen.phone", null=True)
            phone_index = BlindIndexField(purpose="test.citizen.phone", null=True)

            class Meta:
                app_label = "core"
                db_table = "core_testcitizen"

        with connection.schema_editor() as editor:
            editor.create_model(Citizen)
        yield Citizen


def _stored(column: str) -> list[bytes | None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM core_testcitizen ORDER BY id")
        return [None if row[0] is None else bytes(row[0]) for row in cursor.fetchall()]


def test_stored_sealed_read_open(citizen) -> None:
    row = citizen.objects.create(name="陈某", phone="138 0013 8000")
    assert row.name == "陈某"
    stored = _stored("name")[0]
    assert stored is not None and "陈某".encode() not in stored
    again = citizen.objects.get(pk=row.pk)
    assert (again.name, again.phone) == ("陈某", "138 0013 8000")
    again.name = "李某"
    again.save()
    assert citizen.objects.get(pk=row.pk).name == "李某"


def test_an_untouched_value_is_not_sealed_anew(citizen) -> None:
    row = citizen.objects.create(name="陈某", phone="1")
    before = _stored("name")
    again = citizen.objects.get(pk=row.pk)
    again.save()
    assert _stored("name") == before
    assert again.name == "陈某"


def test_empty_and_null(citizen) -> None:
    citizen.objects.create(name="", phone=None)
    row = citizen.objects.get()
    assert (row.name, row.phone, row.phone_index) == ("", None, None)
    assert _stored("name") == [b""] and _stored("phone") == [None]
    assert citizen.objects.filter(phone__isnull=True).count() == 1


def test_found_by_its_blind_index(citizen) -> None:
    citizen.objects.create(phone="13800138000")
    citizen.objects.create(phone="13900139000")
    assert citizen.objects.get(phone_index="138 0013 8000").phone == "13800138000"
    assert citizen.objects.filter(phone_index__in=["13800138000", "13900139000"]).count() == 2
    assert not citizen.objects.filter(phone_index="13700137000").exists()
    assert not citizen.objects.filter(phone_index="").exists()
    assert len(_stored("phone_index")[0] or b"") == crypto.INDEX_BYTES


def test_the_index_follows_the_value(citizen) -> None:
    row = citizen.objects.create(phone="13800138000")
    row.phone = "13900139000"
    row.save()
    assert not citizen.objects.filter(phone_index="13800138000").exists()
    assert citizen.objects.filter(phone_index="13900139000").exists()


def test_bulk_create_seals_too(citizen) -> None:
    citizen.objects.bulk_create([citizen(name=f"n{number}", phone=str(number)) for number in range(3)])
    assert [row.name for row in citizen.objects.order_by("id")] == ["n0", "n1", "n2"]
    assert citizen.objects.filter(phone_index="2").count() == 1


def test_deferred_and_values(citizen) -> None:
    row = citizen.objects.create(name="陈某", phone="1")
    assert citizen.objects.defer("name").get().name == "陈某"
    sealed = citizen.objects.values_list("name", flat=True).get()
    assert isinstance(sealed, Sealed)
    assert sealed.reveal(row.uid) == "陈某"
    assert "陈某" not in repr(sealed)


def test_a_ciphertext_copied_to_another_row_does_not_open(citizen) -> None:
    citizen.objects.create(name="陈某")
    other = citizen.objects.create(name="李某")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_testcitizen SET name = (SELECT name FROM core_testcitizen WHERE id <> %s) WHERE id = %s",
            [other.pk, other.pk],
        )
    with pytest.raises(crypto.SealBroken):
        _ = citizen.objects.get(pk=other.pk).name


def test_what_has_no_row_at_hand_is_refused(citizen) -> None:
    citizen.objects.create(name="陈某")
    with pytest.raises(FieldError, match="not by update"), transaction.atomic():
        citizen.objects.update(name="x")
    with pytest.raises(FieldError, match="blind index"):
        citizen.objects.filter(name="陈某").exists()
    with pytest.raises(FieldError, match="can't be indexed"):
        EncryptedTextField(purpose="x", unique=True)
    assert citizen.objects.update(name="") == 1


def test_rotation_in_batches_with_both_keys_and_then_the_new_one(citizen) -> None:
    for number in range(25):
        citizen.objects.create(name=f"n{number}", phone=f"1380013{number:04}")
    keys.configure(keys.parse(BOTH))
    assert citizen.objects.filter(phone_index="13800130007").count() == 1, "found under the old key"
    progress = rotate_model(citizen, batch=10)
    assert (progress.done, progress.changed) == (25, 25)
    assert rotate_model(citizen, batch=10).changed == 0, "running it again changes nothing"
    assert {value[0] for value in _stored("name") if value} == {2}
    keys.configure(keys.parse(NEW))
    assert [row.name for row in citizen.objects.order_by("id")] == [f"n{number}" for number in range(25)]
    assert citizen.objects.get(phone_index="13800130007").phone == "13800130007"


def test_migrations_see_the_purpose() -> None:
    for field in (EncryptedTextField(purpose="a.b", default=""), BlindIndexField(purpose="a.b", null=True)):
        _, path, args, kwargs = field.deconstruct()
        assert kwargs["purpose"] == "a.b"
        assert type(field)(*args, **kwargs).deconstruct()[3] == kwargs
        assert path.startswith("core.db.fields.")
