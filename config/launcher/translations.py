"""Checks the catalogues: every Chinese text marked for translation has an English one, and nothing is fuzzy."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from config.launcher.places import Places
from config.launcher.speech import say

ROOMS = ("core", "stations", "roads", "patrols", "recognition", "incidents", "maps", "demo", "config")
FUNCTIONS = {"_", "gettext", "gettext_lazy", "gettext_noop", "pgettext", "pgettext_lazy"}
_TAG = re.compile(r"""\{%\s*(?:trans|translate)\s+(?:"([^"]*)"|'([^']*)')""")
_BLOCK = re.compile(r"\{%\s*blocktrans(?:late)?\b([^%]*)%\}(.*?)\{%\s*(?:plural|endblocktrans(?:late)?)", re.DOTALL)
_SCRIPT = re.compile(r"""\bgettext\(\s*(?:"([^"]*)"|'([^']*)')""")


def marked(root: Path) -> dict[str, str]:
    """Every text marked for translation, and the file where it was seen first."""
    found: dict[str, str] = {}
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.suffix in (".py", ".html", ".js", ".mjs") and "vendor" not in path.parts:
                for text in _texts(path):
                    found.setdefault(text, str(path.relative_to(root)))
    return found


def _texts(path: Path) -> list[str]:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return _python_texts(source)
    found = [first or second for first, second in (_TAG if path.suffix == ".html" else _SCRIPT).findall(source)]
    for head, body in _BLOCK.findall(source) if path.suffix == ".html" else ():
        text = re.sub(r"\{\{\s*([\w.|:\"' ]+?)\s*\}\}", r"%(\1)s", body)
        found.append(re.sub(r"\s*\n\s*", " ", text.strip()) if "trimmed" in head else text)
    return found


def _python_texts(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        arguments = node.args[1:2] if name.startswith("pgettext") else node.args[:1]
        if name in FUNCTIONS:
            found += [one.value for one in arguments if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return found


def missing(root: Path) -> list[str]:
    """One line for every marked text without English, and for every fuzzy entry."""
    import polib

    catalogue: dict[str, polib.POEntry] = {}
    for source in sorted((root / "locale" / "en" / "LC_MESSAGES").glob("*.po")):
        catalogue.update({entry.msgid: entry for entry in polib.pofile(str(source))})
    lines = []
    for text, place in marked(root).items():
        entry = catalogue.get(text)
        if entry is None or not (entry.msgstr or entry.msgstr_plural):
            lines.append(f"{place}: no English for {text!r}")
    lines += [f"locale/en: fuzzy {text!r}" for text, entry in catalogue.items() if entry.fuzzy]
    return lines


def main(where: Places) -> int:
    """Print what is missing to stderr; 1 when something is."""
    lines = missing(where.root)
    for line in lines:
        say(line)
    return 1 if lines else 0
