"""Model fields for personal data: encrypted text bound to its row, and a blind index to find it by.

A model that uses `EncryptedTextField` has `uid = UUIDField(default=uuid.uuid4, unique=True)`: the uid exists before the
row does and never changes, and the ciphertext is bound to `table:uid:column`. Values are encrypted when an instance is
saved (also by `bulk_create`) and opened when the attribute is read. `QuerySet.update` and `bulk_update` have no row at
hand and are refused; `values()` gives `Sealed`, which `reveal(uid)` opens.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact, In

from core import crypto, keys


class Sealed:
    """Ciphertext as it came from the database, with what is needed to open it but the row's uid."""

    __slots__ = ("column", "data", "table")

    def __init__(self, data: bytes, table: str, column: str) -> None:
        self.data = data
        self.table = table
        self.column = column

    def reveal(self, uid: object) -> str:
        """The text. Raises crypto.SealBroken when it is not the ciphertext of this row."""
        return crypto.decrypt(self.data, associated=crypto.aad(self.table, uid, self.column)) if self.data else ""

    def __repr__(self) -> str:
        return f"<Sealed {self.table}.{self.column}>"


class _EncryptedAttribute:
    """Opens the ciphertext when it is first read."""

    def __init__(self, field: EncryptedTextField) -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            value = instance.__dict__[name] = value.reveal(_uid(instance))
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.Field):
    """Text that only this application can read, stored as bytea. `purpose` is its name in policies and audits."""

    description = "Encrypted text"
    empty_strings_allowed = True

    def __init__(self, *args: Any, purpose: str, **kwargs: Any) -> None:
        if kwargs.get("unique") or kwargs.get("db_index") or kwargs.get("primary_key"):
            raise FieldError("a ciphertext can't be indexed: use BlindIndexField")
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["purpose"] = self.purpose
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _EncryptedAttribute(self))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value), self.model._meta.db_table, str(self.column))

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        value = model_instance.__dict__.get(self.attname, self.get_default())
        if value is None or isinstance(value, Sealed):
            return value
        return self.seal(str(value), _uid(model_instance))

    def seal(self, text: str, uid: object) -> Sealed:
        """Encrypt a text for the row with this uid. The empty text stays empty."""
        table = self.model._meta.db_table
        data = crypto.encrypt(text, associated=crypto.aad(table, uid, str(self.column))) if text else b""
        return Sealed(data, table, str(self.column))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        if isinstance(value, Sealed):
            return connection.Database.Binary(value.data)
        if value in ("", b""):
            return connection.Database.Binary(b"")
        raise FieldError(f"{self.name}: encrypted values are saved through the instance, not by update()")

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: search its blind index")
        return super().get_lookup(lookup_name)

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms

        return super().formfield(**{"form_class": forms.CharField, **kwargs})

    def value_to_string(self, obj: models.Model) -> str:
        value = getattr(obj, self.attname)
        return "" if value is None else str(value)


class BlindIndexField(models.BinaryField):
    """16 keyed bytes by which an encrypted value is found: `filter(phone_index="138…")` hashes the text itself.

    When the model has an `EncryptedTextField` of the same `purpose`, the index follows it on every save; otherwise
    assign the plain text (or ready bytes). Look-ups with text match every index key of the ring, so a rotation is
    never seen.
    """

    description = "Blind index"

    def __init__(self, *args: Any, purpose: str, **kwargs: Any) -> None:
        self.purpose = purpose
        kwargs.setdefault("db_index", True)
        kwargs.setdefault("editable", False)
        kwargs["max_length"] = crypto.INDEX_BYTES
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["purpose"] = self.purpose
        kwargs.pop("max_length", None)
        if self.db_index:  # type: ignore[attr-defined]
            kwargs.pop("db_index", None)
        else:
            kwargs["db_index"] = False
        return name, path, args, kwargs

    def source(self) -> EncryptedTextField | None:
        """The encrypted field of the same purpose in the same model, if any."""
        for field in self.model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField) and field.purpose == self.purpose:
                return field
        return None

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        source = self.source()
        if source is None:
            return super().pre_save(model_instance, add)
        held = model_instance.__dict__.get(source.attname)
        if isinstance(held, Sealed) and model_instance.__dict__.get(self.attname) is not None:
            return model_instance.__dict__[self.attname]
        value = self.hashed(getattr(model_instance, source.attname))
        setattr(model_instance, self.attname, value)
        return value

    def hashed(self, value: str | None) -> bytes | None:
        """The index of a plain text under the active key; None of nothing."""
        return crypto.blind_index(value, purpose=self.purpose) if value else None

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            value = self.hashed(value)
        return super().get_db_prep_value(value, connection, prepared)

    def to_python(self, value: Any) -> Any:
        return value


def _every_key(field: BlindIndexField, value: Any) -> list[Any]:
    if isinstance(value, str):
        if not value:
            return []
        return list(crypto.blind_indexes(value, purpose=field.purpose))
    return [value]


@BlindIndexField.register_lookup
class BlindIndexIn(In):
    """`IN` that tries every index key."""

    def get_prep_lookup(self) -> Any:
        field = self.lhs.output_field
        if self.rhs_is_direct_value():
            self.rhs = [each for value in self.rhs for each in _every_key(field, value)]
        return super().get_prep_lookup()


@BlindIndexField.register_lookup
class BlindIndexExact(Exact):
    """`=` that tries every index key when more than one is in the ring."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if self.rhs_is_direct_value() and isinstance(self.rhs, str) and len(keys.current().index.ids()) > 1:
            return BlindIndexIn(self.lhs, [self.rhs]).as_sql(compiler, connection)
        return super().as_sql(compiler, connection)


def _uid(instance: models.Model) -> Any:
    uid = getattr(instance, "uid", None)
    if uid is None:
        raise FieldError(f"{type(instance).__name__} needs a uid (UUID) before its encrypted fields can be used")
    return uid
