"""Checks that a message does not wait for: its new passages are written down with it and looked at aside.

One row a message in the message's own transaction, so that nothing stored is ever left out; one transaction that takes
rows, checks their passages, raises what they raise and deletes them, so that nothing is checked twice, whatever dies.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from core import outbox
from recognition import metrics
from recognition.intake import stage
from recognition.intake.incoming import Sender
from recognition.intake.stored import COLUMNS, Stored
from recognition.models import PassageBatch
from recognition.services.comparing import Candidate
from recognition.services.concluding import Conclusion, conclusions_raise
from recognition.services.impossible import cloned_among
from recognition.services.passage_rules import forbidden_among
from recognition.services.registering import registered_of, unlike_among

logger = logging.getLogger(__name__)

MESSAGES = 100
# A storm is worked off in turns, so that the lane also notices when it has to stop.
TURN_S = 5.0

_AWAIT = """
INSERT INTO recognition_passagebatch (device_id, keys, days, received_at, problem)
VALUES (%s, %s::text[], %s::date[], %s, '')
"""
# The join is by the primary key, one row at a time: no plan reads a day to find fifty passages.
_TAKE = f"""
with chosen as (
    select id from recognition_passagebatch where problem = '' {{one}} order by id limit %(most)s for update skip locked
), taken as (
    delete from recognition_passagebatch b using chosen c where b.id = c.id returning b.device_id, b.keys, b.days
), named as (
    select device_id, unnest(keys) as source_key, unnest(days) as day from taken
)
select (select count(*) from taken), {", ".join(f"p.{name}" for name in COLUMNS)}
  from (select 1) always left join (named n cross join lateral (
    select * from recognition_passage q
     where q.device_id = n.device_id and q.source_key = n.source_key and q.day = n.day limit 1) p) on true
"""  # noqa: S608  the columns above


def passages_await(sender: Sender, fresh: Sequence[Candidate], *, received_at: datetime) -> None:
    """Note newly stored passages with a plate for the checks, in the message's transaction. One statement."""
    plated = [one for one in fresh if one.passage.plate is not None]
    if not plated:
        return
    keys = [one.passage.key for one in plated]
    days = [stage.day_of(one.passage, received_at) for one in plated]
    with connection.cursor() as cursor:
        cursor.execute(_AWAIT, [sender.device_id, keys, days, received_at])


def passages_check() -> int:
    """Work off what waits, for some seconds at most; returns how many messages. Repeating it is harmless."""
    began, done = time.monotonic(), 0
    while time.monotonic() - began < TURN_S:
        try:
            taken = _checked(MESSAGES)
        except Exception as problem:
            if outbox.session_lost(problem):
                raise
            logger.exception("checking %d messages failed, one by one now", MESSAGES)
            taken = _one_by_one()
        done += taken
        if taken < MESSAGES:
            break
    return done


def _one_by_one() -> int:
    """After a failure: who fails alone keeps the reason and waits for a person."""
    waiting = list(PassageBatch.objects.filter(problem="").order_by("pk").values_list("pk", flat=True)[:MESSAGES])
    for pk in waiting:
        try:
            _checked(1, pk)
        except Exception as problem:
            if outbox.session_lost(problem):
                raise
            logger.exception("checking the passages of message %d failed", pk)
            PassageBatch.objects.filter(pk=pk).update(problem=f"{type(problem).__name__}: {problem}"[:200])
    return len(waiting)


def _checked(most: int, pk: int | None = None) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            one = "" if pk is None else "and id = %(pk)s"
            cursor.execute(_TAKE.format(one=one), {"most": most, "pk": pk})
            rows = cursor.fetchall()
        passages = [Stored(*columns) for _count, *columns in rows if columns[0] is not None]
        raised = conclusions_raise(_concluded(passages)) if passages else []
    metrics.count("checked", len(passages))
    metrics.count("concluded", len(raised))
    return int(rows[0][0])


def _concluded(passages: Sequence[Stored]) -> list[Conclusion]:
    registered = registered_of(passages)
    return [
        *cloned_among(passages),
        *unlike_among(passages, registered),
        *forbidden_among(passages, registered),
    ]
