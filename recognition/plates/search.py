"""Search patterns: a plate with unread places, as a predicate and as parts from which a store makes its own query.

`?` stands for one character, `*` or `%` for any number of them, none included; full width too. A pattern that says
too little is refused: it would list half the county's passages, and every look-up has to be about somebody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.errors import InvalidInput
from core.messages import gettext_noop as _
from recognition.plates.grammar import ALPHABET, PROVINCES
from recognition.plates.likeness import folded
from recognition.plates.plate import ANY, MAX_TEXT, ONE, normalise

# Two characters of a plate besides the province: an office alone is a hundred thousand cars.
MIN_KNOWN = 2
_WILD = frozenset({ONE, ANY})


@dataclass(frozen=True, slots=True)
class SearchPattern:
    """A compiled pattern over normalised plates.

    `parts`: literal runs and wildcards in order, e.g. ("鲁F", "?", "234", "*"); `alike`: literals are folded keys,
    compared with `likeness.folded` of a plate. `prefix`: the literal run it begins with, for an ordered index.
    """

    parts: tuple[str, ...]
    alike: bool

    @property
    def prefix(self) -> str:
        """What every match (every folded match, if `alike`) begins with; may be empty."""
        return "" if self.parts[0] in _WILD else self.parts[0]

    @property
    def exact(self) -> bool:
        """Whether there is no wildcard: then equality (of keys, if `alike`) answers it."""
        return not _WILD & set(self.parts)

    def matches(self, text: str) -> bool:
        """Whether a plate's text is what the pattern describes."""
        return len(text) <= MAX_TEXT and _covers("".join(self.parts), folded(text) if self.alike else normalise(text))


def compile_pattern(text: str, *, alike: bool = False) -> SearchPattern:
    """The pattern that a person typed; `alike` also finds readings that differ by look-alike characters.

    Raises InvalidInput (field "plate") where it is too long, holds characters that no plate has, or knows fewer than
    two characters besides the province.
    """
    if len(text) > MAX_TEXT:
        raise InvalidInput(
            _("车牌太长"), field="plate", value=text, cure=_("请输入不超过 8 位的车牌，未知字符用 ? 或 * 代替")
        )
    cleaned = re.sub(r"\*+", ANY, normalise(text).replace("%", ANY))
    known = [char for char in cleaned if char not in _WILD]
    odd = next((char for char in known if char not in ALPHABET and char not in "IO"), None)
    if odd is not None:
        raise InvalidInput(
            _("车牌中没有字符 %(char)s", char=odd), field="plate", value=text, cure=_("未知字符请用 ? 或 * 代替")
        )
    if sum(char not in PROVINCES for char in known) < MIN_KNOWN:
        raise InvalidInput(_("查询条件太宽"), field="plate", value=text, cure=_("除省份简称外，请至少输入两位已知字符"))
    parts = tuple(re.findall(r"[?*]|[^?*]+", cleaned))
    if alike:
        parts = tuple(part if part in _WILD else folded(part) for part in parts)
    return SearchPattern(parts, alike)


def _covers(pattern: str, text: str) -> bool:
    """Whether the pattern describes the whole text, in time that grows with both lengths only."""
    reached = {0}
    for char in pattern:
        if char == ANY:
            reached = set(range(min(reached), len(text) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(text) and char in (ONE, text[at])}
        if not reached:
            return False
    return len(text) in reached
