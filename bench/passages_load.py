"""The load of `./run bench passages`: cameras that push batches over keep-alive connections, as fast as they may."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

BATCH = 50
CAMERAS = 40
CONNECTIONS = 4
SENDER = "46000000005020000001"
_CHINA = timedelta(hours=8)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def camera_code(number: int) -> str:
    """The 20-digit number of the n-th camera."""
    return f"46000000001190{number:06d}"


def watched_plate(number: int) -> str:
    """The n-th plate of the list, of offices that the passing cars are not from."""
    return f"粤{_LETTERS[number // 100_000 % 24]}{number % 100_000:05d}"


def passing_plate(number: int) -> str:
    """The n-th plate of the passing cars."""
    return f"琼{_LETTERS[number % 24]}{number * 7919 % 100_000:05d}"


@dataclass
class Load:
    """What was acknowledged, refused, and how long answers took. One passage in `hit_every` is of a watched car."""

    seconds: float
    port: int
    hit_every: int = 10_000
    acknowledged: int = 0
    refused: int = 0
    sent: int = 0
    latencies_s: list[float] = field(default_factory=list)

    def body(self) -> bytes:
        """The next batch: small records without pictures, each with an identifier of its own."""
        stamp = (datetime.now(UTC) + _CHINA).strftime("%Y%m%d%H%M%S")
        parts = []
        for _place in range(BATCH):
            number = self.sent
            self.sent += 1
            camera = camera_code(number // BATCH % CAMERAS)
            hit = number % self.hit_every == self.hit_every // 2
            plate = watched_plate(number) if hit else passing_plate(number)
            image = f"{camera}02{stamp}{number % 100_000:05d}"
            parts.append(
                f'{{"MotorVehicleID":"{image}02{number // 100_000 % 100_000:05d}","InfoKind":1,"SourceID":"{image}",'
                f'"DeviceID":"{camera}","LaneNo":1,"HasPlate":true,"PlateClass":"02","PlateColor":"2",'
                f'"PlateNo":"{plate}","PassTime":"{stamp}","PlateReliability":"{85 + number % 15}",'
                f'"VehicleClass":"K33","VehicleColor":"A"}}'
            )
        return ('{"MotorVehicleListObject":{"MotorVehicleObject":[' + ",".join(parts) + "]}}").encode()

    async def run(self) -> float:
        """Push until the time is over; returns the seconds it took."""
        began = time.perf_counter()
        await asyncio.gather(*(self._camera(began) for _connection in range(CONNECTIONS)))
        return time.perf_counter() - began

    async def _camera(self, began: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while time.perf_counter() - began < self.seconds:
            body = self.body()
            head = (
                f"POST /VIID/MotorVehicles HTTP/1.1\r\nHost: localhost\r\nUser-Identify: {SENDER}\r\n"
                f"Content-Type: application/VIID+JSON\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            sent_at = time.perf_counter()
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            if answer[9:12] == b"200":
                self.acknowledged += BATCH
                self.latencies_s.append(time.perf_counter() - sent_at)
            else:
                self.refused += BATCH
        writer.close()
