"""`manage.py rotate_keys`: write every encrypted value and blind index anew under the keys in use."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.rotation import rotate_all


class Command(BaseCommand):
    help = "Re-encrypt personal data under the active keys, in batches; safe to stop and run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=500)

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        total = 0
        for progress in rotate_all(batch=batch):
            total += progress.changed
            self.stderr.write(f"{progress.model}: {progress.done} rows seen, {progress.changed} rewritten")
        self.stdout.write(f"{total} rows rewritten")
