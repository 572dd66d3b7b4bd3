"""`manage.py export_network FILE.npz`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import LuzhangError
from roads.selectors import current_network


class Command(BaseCommand):
    help = (
        "Write the network in force, drive profile under the weights of now, as plain arrays: lon, lat by node; "
        "edge_id, tail, head, length_m, travel_s, closed, blocked_from, blocked_to by directed edge; the walkers' "
        "arrays beside them, named foot_…."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.npz")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if file.suffix != ".npz":
            raise CommandError(f"{file.name}: the file's name has to end in .npz")
        if not file.absolute().parent.is_dir():
            raise CommandError(f"there is no folder {file.absolute().parent}")
        try:
            network = current_network()
        except LuzhangError as error:
            raise CommandError(str(error)) from error
        arrays = {**network.export(), **network.export_foot()}
        # Written aside first: a program that waits for the file never reads half of it.
        part = file.with_suffix(".part")
        with part.open("wb") as out:
            np.savez(out, **{"version": np.array(network.version), **arrays})  # type: ignore[arg-type]
        part.replace(file)
        self.stderr.write(f"{arrays['lon'].size} nodes, {arrays['tail'].size} directed edges of {network.version}")
        self.stdout.write(str(file))
