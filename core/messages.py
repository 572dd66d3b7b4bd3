"""Texts for people that Django-free modules raise: Chinese msgids with their parameters, put into words when read.

`gettext_noop` marks them for the catalogue (makemessages knows the name); `spoken` gives the words in the language of
the moment. `core.apps` hands in Django's gettext; without it the Chinese stands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Text(str):
    """A marked text: as a string it is the Chinese sentence, so that logs and tests read it as it is."""

    msgid: str
    parameters: dict[str, Any]

    def __new__(cls, msgid: str, parameters: dict[str, Any]) -> Text:
        """`msgid` with %(name)s places, filled from `parameters`."""
        made = super().__new__(cls, msgid % parameters if parameters else msgid)
        made.msgid = msgid
        made.parameters = parameters
        return made

    def __reduce__(self) -> tuple[type[Text], tuple[str, dict[str, Any]]]:
        return (Text, (self.msgid, self.parameters))


def gettext_noop(msgid: str, **parameters: Any) -> Text:
    """Mark a text for translation where it is shown; `parameters` fill its %(name)s places."""
    return Text(msgid, parameters)


def _untranslated(msgid: str) -> str:
    return msgid


_translate: Callable[[str], str] = _untranslated


def translate_by(translate: Callable[[str], str]) -> None:
    """Set the translation of this process (gettext)."""
    global _translate
    _translate = translate


def spoken(text: object) -> str:
    """A text in the language of the moment: marked ones are translated, lazy ones evaluated, others as they are."""
    if isinstance(text, Text):
        words = _translate(text.msgid)
        return words % {name: spoken(value) if isinstance(value, Text) else value for name, value in
                        text.parameters.items()} if text.parameters else words  # fmt: skip
    return str(text)
