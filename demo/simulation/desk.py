"""The simulated command centre: takes calls in, confirms proposals, reviews and closes."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from demo.simulation.habits import Habits
from demo.simulation.http import Answer, Client, Unreachable
from demo.simulation.pace import house_sleep
from demo.simulation.scenes import Scene
from demo.simulation.tally import Tally

RETRIES = 6


@dataclass(slots=True)
class Desk:
    """Dispatcher, reviewer and commander with their tokens."""

    client: Client
    tokens: Mapping[str, str]
    habits: Habits
    tally: Tally
    rng: random.Random
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _confirmed: set[str] = field(default_factory=set)
    _reviewed: set[str] = field(default_factory=set)

    def dismiss(self) -> None:
        """The simulation ends."""
        for task in self._tasks:
            task.cancel()

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def call_comes(self, scene: Scene) -> None:
        """Somebody reports an event."""
        self._begin(self._take_in(scene))

    async def _take_in(self, scene: Scene) -> None:
        await self._send(scene)
        if scene.repeat_after_s is not None:
            await house_sleep(scene.repeat_after_s)
            self.tally.count("repeated")
            await self._send(scene)

    async def _send(self, scene: Scene) -> None:
        """Send until it is answered; the key makes repetition harmless."""
        self.tally.count("sent")
        headers = {"Idempotency-Key": scene.key}
        answer = await self._persist("/api/v1/incidents/", "dispatcher", scene.body, headers)
        if answer is not None and answer.status in (200, 201):
            self.tally.acknowledge(scene.key, answer.json()["uid"])
            self.tally.count(f"intake_{answer.status}")
        else:
            self.tally.count("intake_refused")
            said = answer.body[:300] if answer is not None else b"no answer"
            self.tally.complain(f"intake {scene.body}: {said!r}")

    def proposed(self, incident_uid: str) -> None:
        """The engine proposes, a person confirms."""
        if incident_uid not in self._confirmed:
            self._confirmed.add(incident_uid)
            self._begin(self._confirm(incident_uid))

    async def _confirm(self, uid: str) -> None:
        await house_sleep(self.rng.uniform(*self.habits.confirm_s))
        answer = await self._persist(f"/api/v1/incidents/{uid}/dispatch/", "dispatcher", {"reason": "已核对，同意派出"})
        self._noted("confirm", answer)
        self._confirmed.discard(uid)

    def reported(self, incident_uid: str) -> None:
        """Feedback is in: review, then close."""
        if incident_uid not in self._reviewed:
            self._reviewed.add(incident_uid)
            self._begin(self._finish(incident_uid))

    async def _finish(self, uid: str) -> None:
        await house_sleep(self.rng.uniform(*self.habits.review_s))
        answer = await self._persist(f"/api/v1/incidents/{uid}/review/", "reviewer", {"reason": "反馈属实"})
        self._noted("review", answer)
        if answer is None or not answer.ok:
            return
        await house_sleep(self.rng.uniform(*self.habits.close_s))
        self._noted("close", await self._persist(f"/api/v1/incidents/{uid}/close/", "commander", {"reason": "办结"}))

    def _noted(self, what: str, answer: Answer | None) -> None:
        status = answer.status if answer is not None else 0
        self.tally.count(what if answer is not None and answer.ok else f"{what}_{status}")
        if answer is not None and not answer.ok and status != 409:
            self.tally.complain(f"{what} answered {status}: {answer.body[:300]!r}")

    async def _persist(
        self, path: str, role: str, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> Answer | None:
        """POST until something below 500 is answered."""
        answer = None
        for attempt in range(RETRIES):
            with contextlib.suppress(Unreachable):
                answer = await self.client.post(path, body, token=self.tokens[role], headers=headers)
                if answer.status < 500:
                    return answer
            await asyncio.sleep(0.1 * 2**attempt)
        return answer
