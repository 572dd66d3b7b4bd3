"""A gateway that writes messages to the log and to a table, where the demo shows them."""

from __future__ import annotations

import logging

from django.db import connection
from django.utils.translation import gettext as _

from core import clock
from core.notifications.gateway import GatewayFailed, Receipt

logger = logging.getLogger(__name__)


class ConsoleGateway:
    """Takes every message with an address; the same key is written once."""

    def __init__(self, name: str = "console") -> None:
        self.name = name

    def send(self, address: str, text: str, key: str) -> Receipt:
        """Write the message down. Raises GatewayFailed without an address."""
        if not address:
            raise GatewayFailed(_("没有接收号码"), field="address")
        at = clock.now()
        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO core_consolemessage (gateway, address, text, key, at) VALUES (%s, %s, %s, %s, %s)
                   ON CONFLICT (key) DO NOTHING""",
                [self.name, address, text, key, at],
            )
        # The log gets no number and no text: both may be personal.
        logger.info("%s: message %s of %d characters", self.name, key, len(text))
        return Receipt(self.name, key, at)
