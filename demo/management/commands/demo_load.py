"""`manage.py demo_load [--osm FILE | --place NAME]`: roads, an invented organisation, units on tour.

Repeated with the same words it changes nothing. With other words, or after a loading that was interrupted, it ends with
exit code ANEW: the database has to be made anew first, which `./run demo` does by itself.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import LuzhangError, NotFound
from demo.county.organisation import organisation_lay
from demo.county.plan_types import AxisLine, District, OrganisationPlan
from demo.loading.mark import Source, begun, mark_read, mark_write, source_of, strangers
from demo.loading.story import story_write
from demo.loading.touring import accounts_write, simulation_file, units_write
from demo.loading.writing import Written, organisations_write, people_write, places_write, roads_write
from demo.sources import county
from roads.selectors import axes_by_weight, current_build, current_network, network_forget
from roads.services import facilities_locate, gazetteer_replace
from stations.selectors import organisation_root
from stations.services import organisation_create
from stations.types import system_actor

ANEW = 3
COUNTY_NODES = 8000
SEED = 1
COUNTY_UNITS = 120
NETWORK_UNITS = 240
# The organisation is laid over the weightiest roads; a city's thousand lanes need no chief each.
AXES = 600


class Command(BaseCommand):
    help = "Load the demonstration: the generated county, or an invented organisation over real roads."

    def add_arguments(self, parser: CommandParser) -> None:
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--osm", type=Path)
        where.add_argument("--place")
        parser.add_argument("--nodes", type=int, default=0, help=f"junctions of the county ({COUNTY_NODES})")
        parser.add_argument("--seed", type=int, default=0, help=f"of everything that is drawn by chance ({SEED})")
        parser.add_argument("--units", type=int, default=0, help="units (120 for the county, 240 over a real network)")
        parser.add_argument("--fresh", action="store_true", help="never go on with what is loaded")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            wanted = source_of(**{name: options[name] for name in ("osm", "place", "nodes", "seed", "units")})
            if self._is_loaded(wanted, fresh=options["fresh"]):
                return
            self._load(self._whole(wanted), options)
        except LuzhangError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error

    def _is_loaded(self, wanted: Source, *, fresh: bool) -> bool:
        """Whether what is wanted is here. Raises CommandError with ANEW when something else is in the way."""
        loaded = mark_read()
        if loaded is not None and loaded.meets(wanted) and not fresh:
            self.stderr.write(f"already loaded: {loaded.text()}")
            if not wanted.kind:
                self.stderr.write("(name another network by --osm or --place, or add --fresh, to have it loaded anew)")
            return True
        if own := strangers():
            raise CommandError(
                f"this database holds organisations of your own ({', '.join(own)}): the demonstration wants a database"
                " for itself. Name another folder for it by LUZHANG_VAR."
            )
        if not begun():
            return False
        here = f"{loaded.text()} is loaded here" if loaded else "loading was interrupted here before its end"
        raise CommandError(f"{here}: the database has to be made anew (./run demo does it).", returncode=ANEW)

    @staticmethod
    def _whole(wanted: Source) -> Source:
        """What was left open, decided."""
        kind = wanted.kind or "county"
        county_made = kind == "county"
        return replace(
            wanted,
            kind=kind,
            nodes=(wanted.nodes or COUNTY_NODES) if county_made else 0,
            seed=wanted.seed or SEED,
            units=wanted.units or (COUNTY_UNITS if county_made else NETWORK_UNITS),
        )

    def _load(self, source: Source, options: dict[str, Any]) -> None:
        try:
            root = organisation_root()
        except NotFound:
            root = organisation_create(
                actor=system_actor("demo_load"), kind="city", code="990000", name="示例市", generated=True
            )
        words: list[str] = ["--demo", "--nodes", str(source.nodes), "--seed", str(source.seed)]
        if source.kind == "osm":
            words = ["--osm", str(options["osm"])]
        elif source.kind == "place":
            words = ["--place", source.name]
        call_command("import_roads", *words, stdout=self.stderr, stderr=self.stderr)
        network_forget()
        plan, axes = self._plan(source)
        written = Written()
        organisations_write(plan, root, written)
        people_write(plan, written, self.stderr.write)
        places_write(plan, written, self.stderr.write)
        facilities_locate(actor=system_actor("demo_load"), progress=self.stderr.write)
        roads_write(plan, axes, written, self.stderr.write)
        if source.kind == "county":
            places = [(row.name, row.kind, row.lon, row.lat) for row in county(source.nodes, source.seed).places]
            gazetteer_replace(actor=system_actor("demo_load"), organisation=root, rows=places, generated=True)
        played = units_write(plan, written, self.stderr.write)
        passwords = accounts_write(written)
        story_write(plan, written, source.seed, self.stderr.write)
        self._keep("accounts.json", passwords)
        self._keep("units.json", [unit.as_json() for unit in played])
        mark_write(source, root.path or "")
        self.stderr.write(f"{len(played)} units on tour; {simulation_file()}")

    def _plan(self, source: Source) -> tuple[OrganisationPlan, list[Any]]:
        """The plan, and the axes in its order. It is laid over the axes as they were stored."""
        axes = axes_by_weight(at_least_m=300, limit=AXES)
        lines = [self._line(axis) for axis in axes]
        graph = current_network().graph
        build = current_build()
        if build is None or build.bounds is None:
            raise CommandError("no network is in force after the import")
        county_made = None
        if source.kind == "county":
            county_made = county(source.nodes, source.seed)
        plan = organisation_lay(
            axes=lines,
            lon=np.asarray(graph.state_lon),
            lat=np.asarray(graph.state_lat),
            bounds=build.bounds.extent,
            units=source.units,
            seed=source.seed,
            districts=[District(town.name, town.lon, town.lat, town.district) for town in county_made.towns]
            if county_made
            else (),
            name=county_made.name if county_made else "示例市",
            villages=[(each.name, each.lon, each.lat) for each in county_made.villages] if county_made else (),
        )
        return plan, axes

    @staticmethod
    def _line(axis: Any) -> AxisLine:
        points = np.asarray(axis.geom.coords)
        return AxisLine(axis.code, axis.name, axis.road_class, axis.length_m, points[:, 0], points[:, 1])

    def _keep(self, name: str, content: Any) -> None:
        folder = Path(settings.LUZHANG_VAR) / "demo"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        path.chmod(0o600)
