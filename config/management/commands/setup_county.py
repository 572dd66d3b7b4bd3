"""`manage.py setup_county`: organisations, administrators and first data of an empty installation. Safe to repeat."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.first_setup import set_up, tree_read
from core.errors import LuzhangError
from stations.types import Role

PASSWORD_VARIABLES = {
    "admin": "LUZHANG_ADMIN_PASSWORD",
    "security": "LUZHANG_SECURITY_PASSWORD",
    "auditor": "LUZHANG_AUDITOR_PASSWORD",
}


class Command(BaseCommand):
    help = (
        "Set up an empty installation: organisation tree, three administrations, kinds, tables, shifts, a requirement."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--tree", type=Path, help="CSV or JSON: code,name,kind,parent,duty_phone,supervision_phone")
        where.add_argument("--name", help="name of the root, when there is no file")
        parser.add_argument("--level", default="city", help="kind of the root with --name: province, city, district …")
        parser.add_argument("--code", default="000000", help="code of the root with --name")
        parser.add_argument("--admin", default="admin", help="account of the administrator")
        parser.add_argument("--security", default="security", help="account of the security administrator")
        parser.add_argument("--auditor", default="auditor", help="account of the auditor")
        parser.add_argument("--dry-run", action="store_true", help="say what would be made; make nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        names = {
            Role.ADMINISTRATOR: options["admin"],
            Role.SECURITY_ADMINISTRATOR: options["security"],
            Role.AUDITOR: options["auditor"],
        }
        variables = {options[which]: variable for which, variable in PASSWORD_VARIABLES.items()}
        if len(variables) < len(names):
            raise CommandError("--admin, --security and --auditor are three accounts: nobody holds two administrations")
        root = {"code": options["code"], "name": options["name"], "kind": options["level"], "parent": ""}
        try:
            tree = tree_read(options["tree"]) if options["tree"] else [root]
            done = set_up(
                tree, names, lambda username: self._password(username, variables[username]), dry_run=options["dry_run"]
            )
        except LuzhangError as problem:
            raise CommandError(str(problem)) from problem
        verb = "would make" if options["dry_run"] else "made"
        for line in done.made:
            self.stdout.write(f"{verb} {line}")
        self.stdout.write(f"{verb} {len(done.made)}, {done.kept} were there")
        for line in done.missing:
            self.stdout.write(f"missing {line}")

    def _password(self, username: str, variable: str) -> str:
        """From the environment, else asked for twice; never shown."""
        given = os.environ.get(variable)
        if given:
            return given
        if not sys.stdin.isatty():
            raise CommandError(f"no password for {username}: set {variable}, or run it at a terminal")
        first = getpass.getpass(f"Password for {username}: ")
        if first != getpass.getpass("Again: "):
            raise CommandError("the two passwords differ: run the command again")
        return first
