"""Recorded decisions rerun by a plain search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from incidents.verification.snapshot import BadSnapshot, verify

SHOWN = 20


class Command(BaseCommand):
    """`verify_decisions PATH`; exit 1 when any list is not the one that plain Dijkstra gives."""

    help = "Rerun a plain scipy Dijkstra for every recorded decision of a snapshot folder and compare the lists."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="folder with network.npz, manifest.json and decisions.jsonl")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            summary = verify(options["path"], self.stderr.write)
        except (BadSnapshot, OSError) as error:
            raise CommandError(str(error)) from error
        for line in [*summary.wrong[:SHOWN], *summary.unconfirmed[:SHOWN]]:
            self.stderr.write(line)
        self.stdout.write(f"decisions               {summary.decisions}")
        self.stdout.write(f"nearest_exact_share     {summary.exact_share:.4f}  ({len(summary.wrong)} wrong)")
        self.stdout.write(f"straight_line_wrong     {summary.straight_wrong_share:.4f}  (of {summary.compared})")
        self.stdout.write(
            f"shortfalls confirmed    {summary.shortfalls - len(summary.unconfirmed)} of {summary.shortfalls}"
        )
        if summary.exact_share < 1.0 or summary.unconfirmed:
            raise SystemExit(1)
