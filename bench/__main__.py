"""`python -m bench [NAME] [--json]`: run one benchmark, or list them."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import signal
import sys
from typing import Any

LIMIT_S = 15 * 60
BENCHES: dict[str, tuple[str, str]] = {
    "dispatch": ("bench.dispatch", "five nearest units by road, exact, against peers"),
    "loop": ("bench.loop", "what one incident costs: intake, and dispatch to the offer"),
    "closure": ("bench.closure", "a closure or 1,000 speeds until in force in every process"),
    "queue": ("bench.queue", "queue solved as assignment against first come, first served"),
    "pipeline": ("bench.pipeline", "50 incidents a second from intake to the screen"),
    "claims": ("bench.claims", "50 threads claiming 20 units"),
    "fixes": ("bench.fixes", "position intake"),
    "memory": ("bench.memory", "memory of all processes together"),
    "import": ("bench.imports", "road import and graph build"),
    "plates": ("bench.plates", "reading plates: every engine on photographs and generated plates"),
    "boards": ("bench.boards", "500 notice boards in one job, its worker killed on the way"),
    "public": ("bench.public", "the public directory, as one types"),
    "commandmap": ("bench.commandmap", "the command map with 2,000 moving units, and its first paint"),
    "tiles": ("bench.tiles", "vector tiles that nobody has cached"),
    "feed": ("bench.feed", "live feed: 500 viewers, 50 full maps, 450 phones"),
    "duty": ("bench.duty", "the phone: kilobytes, and time until it is usable, with and without network"),
    "passages": ("bench.passages", "passages stored and compared with a list of 1,000,000"),
    "chaos": ("bench.chaos", "random kills under load"),
}


class TimeUp(Exception):
    """The benchmark ran longer than 15 minutes."""


def _time_up(*_: object) -> None:
    raise TimeUp(f"stopped after {LIMIT_S // 60} minutes")


def available() -> list[str]:
    """Names whose script exists."""
    return [name for name, (module, _) in BENCHES.items() if importlib.util.find_spec(module) is not None]


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 all checks kept, 1 some failed, 2 wrong usage or out of time."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("name", nargs="?")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")
    options = parser.parse_args(arguments)
    names = available()
    if options.name is None:
        for name in names:
            print(f"{name:10} {BENCHES[name][1]}")
        return 0
    if options.name not in names:
        print(f"no benchmark {options.name!r}; there are: {', '.join(names)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGALRM, _time_up)
    signal.alarm(LIMIT_S)
    try:
        result: dict[str, Any] = importlib.import_module(BENCHES[options.name][0]).run(options.json)
    except TimeUp as error:
        print(f"{options.name}: {error}", file=sys.stderr)
        return 2
    finally:
        signal.alarm(0)
    _table(result)
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
    return 0 if all(check["ok"] for check in result["checks"].values()) else 1


def _table(result: dict[str, Any]) -> None:
    print(f"\n{result['name']} on {result['machine']}", file=sys.stderr)
    for row in result["rows"]:
        cells = [row["case"], _cell(row["ours"]), row["unit"], row["peer_name"] or "", _cell(row["peer"])]
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.3g}x"
        print("| " + " | ".join([*cells, ratio]) + " |", file=sys.stderr)
    for name, check in result["checks"].items():
        print(
            f"{'ok  ' if check['ok'] else 'FAIL'} {name}: {check['value']} (target {check['target']})", file=sys.stderr
        )
    for skipped in result["skipped"]:
        print(f"skipped {skipped['peer']}: {skipped['why']}", file=sys.stderr)


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


if __name__ == "__main__":
    sys.exit(main())
