"""Make a bearer token for a user."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import LuzhangError
from stations.selectors import system_actor
from stations.services import token_create


class Command(BaseCommand):
    """`create_token USER [--label TEXT] [--days 90]` prints the token, once, on standard output."""

    help = "Make a bearer token for a user and print it once; only its digest is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user")
        parser.add_argument("--label", default="")
        parser.add_argument("--days", type=int, default=90)

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"no active user {options['user']!r}: create one in /admin/ or start ./run demo")
        try:
            row, token = token_create(
                actor=system_actor("create_token"), user=user, label=options["label"], days=options["days"]
            )
        except LuzhangError as problem:
            raise CommandError(str(problem)) from problem
        self.stderr.write(f"valid until {row.expires_at:%Y-%m-%d %H:%M %Z}")
        self.stdout.write(token)
