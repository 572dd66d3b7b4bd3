"""Pictures with known plates: the shared photographs where they are, and generated ones from a seed."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import cv2

from demo.plates import scenes
from demo.plates.texts import STYLES, Style

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data" / "plates"
REAL = ("photos", "frames", "crops")
GENERATED, CUT_OUT, EMPTY, PASSAGES = "generated", "generated-crops", "empty", "passages"
LABELS = "labels.csv"
OF_EACH_STYLE, MIXED, CUT_OUTS, EMPTIES, CARS, FRAMES = 12, 60, 330, 200, 24, 5
SEED = 20261121


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture's file, the plate on it (empty: none), and its style or, in a passage, its car."""

    file: Path
    plate: str
    group: str


def labelled(folder: Path) -> list[Labelled]:
    """The pictures of a folder in the order of its labels."""
    with (folder / LABELS).open(encoding="utf-8", newline="") as lines:
        return [Labelled(folder / row["file"], row["plate"], row.get("group") or "") for row in csv.DictReader(lines)]


def generate(into: Path) -> None:
    """Draw all generated sets below a folder; the same pictures with the same fonts."""
    chance = Random(SEED)
    styles: list[Style | None] = [style for style in STYLES for _ in range(OF_EACH_STYLE)]
    _write(into / GENERATED, (scenes.scene(chance, style) for style in [*styles, *[None] * MIXED]))
    _write(into / CUT_OUT, (scenes.cut_out(chance) for _ in range(CUT_OUTS)))
    _write(into / EMPTY, (scenes.empty_scene(chance) for _ in range(EMPTIES)))
    frames = (one for _ in range(CARS) for one in scenes.passage(chance, frames=FRAMES))
    _write(into / PASSAGES, frames, frames=FRAMES)


def _write(folder: Path, shown: Iterable[scenes.Scene], *, frames: int = 0) -> None:
    """One picture after the other; its group is its style, or with `frames` the number of its car."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LABELS).open("w", encoding="utf-8", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(("file", "plate", "group"))
        for number, one in enumerate(shown):
            cv2.imwrite(str(folder / f"{number:04d}.jpg"), one.picture, [cv2.IMWRITE_JPEG_QUALITY, 95])
            style = one.style.name if one.style else ""
            rows.writerow((f"{number:04d}.jpg", one.text, str(number // frames) if frames else style))
