"""Where migrations know the spelling of names from; it is the kernel's (`core.db.spelling`)."""

from core.db.spelling import SpellingField, spell, spelling

__all__ = ["SpellingField", "spell", "spelling"]
