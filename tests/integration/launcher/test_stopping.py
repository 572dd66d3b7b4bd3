"""However `./run demo` ends, nothing of it stays, and the next start works."""

from __future__ import annotations

import os
import signal
import urllib.request

import pytest

from tests.integration.launcher.conftest import Demo, House

pytestmark = [pytest.mark.slow]


def _answers(house: House) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{house.port}/healthz", timeout=10) as answer:
        return bool(answer.status == 200)


def _running(demo: Demo) -> None:
    demo.wait_for("http://localhost:")


@pytest.mark.parametrize(("number", "moment"), [(signal.SIGTERM, "== loading"), (signal.SIGINT, "http://localhost:")])
def test_a_stop_signal_leaves_nothing(house: House, number: int, moment: str) -> None:
    with house.demo() as demo:
        demo.wait_for(moment)
        demo.process.send_signal(number)
        assert demo.ended() == 128 + number
    assert house.left_over() == []


def test_a_closed_terminal_leaves_nothing(house: House) -> None:
    with house.demo_on_terminal() as (demo, terminal):
        _running(demo)
        os.close(terminal)
        assert demo.process.wait(60) == 128 + signal.SIGHUP
    assert house.left_over() == []


def test_after_a_kill_the_next_start_works_and_stop_ends_all(house: House) -> None:
    with house.demo() as first:
        _running(first)
        first.process.kill()
        first.process.wait()
        assert _answers(house), "the web process runs on: this is what the next start must cope with"
    with house.demo() as second:
        second.wait_for("== ended")
        _running(second)
        assert _answers(house)
        second.process.kill()
        second.process.wait()
    house.kill_server()
    # As after a power cut: numbers of processes that are somebody else's by now.
    (house.where.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{house.where.cluster}\n", encoding="utf-8")
    (house.where.run / "launchers" / "1.json").write_text("{", encoding="utf-8")
    with house.demo() as third:
        _running(third)
        assert _answers(house)
        ending = house.run("stop", values=house.sourced())
        assert (ending.returncode, "ended 1" in ending.stderr) == (0, True), ending.stderr
        assert third.ended() == 128 + signal.SIGTERM
    assert house.left_over() == []
    again = house.run("stop")
    assert (again.returncode, again.stderr) == (0, "== no services run here\n")


def test_services_that_were_kept_end_from_a_sourced_environment(house: House) -> None:
    assert house.run("manage", "check", "--database", "default").returncode == 0
    assert house.left_over() != []
    ending = house.run("stop", values=house.sourced())
    assert "stopping PostgreSQL and Redis" in ending.stderr
    assert house.left_over() == []
