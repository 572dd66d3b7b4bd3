"""Import applications to the watch-list from a table."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser

from core.imports.command import ImportCommand
from recognition.imports.tables import WatchTable
from stations.selectors import actor_for_user


class Command(ImportCommand):
    """`import_watchlist FILE --user NAME [--dry-run] [--organisation CODE]`"""

    help = "Applications to the watch-list from CSV or XLSX, in a person's name; another one checks and approves them."
    importer = WatchTable
    username = ""

    def add_arguments(self, parser: CommandParser) -> None:
        """The table's options, and who applies."""
        super().add_arguments(parser)
        parser.add_argument("--user", required=True, help="account of the person who applies")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import in that person's name."""
        self.username = options.pop("user")
        super().handle(*args, **options)

    def actor(self) -> Any:
        """That person, with the rights of now."""
        user = get_user_model().objects.filter(username=self.username).first()
        if user is None:
            raise CommandError(f"no account {self.username!r}: name the person who applies")
        return actor_for_user(user)
