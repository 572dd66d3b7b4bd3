"""Feed rows as server-sent events, encoded once for all readers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.jsontext import dumps


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


def feed_message(
    seq: int,
    topic: str,
    organisation_path: str,
    audience: str,
    subject: dict[str, Any],
    payload: dict[str, Any],
    at: datetime,
) -> FeedMessage:
    """Encode one row. Its id is the feed number, which a client sends back as `Last-Event-ID`."""
    body = dumps({"topic": topic, "subject": subject, "payload": payload, "at": at})
    tour_id, user_id = subject.get("tour_id"), subject.get("user_id")
    return FeedMessage(
        seq=seq,
        topic=topic,
        audience=audience,
        organisation_path=organisation_path,
        tour_id=tour_id if isinstance(tour_id, int) else None,
        user_id=user_id if isinstance(user_id, int) else None,
        data=f"id: {seq}\nevent: change\ndata: {body}\n\n".encode(),
    )


def named_event(name: str, body: dict[str, Any] | list[Any]) -> bytes:
    """An event outside the numbered feed: positions, beats, resets."""
    return f"event: {name}\ndata: {dumps(body)}\n\n".encode()
