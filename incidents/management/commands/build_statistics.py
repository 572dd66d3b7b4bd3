"""`./run manage build_statistics --from DATE --to DATE`: count the days of a range anew, for every organisation."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import InvalidInput
from incidents.statistics.counting import statistics_build


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise CommandError(f"{text!r} is no date; write it like 2026-11-21") from problem


class Command(BaseCommand):
    """Repeating it is harmless; a day that is running is counted as far as it is."""

    help = "Count incidents by day, kind and grade for a range of local dates (both inclusive)."

    def add_arguments(self, parser: CommandParser) -> None:
        """The range."""
        parser.add_argument("--from", dest="first", required=True, metavar="DATE")
        parser.add_argument("--to", dest="last", required=True, metavar="DATE")

    def handle(self, *args: Any, **options: Any) -> None:
        """A line a day on stderr, the sum on stdout."""
        days = rows = 0
        try:
            for day, count in statistics_build(first=_day(options["first"]), last=_day(options["last"])):
                self.stderr.write(f"{day}: {count} rows")
                days += 1
                rows += count
        except InvalidInput as problem:
            raise CommandError(f"{problem.field}: {problem} ({problem.value}; {problem.cure})") from problem
        self.stdout.write(f"{days} days, {rows} rows")
