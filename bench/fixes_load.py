"""The load of `./run bench fixes`: several hundred keep-alive connections from a process of their own."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

DEVICES = 1_000
CONNECTIONS = 256


def token(device: int) -> str:
    """The token of the n-th device of the benchmark."""
    return f"bench-{device:06d}-0123456789abcdef"


class Client(asyncio.Protocol):
    """One keep-alive connection that sends the next fix of its devices as soon as the last is answered."""

    def __init__(self, load: Load, number: int) -> None:
        self.load = load
        self.devices = list(range(number, DEVICES, CONNECTIONS))
        self.sent = 0
        self.request = (0, 0)
        self.buffer = b""
        self.sent_at = 0.0
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.buffer = b""
        if self.sent:
            self._write()  # what was not answered is sent again, as the apps do
        else:
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.load.over:
            self.load.reconnect(self)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, blank, body = self.buffer.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if not blank or len(body) < int(length):  # both servers state the length of every answer
            return
        status = int(head[9:12])
        self.buffer = b""
        if status == 200:
            self.load.latencies_s.append(time.perf_counter() - self.sent_at)
            self.load.acknowledged.append(self.request)
            self._next()
        else:
            self.load.refused += 1
            if self.load.over:
                self.transport.close()
            else:
                asyncio.get_running_loop().call_later(0.1, self._write)

    def _next(self) -> None:
        if self.load.over:
            self.transport.close()
            return
        device = self.devices[self.sent % len(self.devices)]
        self.request = (device, self.load.first_ms + self.sent * 20 + 1)
        self.sent += 1
        self._write()

    def _write(self) -> None:
        if self.transport.is_closing():
            return
        device, at_ms = self.request
        step = self.sent % 500 * 1e-5
        self.sent_at = time.perf_counter()
        self.transport.write(
            f"POST /trackers/osmand?id={token(device)}&timestamp={at_ms}&lat={31.3 + step:.5f}&lon={121.2 + step:.5f}"
            "&speed=22.4&bearing=88.0&altitude=12.0&accuracy=5.0&batt=86.0 HTTP/1.1\r\n"
            "Host: localhost\r\nContent-Length: 0\r\n\r\n".encode()
        )


class Load:
    """The load generator's state, in a process of its own."""

    def __init__(self, port: int, first_ms: int) -> None:
        self.port = port
        self.first_ms = first_ms
        self.over = False
        self.latencies_s: list[float] = []
        self.acknowledged: list[tuple[int, int]] = []
        self.refused = 0
        self.reconnects = 0

    async def open(self, client: Client) -> None:
        """Connect, again and again until the server is back."""
        loop = asyncio.get_running_loop()
        while not self.over:
            try:
                await loop.create_connection(lambda: client, "127.0.0.1", self.port)
                return
            except OSError:
                await asyncio.sleep(0.1)

    def reconnect(self, client: Client) -> None:
        """A connection broke under a request."""
        self.reconnects += 1
        self.tasks.append(asyncio.get_running_loop().create_task(self.open(client)))

    async def run(self, seconds: float) -> dict[str, Any]:
        """Load for `seconds`; the first second is not counted in the rate."""
        self.tasks = [asyncio.create_task(self.open(Client(self, number))) for number in range(CONNECTIONS)]
        await asyncio.sleep(1.0)
        before, began = len(self.latencies_s), time.perf_counter()
        await asyncio.sleep(seconds - 1.0)
        counted, took_s = self.latencies_s[before:], time.perf_counter() - began
        self.over = True
        await asyncio.sleep(0.5)
        counted.sort()
        return {
            "requests_per_s": round(len(counted) / took_s),
            "p50_ms": round(counted[len(counted) // 2] * 1e3, 2) if counted else None,
            "p99_ms": round(counted[int(len(counted) * 0.99)] * 1e3, 2) if counted else None,
            "refused": self.refused,
            "reconnects": self.reconnects,
            "acknowledged": len(self.acknowledged),
        }


def load_main(port: int, seconds: float, first_ms: int, acknowledged_file: str) -> None:
    """Entry of the load generator's process: prints its figures, writes what was acknowledged."""
    import uvloop

    load = Load(port, first_ms)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures = runner.run(load.run(seconds))
    with Path(acknowledged_file).open("w") as out:
        out.writelines(f"{device + 1}\t{at_ms}\n" for device, at_ms in load.acknowledged)
    print(json.dumps(figures))
