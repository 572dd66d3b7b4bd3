"""A blind index of what a plate shares with all plates that look like it."""

from __future__ import annotations

from typing import cast

from core import crypto
from core.db.fields import BlindIndexField, EncryptedTextField
from recognition.plates.likeness import folded


class FoldedIndexField(BlindIndexField):
    """16 keyed bytes of the folded plate. Follows the model's encrypted `plate` on every save and key rotation."""

    description = "Blind index of a folded plate"

    def source(self) -> EncryptedTextField | None:
        """The encrypted plate."""
        return cast(EncryptedTextField, self.model._meta.get_field("plate"))

    def hashed(self, value: str | None) -> bytes | None:
        """The index of a plate in clear, under the active key."""
        return crypto.blind_index(folded(value), purpose=self.purpose) if value else None
