"""Feed rows as server-sent events, encoded once for all readers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.jsontext import dumps

# A press (督办) also reaches the person upon whom it is laid, whatever else they may see.
PRESSED_TOPIC = "incidents.supervision_changed"


@dataclass(frozen=True, slots=True)
class FeedMessage:
    """A feed row ready to send, with what decides who may see it."""

    seq: int
    topic: str
    audience: str
    organisation_path: str
    tour_id: int | None
    user_id: int | None
    data: bytes
    # Chiefs of the stretch, its neighbours within the border rule, and whoever stands in for one.
    chief_ids: frozenset[int] = frozenset()
    # Upon whom a supervision is pressed.
    pressed_id: int | None = None
    # Other organisations that take part in a joint tour.
    partner_paths: tuple[str, ...] = ()


def feed_message(
    seq: int,
    topic: str,
    organisation_path: str,
    audience: str,
    subject: dict[str, Any],
    payload: dict[str, Any],
    at: datetime,
    chief_ids: Iterable[int | None] = (),
    partner_paths: Iterable[str] = (),
) -> FeedMessage:
    """Encode one row. Its id is the feed number, which a client sends back as `Last-Event-ID`."""
    body = dumps({"topic": topic, "subject": subject, "payload": payload, "at": at})
    tour_id, user_id, person_id = subject.get("tour_id"), subject.get("user_id"), subject.get("person_id")
    return FeedMessage(
        seq=seq,
        topic=topic,
        audience=audience,
        organisation_path=organisation_path,
        tour_id=tour_id if isinstance(tour_id, int) else None,
        user_id=user_id if isinstance(user_id, int) else None,
        data=f"id: {seq}\nevent: change\ndata: {body}\n\n".encode(),
        chief_ids=frozenset(person for person in chief_ids if person is not None and topic != PRESSED_TOPIC),
        pressed_id=person_id if topic == PRESSED_TOPIC and isinstance(person_id, int) else None,
        partner_paths=tuple(partner_paths),
    )


def named_event(name: str, body: dict[str, Any] | list[Any]) -> bytes:
    """An event outside the numbered feed: positions, beats, resets."""
    return f"event: {name}\ndata: {dumps(body)}\n\n".encode()
