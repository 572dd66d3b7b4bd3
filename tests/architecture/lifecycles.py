"""docs/lifecycles.md from the transition tables. `python -m tests.architecture.lifecycles` writes it anew."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from core.transitions import Lifecycle
from tests.architecture.source import ROOMS, ROOT

PAGE = ROOT / "docs" / "lifecycles.md"
HEAD = """# Lifecycles

A state changes only along these tables, by compare-and-set; steps of incidents and assignments are appended to a
history that the database keeps from being changed. The tables are data in `*states.py` of each room; this page is made
by `python -m tests.architecture.lifecycles`, and a test compares the two.
"""


def lifecycles() -> Iterator[tuple[str, Lifecycle[Any]]]:
    """Module and lifecycle of every transition table of the house."""
    for room in ROOMS:
        for path in sorted((ROOT / room).glob("*states.py"), key=lambda path: (path.stem != "states", path.stem)):
            module = importlib.import_module(f"{room}.{path.stem}")
            for value in vars(module).values():
                if isinstance(value, Lifecycle):
                    yield module.__name__, value


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for module, lifecycle in lifecycles():
        states = type(lifecycle.initial)
        labels = dict(states.choices())
        final = lifecycle.final
        rows = [
            f"| `{state.value}` | {labels[state.value]} |{' final' if state in final else ''} |"
            for state in lifecycle.states
        ]
        parts.append(
            f"## {lifecycle.name}\n\n`{module}.{states.__name__}`\n\n```mermaid\n{lifecycle.mermaid()}```\n\n"
            "| state | Chinese name | |\n|---|---|---|\n" + "\n".join(rows) + "\n"
        )
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
