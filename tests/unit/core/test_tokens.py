"""The design tokens: text is readable on what it stands on, marks are seen, by day, by night and in the sun."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CORE = Path(__file__).parents[3] / "core" / "static" / "core"
SHEETS = [*CORE.glob("*.css"), *(Path(__file__).parents[3] / "maps" / "static" / "maps" / "css").glob("*.css")]
SURFACES = ("surface-0", "surface-1", "surface-2")
# What is written on what. A sheet that puts other colours on one another adds its pair here.
TEXT = [
    *((text, surface) for text in ("text-1", "text-2", "text-3") for surface in (*SURFACES, "surface-3")),
    *((ink, surface) for ink in ("brand", "red", "yellow", "unit-free", "blue") for surface in SURFACES),
    ("text-on-brand", "brand"),
    ("text-on-brand", "brand-hover"),
    ("text-on-red", "red"),
    ("text-on-yellow", "yellow-mark"),
    ("text-on-blue", "blue"),
    ("red", "red-soft"),
    ("yellow", "yellow-soft"),
    ("blue", "blue-soft"),
    ("unit-free", "unit-free-soft"),
    ("text-2", "unit-off-soft"),
    *(("text-1", f"{hue}-soft") for hue in ("red", "yellow", "blue", "brand", "unit-free")),
    *(("text-2", f"{hue}-soft") for hue in ("red", "yellow", "blue", "brand", "unit-free")),
    ("text-3", "brand-soft"),
    ("text-3", "yellow-soft"),
    ("text-3", "red-soft"),
    ("map-label", "map-land"),
]
MARKS = [
    *((mark, "surface-1") for mark in ("unit-free", "unit-sent", "unit-scene", "unit-break", "red", "blue", "brand")),
    *((mark, "map-land") for mark in ("unit-free", "unit-sent", "unit-scene", "red", "blue", "route", "map-segment")),
    *((f"agency-{name}", "surface-1") for name in ("traffic", "station", "special", "warden")),
    *((f"age-{name}", "surface-1") for name in ("fresh", "late", "stale")),
    ("line-strong", "surface-1"),
]


def _tokens(theme: str) -> dict[str, str]:
    source = (CORE / "tokens.css").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", source):
        # Of several rules for the root only the first names colours; those of the night and the sun come upon it.
        upon = {"dark": '"dark"', "sun": "data-sun"}.get(theme)
        if selector.strip().endswith(":root") or (upon and upon in selector):
            found |= dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})", body))
    return found


def _luminance(colour: str) -> float:
    """Relative luminance of `#rgb` or `#rrggbb` (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * each for each in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "sun"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (MARKS, 3.0)], ids=["text", "marks"])
def test_what_is_shown_is_seen(theme: str, pairs: list[tuple[str, str]], least: float) -> None:
    tokens = _tokens(theme)
    weak = [
        f"{ink} on {ground}: {contrast(tokens[ink], tokens[ground]):.2f}"
        for ink, ground in pairs
        if contrast(tokens[ink], tokens[ground]) < least
    ]
    assert weak == []


def test_black_on_white_is_21() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)


def test_colours_are_numbers_in_one_file_only() -> None:
    literal = re.compile(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(", re.IGNORECASE)
    found = [
        f"{sheet.name}: {line.strip()}"
        for sheet in SHEETS
        if sheet.name != "tokens.css"
        for line in sheet.read_text(encoding="utf-8").splitlines()
        if literal.search(line) and not line.strip().startswith(("#", ".", "/*"))
    ]
    assert found == []


def test_every_token_that_is_used_exists() -> None:
    defined = set(re.findall(r"(--[\w-]+):", (CORE / "tokens.css").read_text(encoding="utf-8")))
    missing = []
    for sheet in SHEETS:
        source = sheet.read_text(encoding="utf-8")
        own = set(re.findall(r"(--[\w-]+):", source))
        # `--p` is set by script; a fallback after a comma makes a token a choice.
        missing += [
            f"{sheet.name}: {name}"
            for name in re.findall(r"var\((--[\w-]+)\)", source)
            if name not in defined | own | {"--p"}
        ]
    assert missing == []
