"""The private Redis: a unix socket only; it may lose everything at any time."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time

from config.launcher.places import MARK, LaunchError, Places

START_TIMEOUT_S = 10.0


def _ask(where: Places, command: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(2.0)
        link.connect(str(where.redis_socket))
        link.sendall(command + b"\r\n")
        return link.recv(64)


def is_running(where: Places) -> bool:
    """Does it answer PING?"""
    try:
        return _ask(where, b"PING").startswith(b"+PONG")
    except OSError:
        return False


def command(where: Places) -> list[str]:
    """The command line of the server in the foreground. Raises LaunchError."""
    program = shutil.which("redis-server")
    if program is None:
        raise LaunchError("redis-server is missing: ./run setup, or apt-get install redis-server.")
    options = {
        "port": "0",
        "unixsocket": str(where.redis_socket),
        "unixsocketperm": "700",
        "dir": str(where.run),
        "save": "",
        "appendonly": "no",
        "maxmemory": "128mb",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    return [program, *(word for name, value in options.items() for word in (f"--{name}", value))]


def start(where: Places) -> None:
    """Start it in a session of its own where it does not answer yet. Raises LaunchError."""
    if is_running(where):
        return
    where.redis_socket.unlink(missing_ok=True)
    log = where.log / "redis.log"
    with log.open("ab") as file:
        process = subprocess.Popen(
            command(where),
            cwd=where.run,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if name != MARK},
        )
    deadline = time.monotonic() + START_TIMEOUT_S
    while not is_running(where):
        if process.poll() is not None or time.monotonic() > deadline:
            raise LaunchError(f"Redis did not start: see {log}.")
        time.sleep(0.02)


def stop(where: Places) -> None:
    """End it without saving anything."""
    try:
        _ask(where, b"SHUTDOWN NOSAVE")
    except OSError:
        return
    deadline = time.monotonic() + 5.0
    while is_running(where) and time.monotonic() < deadline:
        time.sleep(0.02)
