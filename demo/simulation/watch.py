"""Listening as the commander: one stream, resumed where it was cut, and the open list as a net below it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from demo.simulation.crew import Crew
from demo.simulation.desk import Desk
from demo.simulation.http import Client, Unreachable
from demo.simulation.pace import house_sleep
from demo.simulation.tally import Tally

POLL_S = 20.0  # house time
_ENDED = frozenset({"incidents.assignment_expired", "incidents.assignment_recalled"})
_UNSIGNED = frozenset({"offered", "delivered"})


@dataclass(slots=True)
class Watch:
    """Hands what the feed says to crews and desk, and counts every offer."""

    client: Client
    token: str
    crews: Mapping[int, Crew]
    desk: Desk
    tally: Tally
    acting: bool = True
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    last_seq: int = 0
    _confirming: set[asyncio.Task[None]] = field(default_factory=set)

    async def listen(self) -> None:
        """Read the stream for ever; after a cut resume after the last number seen."""
        while True:
            with contextlib.suppress(Unreachable):
                last = str(self.last_seq) if self.last_seq else ""
                async for event, identifier, data in self.client.events("/live/events", token=self.token, last_id=last):
                    self._heard(event, identifier, data)
            self.tally.count("stream_cuts")
            await asyncio.sleep(0.2)

    def _heard(self, event: str, identifier: str, data: str) -> None:
        if identifier.isdigit():
            self.last_seq = int(identifier)
        if event == "reset":
            self.connected.set()
        if event != "change":
            return
        self.tally.sequences[int(identifier)] += 1
        said: dict[str, Any] = json.loads(data)
        topic, subject, payload = said["topic"], said["subject"], said["payload"]
        if topic == "incidents.assignment_offered":
            self.tally.offered[subject["assignment"]] += 1
        if self.acting:
            self._act(topic, subject, payload)

    def _act(self, topic: str, subject: dict[str, Any], payload: dict[str, Any]) -> None:
        crew = self.crews.get(int(subject.get("tour_id") or 0))
        if topic == "incidents.assignment_offered" and crew is not None:
            crew.offered(payload["assignment"])
        elif topic in _ENDED and crew is not None:
            crew.withdrawn(subject["assignment"])
            if topic == "incidents.assignment_recalled":
                self._confirm(crew, subject["assignment"])
        elif topic == "incidents.assignment_proposed":
            self.desk.proposed(payload["assignment"]["incident"])
        elif payload.get("incident", {}).get("state") == "reported" and topic.startswith("incidents.incident_"):
            self.desk.reported(payload["incident"]["uid"])

    def _confirm(self, crew: Crew, uid: str) -> None:
        task = asyncio.create_task(crew.recall_seen(uid))
        self._confirming.add(task)
        task.add_done_callback(self._confirming.discard)

    async def look(self) -> None:
        """Now and then the open list and what waits for review: what a cut stream may have swallowed."""
        while True:
            await house_sleep(POLL_S)
            with contextlib.suppress(Unreachable):
                answer = await self.client.get("/api/v1/assignments/?open=1", token=self.token)
                for row in (answer.json() or {}).get("assignments", ()) if answer.ok else ():
                    crew = self.crews.get(int(row["tour_id"]))
                    if crew is not None and row["state"] in _UNSIGNED and self.acting:
                        crew.offered(row)
                answer = await self.client.get("/api/v1/incidents/?state=reported&limit=50", token=self.token)
                for feature in (answer.json() or {}).get("features", ()) if answer.ok else ():
                    if self.acting:
                        self.desk.reported(feature["id"])
