"""`manage.py run_urgent`: the urgent path straight from PostgreSQL. Two or more may run at once."""

from __future__ import annotations

import logging
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.utils import InterfaceError, OperationalError

from core.collector import collector_settled
from core.urgent.process import UrgentProcess, beat_end

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Dispatch, deliver, escalate, number the feed and seal the audit, straight from PostgreSQL."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", default="run_urgent", help="name in heartbeats and logs")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        process = UrgentProcess(name)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: process.stop.set())
        collector_settled()
        self.stderr.write(f"{name}: running")
        process.run()
        try:
            beat_end(name)
        except (OperationalError, InterfaceError):
            logger.warning("%s: database gone at the end", name)
        connection.close()
        self.stderr.write(f"{name}: ended")
