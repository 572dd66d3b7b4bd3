"""`manage.py prepare_database`: migrations and the cache table, in one process and only where something is missing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


class Command(BaseCommand):
    help = "Bring the database up to date."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            self.stderr.write(f"{len(plan)} migrations to run")
            call_command("migrate", interactive=False, verbosity=0)
        table = settings.CACHES["default"]["LOCATION"]
        if table not in connection.introspection.table_names():
            call_command("createcachetable", verbosity=0)
