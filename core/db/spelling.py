"""Names as people type them without Chinese input: full pinyin and initials, kept up by the field itself."""

from __future__ import annotations

from typing import Any

from django.db import models

MAX_CHARACTERS = 400


def spell(text: str) -> tuple[str, str]:
    """Pinyin without tones and initials, both lower case: `那环北路` → `("nahuanbeilu", "nhbl")`.

    Letters and digits stay in both; everything else falls out.
    """
    from pypinyin import Style, lazy_pinyin

    syllables = lazy_pinyin(text, style=Style.NORMAL, errors=list)  # type: ignore[arg-type]
    kept = ["".join(each for each in syllable.lower() if each.isalnum()) for syllable in syllables]
    full = "".join(kept)
    return full, "".join(each[0] for each in kept if each)


def spelling(text: str) -> str:
    """Both spellings as words, with a space before each so that `LIKE '% nhb%'` finds beginnings of either."""
    full, initials = spell(text)
    return f" {full} {initials}"[:MAX_CHARACTERS] if full else ""


class SpellingField(models.CharField):
    """The spelling of another field of the row, derived whenever the row is written: it can't fall behind its name."""

    def __init__(self, *args: Any, of: str = "name", **kwargs: Any) -> None:
        self.of = of
        kwargs = {"max_length": MAX_CHARACTERS, "blank": True, "default": "", "editable": False, **kwargs}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """For migrations."""
        name, path, args, kwargs = super().deconstruct()
        return str(name), path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Spell the name that is being saved."""
        value = spelling(str(getattr(model_instance, self.of) or ""))
        setattr(model_instance, self.attname, value)
        return value


def letters_of(text: str) -> str:
    """Letters and digits of what somebody typed, for comparing with spellings; empty when it is no pinyin."""
    return "".join(each for each in text.lower() if each.isalnum()) if text.isascii() else ""
