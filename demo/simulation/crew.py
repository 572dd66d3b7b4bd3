"""One simulated unit: it drives about, reports through its tracker, and serves what its phone is offered."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from demo.simulation.habits import Habits
from demo.simulation.http import Answer, Client, Unreachable
from demo.simulation.pace import house_now, house_sleep
from demo.simulation.tally import Tally
from demo.simulation.ways import Drive, Moment, Ways
from roads.network.placement import Placement
from roads.network.profiles import Profile

KNOTS_PER_MPS = 3600.0 / 1852.0
RETRIES = 5
REASONS = ("车辆故障，无法前往", "正在护送群众就医", "装备不全，请另派", "前方道路中断")
OUTCOMES = ("handled", "advised", "handed_over")


@dataclass(slots=True)
class Crew:
    """A unit as `demo_load` laid it: where it starts, its tracker's token and its leader's API token.

    `client` is the phone's page, `trackers` the tracker app: with connections of their own, so that a step does not
    queue behind the positions of everybody.
    """

    tour_id: int
    call_sign: str
    kind: str
    tracker: str
    token: str
    lon: float
    lat: float
    client: Client
    trackers: Client
    ways: Ways
    habits: Habits
    tally: Tally
    rng: random.Random
    drive: Drive | None = None
    serving: str = ""
    stays: bool = False
    _begin: list[Placement] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)
    _duties: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    @property
    def profile(self) -> Profile:
        """How it moves."""
        return Profile.FOOT if self.kind == "foot" else Profile.DRIVE

    async def live(self) -> None:
        """Move and report until cancelled."""
        self.stays = self.rng.random() < self.habits.standing_share
        self._begin = self.ways.network.snap(self.lon, self.lat)[:1]
        await house_sleep(self.rng.uniform(0.0, self.habits.report_moving_s[0]))
        rest_until = house_now()
        while True:
            now = house_now()
            if self.drive is not None and self.drive.over(now):
                self._halt()
                if not self.serving and self.rng.random() < 0.3:
                    rest_until = now + _seconds(self.rng.uniform(*self.habits.pause_s))
            if self.drive is None and not self.serving and not self.stays and now >= rest_until:
                self._wander()
            moving = self.drive is not None
            await self._report()
            pause = self.habits.report_moving_s if moving else self.habits.report_standing_s
            await house_sleep(self.rng.uniform(*pause))

    def moment(self) -> Moment:
        """Where it is now."""
        if self.drive is None:
            return Moment(self.lon, self.lat, 0.0, 0.0)
        return self.drive.moment(house_now())

    def _halt(self) -> None:
        """Stand where one is; the next route begins on the arc one stands on."""
        if self.drive is None:
            return
        now = house_now()
        here = self.drive.moment(now)
        self.lon, self.lat = here.lon, here.lat
        self._begin = [self.ways.place_of(*self.drive.spot(now))]
        self.drive = None

    def _wander(self) -> None:
        route = self.ways.leg(self._begin, self.lon, self.lat, self.profile, self.rng)
        self.drive = self.ways.drive(route, house_now()) if route is not None else None

    async def _report(self) -> None:
        """One fix, as a Traccar client sends it: device time, knots."""
        here = self.moment()
        query = (
            f"/trackers/osmand?id={self.tracker}&lat={here.lat:.7f}&lon={here.lon:.7f}"
            f"&speed={here.speed_mps * KNOTS_PER_MPS:.2f}&bearing={here.course_deg:.1f}"
            f"&timestamp={house_now().timestamp():.3f}&accuracy=8.0&altitude=4.0&batt=80.0"
        )
        with contextlib.suppress(Unreachable):
            answer = await self.trackers.post(query)
            self.tally.count("fixes" if answer.ok else f"fixes_{answer.status}")
            return
        self.tally.count("fixes_unreachable")

    def offered(self, assignment: dict[str, Any]) -> None:
        """The phone shows an offer (it may come by the stream and by the list: once is enough)."""
        uid = assignment["uid"]
        if uid not in self._known:
            self._known.add(uid)
            self._duties[uid] = asyncio.create_task(self._serve(uid, int(assignment["fence"])))

    def withdrawn(self, uid: str) -> None:
        """Recalled or expired: whatever one was doing for it ends."""
        task = self._duties.pop(uid, None)
        if task is not None:
            task.cancel()
        if self.serving == uid:
            self._halt()
            self.serving = ""

    async def recall_seen(self, uid: str) -> None:
        """The phone shows that the centre has called this unit back, and says so; nobody tries twice."""
        with contextlib.suppress(Unreachable):
            answer = await self.client.post(f"/api/v1/assignments/{uid}/seen/", {}, token=self.token)
            self.tally.count("recall_seen" if answer.ok else f"recall_seen_{answer.status}")

    def dismiss(self) -> None:
        """The simulation ends."""
        for task in self._duties.values():
            task.cancel()

    async def _serve(self, uid: str, fence: int) -> None:
        try:
            await self._through(uid, fence)
        finally:
            self._duties.pop(uid, None)
            if self.serving == uid:
                self.serving = ""

    async def _through(self, uid: str, fence: int) -> None:
        habits, rng = self.habits, self.rng
        silent, declines = rng.random() < habits.silent_share, rng.random() < habits.decline_share
        if not await self._step(uid, fence, "delivered"):
            return
        if silent:
            self.tally.count("never_signed")
            return
        await house_sleep(rng.uniform(*habits.sign_s))
        if declines:
            await self._step(uid, fence, "declined", text=rng.choice(REASONS))
            self.tally.count("declined")
            return
        if not await self._step(uid, fence, "acknowledged"):
            return
        self.serving = uid
        shown = await self._show(uid)
        await house_sleep(rng.uniform(*habits.set_off_s))
        if shown is None or not await self._step(uid, fence, "en_route"):
            return
        await self._go(shown["lon"], shown["lat"])
        if not await self._step(uid, fence, "on_scene"):
            return
        await house_sleep(rng.uniform(*habits.scene_s))
        if not await self._step(uid, fence, "cleared"):
            return
        self.serving = ""
        await house_sleep(rng.uniform(*habits.write_up_s))
        await self._step(uid, fence, "reported", text="现场已处置，道路恢复通行", outcome=rng.choice(OUTCOMES))

    async def _show(self, uid: str) -> dict[str, Any] | None:
        """What the phone shows of an assignment: the incident's place."""
        for attempt in range(RETRIES):
            with contextlib.suppress(Unreachable):
                answer = await self.client.get(f"/api/v1/assignments/{uid}/", token=self.token)
                if answer.ok:
                    incident: dict[str, Any] = answer.json()["incident_summary"]
                    return incident
            await asyncio.sleep(0.1 * 2**attempt)
        return None

    async def _go(self, lon: float, lat: float) -> None:
        """Drive there; who stands without a way (an island of the network) needs a minute all the same."""
        self._halt()
        route = self.ways.route(self._begin, lon, lat, self.profile)
        if route is None:
            await house_sleep(60.0)
            return
        self.drive = self.ways.drive(route, house_now())
        await house_sleep((self.drive.ends - house_now()).total_seconds())
        self._halt()

    async def _step(self, uid: str, fence: int, to_state: str, *, text: str = "", outcome: str = "") -> bool:
        """Take a step; the same key each try, so that a lost answer does no harm. False when the house refused it."""
        body = {
            "to_state": to_state,
            "fence": fence,
            "client_key": f"{uid}:{to_state}",
            "device_time": house_now().isoformat(),
            "text": text,
            "outcome": outcome,
        }
        answer: Answer | None = None
        for attempt in range(RETRIES):
            with contextlib.suppress(Unreachable):
                answer = await self.client.post(f"/api/v1/assignments/{uid}/steps/", body, token=self.token)
                if answer.status < 500:
                    break
            await asyncio.sleep(0.1 * 2**attempt)
        status = answer.status if answer is not None else 0
        self.tally.count(to_state if answer is not None and answer.ok else f"{to_state}_{status}")
        if answer is not None and not answer.ok and status not in (404, 409):
            self.tally.complain(f"{self.call_sign}: {to_state} answered {status}: {answer.body[:300]!r}")
        return answer is not None and answer.ok


def _seconds(value: float) -> timedelta:
    return timedelta(seconds=value)
