"""Import rows of the vehicle register from a table."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser

from core.imports.command import ImportCommand
from recognition.imports.tables import VehicleTable
from stations.selectors import actor_for_user


class Command(ImportCommand):
    """`import_registers FILE --user NAME [--dry-run] [--organisation CODE]`"""

    help = "Rows of the vehicle register from CSV or XLSX, in a person's name: plate, kind, class, colour, use."
    importer = VehicleTable
    username = ""

    def add_arguments(self, parser: CommandParser) -> None:
        """The table's options, and who applies."""
        super().add_arguments(parser)
        parser.add_argument("--user", required=True, help="account of the person who takes them over")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import in that person's name."""
        self.username = options.pop("user")
        super().handle(*args, **options)

    def actor(self) -> Any:
        """That person, with the rights of now."""
        user = get_user_model().objects.filter(username=self.username).first()
        if user is None:
            raise CommandError(f"no account {self.username!r}: name the person who takes them over")
        return actor_for_user(user)
