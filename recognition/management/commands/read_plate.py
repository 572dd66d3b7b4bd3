"""Read the plates of pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.attachments.picture import picture_opened
from core.errors import InvalidInput, LuzhangError
from core.messages import gettext_noop as _
from recognition.reading.answers import read_as_data
from recognition.reading.engine import EngineNotReady, PlateReader
from recognition.reading.registry import ENGINES, make_reader
from recognition.reading.types import Profile, Reading
from recognition.reading.weights import WeightsMissing
from recognition.services.readers import models_folder


class Command(BaseCommand):
    """`read_plate FILE… [--json] [--engine NAME] [--profile evidence|stream]`: one line a file."""

    help = "Read the number plates of pictures. Nothing is stored. Exit status 1 if a file could not be read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        parser.add_argument("--engine", choices=sorted(ENGINES), help="the best that can work here")
        parser.add_argument("--profile", choices=[one.value for one in Profile], default=Profile.EVIDENCE.value)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reader = make_reader(models_folder(), Profile(options["profile"]), options["engine"])
        except (EngineNotReady, WeightsMissing) as problem:
            raise CommandError(str(problem)) from problem
        broken = 0
        for file in options["files"]:
            try:
                reading = _read(reader, file)
            except LuzhangError as problem:
                broken += 1
                self._tell(file, str(reader.stamp), None, problem, options["json"])
            else:
                self._tell(file, str(reader.stamp), reading, None, options["json"])
        if broken:
            raise CommandError(f"{broken} of {len(options['files'])} files are no pictures that can be read")

    def _tell(
        self, file: Path, engine: str, reading: Reading | None, problem: LuzhangError | None, as_json: bool
    ) -> None:
        reads = [] if reading is None else [read_as_data(one) for one in reading.reads]
        if as_json:
            line: dict[str, Any] = {"file": str(file), "reads": reads}
            line |= {"ms": 0.0 if reading is None else round(reading.ms, 1), "engine": engine}
            if problem is not None:
                line["error"] = {"code": problem.code, "message": problem.message, "cure": problem.cure}
            self.stdout.write(json.dumps(line, ensure_ascii=False))
            return
        if problem is not None:
            self.stderr.write(f"{file}: {problem}")
            return
        said = "  ".join(f"{one['text']} {one['score']:.2f}{'' if one['auto'] else ' ?'}" for one in reads)
        notes = "" if reading is None or not reading.notes else f" ({'; '.join(reading.notes)})"
        self.stdout.write(f"{file}: {said or '-'}{notes}")


def _read(reader: PlateReader, file: Path) -> Reading:
    """Raises LuzhangError for what is no picture, or a bomb."""
    try:
        data = file.read_bytes()
    except OSError as problem:
        raise InvalidInput(
            _("文件无法读取"), code="file_unreadable", field="file", value=str(file), cure=problem.strerror or ""
        ) from problem
    image = picture_opened(data, zone=timezone.get_current_timezone()).image
    return reader.read(cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2BGR))
