"""`python -m bench.plates_worker ENGINE PROFILE SECONDS FOLDER…`: one engine over sets of pictures.

Prints one JSON object: for each set its rows, and the memory of the process. A process of its own, since engines want
different packages and since memory is to be that of one engine.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import cv2

from bench.plates_sets import PASSAGES, Labelled, labelled
from recognition.reading.engine import EngineNotReady, PlateReader
from recognition.reading.profiles import SETTINGS
from recognition.reading.registry import make_reader
from recognition.reading.types import PlateRead, Profile, Reading
from recognition.reading.vote import vote

MODELS = Path("var/models")


def main(engine: str, profile: str, seconds: float, folders: list[str]) -> dict[str, Any]:
    """Rows by set. `error` where the engine cannot work here."""
    cv2.setNumThreads(1)
    try:
        reader = make_reader(MODELS, Profile(profile), engine)
    except (EngineNotReady, ImportError) as problem:
        return {"error": str(problem)}
    sets: dict[str, Any] = {}
    until = time.monotonic() + seconds
    for number, folder in enumerate(Path(name) for name in folders):
        pictures = labelled(folder)
        # Up to twice an equal part of what is left: small sets leave time to large ones, none is left out.
        allowed = 2.0 * (until - time.monotonic()) / (len(folders) - number + 1)
        if folder.name == PASSAGES:
            sets[folder.name] = _passages(reader, pictures, Profile(profile))
        else:
            sets[folder.name] = _rows(reader, pictures, allowed)
    return {"version": str(reader.stamp), "sets": sets, "peak_mib": peak_mib()}


def peak_mib() -> float:
    """The most memory that this program held. `getrusage` would count what its parent held before this one began."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024.0 for line in lines if line.startswith("VmHWM:"))


def _rows(reader: PlateReader, pictures: list[Labelled], seconds: float) -> list[dict[str, Any]]:
    """One row a picture; spread evenly over the set until the time is up. Reading alone is timed, not decoding."""
    rows = []
    tagged = {one.plate for one in pictures}
    until = time.monotonic() + seconds
    # Every fifth one first: a set that is cut short is still a sample of all of it, odd and even rows alike.
    order = [number for start in range(5) for number in range(start, len(pictures), 5)]
    for number in order:
        if time.monotonic() > until:
            break
        one = pictures[number]
        picture = cv2.imread(str(one.file))
        if picture is None:
            continue
        spent = time.process_time()
        reading = reader.read(picture)
        cpu_ms = (time.process_time() - spent) * 1000.0
        rows.append(_row(number, one, reading, cpu_ms, tagged))
    return rows


def _row(number: int, one: Labelled, reading: Reading, cpu_ms: float, tagged: set[str]) -> dict[str, Any]:
    """`there`: the first read is a plate that stands somewhere in the set. Photographs of a street show several cars
    and only one of them is named; reading the other one is no exact hit, but nothing made up either.
    """
    first = reading.reads[0] if reading.reads else None
    guess = first or max(
        (unread.guess for unread in reading.unread if unread.guess), key=lambda each: each.weight, default=None
    )
    return {
        "row": number,
        "plate": one.plate,
        "group": one.group,
        "first": first.text if first else "",
        "auto": bool(first and first.auto),
        "reads": [read.text for read in reading.reads],
        "there": bool(first and first.text in tagged),
        "guess": _figures(guess, tagged),
        "cpu_ms": cpu_ms,
        "ms": reading.ms,
    }


def _figures(guess: PlateRead | None, tagged: set[str]) -> dict[str, Any] | None:
    """What calibration needs, also of reads that were not sure enough."""
    if guess is None:
        return None
    second = max((other.weight for other in guess.alternatives), default=0.0)
    return {"right": guess.text in tagged, "weight": guess.weight, "second": second, "detection": guess.detection}


def _passages(reader: PlateReader, pictures: list[Labelled], profile: Profile) -> list[dict[str, Any]]:
    """One row a car: how many single frames are read right, and what the vote says."""
    cars: dict[str, list[Labelled]] = {}
    for one in pictures:
        cars.setdefault(one.group, []).append(one)
    rows = []
    for car in cars.values():
        readings = [reader.read(cv2.imread(str(one.file))) for one in car]
        voted = vote(readings, SETTINGS[profile].calibration)
        single = [bool(reading.reads) and reading.reads[0].text == car[0].plate for reading in readings]
        rows.append(
            {
                "plate": car[0].plate,
                "single": single,
                "vote": voted.text if voted else "",
                "score": voted.score if voted else 0.0,
                "auto": bool(voted and voted.auto),
            }
        )
    return rows


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:]), ensure_ascii=False))
