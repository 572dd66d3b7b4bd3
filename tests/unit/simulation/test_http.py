"""The simulation's client against a server that answers byte by byte as it likes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from demo.simulation.http import Client, Unreachable

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def talk(serve: Serve, use: Callable[[Client], Awaitable[None]]) -> None:
    async def main() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        client = Client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        try:
            await use(client)
        finally:
            await client.close()
            server.close()

    asyncio.run(main())


def test_connections_are_kept_and_bodies_read_by_length_or_chunks() -> None:
    connections = []
    bodies = [b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n[1,2,3]"]
    bodies.append(b'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n')
    asked = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        for body in bodies:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            asked.append((head, await reader.readexactly(length)))
            writer.write(body)
        writer.close()

    async def use(client: Client) -> None:
        assert (await client.get("/x?y=1", token="secret")).json() == [1, 2, 3]
        answer = await client.post("/z", {"b": "路"}, headers={"Idempotency-Key": "k"})
        assert (answer.status, answer.json()) == (201, {"a": 1})

    talk(serve, use)
    assert len(connections) == 1
    assert asked[0][0].startswith(b"GET /x?y=1 HTTP/1.1\r\n")
    assert b"Authorization: Bearer secret" in asked[0][0]
    assert asked[1][1] == '{"b": "路"}'.encode()
    assert b"Idempotency-Key: k" in asked[1][0]


def test_a_cut_answer_is_unreachable() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        writer.close()

    async def use(client: Client) -> None:
        with pytest.raises(Unreachable):
            await client.get("/")

    talk(serve, use)


def test_a_stream_gives_events_with_ids_and_resumes() -> None:
    heads = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        said = 'id: 7\nevent: change\ndata: {"a":\ndata: "路"}\n\n: beat\n\nevent: cut\ndata: {}\n\n'
        text = f"retry: 1000\n\n{said}".encode()
        for at in range(0, len(text), 9):
            part = text[at : at + 9]
            writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        writer.write(b"0\r\n\r\n")
        writer.close()

    async def use(client: Client) -> None:
        found = [event async for event in client.events("/live/events", token="t", last_id="6")]
        assert found == [("change", "7", '{"a":\n"路"}'), ("cut", "", "{}")]

    talk(serve, use)
    assert b"Last-Event-ID: 6" in heads[0]
