"""Handing work to Celery's workers: a broker that is gone stops nobody."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerGone

logger = logging.getLogger(__name__)

# A broker that did not answer is not asked again for so long: waiting for it would hold web requests up.
REST_S = 5.0


class _Broker:
    """When the broker was last found gone, by this process."""

    gone_at = float("-inf")


def send(enqueue: Callable[[], object], *, what: str) -> bool:
    """Call `enqueue`, which sends a task. False, with a warning in the log, when the broker is gone; it never raises
    for that. Only for work that a sweep finds again in the database.
    """
    if time.monotonic() - _Broker.gone_at < REST_S:
        return False
    try:
        enqueue()
    except (BrokerGone, KombuError, OSError) as problem:
        _Broker.gone_at = time.monotonic()
        logger.warning("%s not enqueued, a sweep finds it later: %s", what, problem)
        return False
    return True


def broker_forget() -> None:
    """Ask the broker again at once."""
    _Broker.gone_at = float("-inf")
