"""`manage.py retention_run [--dry-run]`: remove what is past its term; each removal is audited. Beat runs it daily."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import retention


class Command(BaseCommand):
    help = "Remove what is past its term (LUZHANG_RETENTION_DAYS); --dry-run only lists it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="list, remove nothing")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        done = retention.run(dry_run=options["dry_run"])
        if options["json"]:
            rows = [{"class": one.name, "object": one.object_id, "rows": one.rows} for one in done]
            self.stdout.write(json.dumps({"dry_run": options["dry_run"], "terms": retention.terms(), "removed": rows}))
            return
        for name, days in retention.terms().items():
            self.stderr.write(f"{name}: kept for {days} days")
        verb = "would remove" if options["dry_run"] else "removed"
        for one in done:
            self.stdout.write(f"{verb} {one.name} {one.object_id}: {one.rows} rows")
        self.stdout.write(f"{verb} {sum(one.rows for one in done)} rows in {len(done)} steps")
