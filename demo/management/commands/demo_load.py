"""`manage.py demo_load [--osm FILE | --place NAME]`: roads, an invented organisation, units on tour. Safe to repeat."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.errors import NotFound
from demo.county.organisation import organisation_lay
from demo.county.plan_types import AxisLine, District, OrganisationPlan
from demo.loading.touring import accounts_write, simulation_file, units_write
from demo.loading.writing import Written, organisations_write, people_write, places_write, roads_write
from demo.sources import county
from patrols.selectors import system_tours_on_duty
from roads.selectors import axes_by_weight, current_build, current_network, network_forget
from stations.selectors import organisation_root
from stations.services import organisation_create
from stations.types import system_actor

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
        parser.add_argument("--nodes", type=int, default=8000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--units", type=int, default=0, help="units (120 for the county, 240 over a real network)")

    def handle(self, *args: Any, **options: Any) -> None:
        if current_build() is not None and any(tour.generated for tour in system_tours_on_duty(at=clock.now())):
            self.stderr.write("the demonstration is already loaded")
            return
        try:
            root = organisation_root()
        except NotFound:
            root = organisation_create(
                actor=system_actor("demo_load"), kind="city", code="990000", name="示例市", generated=True
            )
        words: list[str] = ["--demo", "--nodes", str(options["nodes"]), "--seed", str(options["seed"])]
        if options["osm"] is not None:
            words = ["--osm", str(options["osm"])]
        elif options["place"]:
            words = ["--place", options["place"]]
        call_command("import_roads", *words, stdout=self.stderr, stderr=self.stderr)
        network_forget()
        plan, axes = self._plan(options)
        written = Written()
        organisations_write(plan, root, written)
        people_write(plan, written, self.stderr.write)
        places_write(plan, written, self.stderr.write)
        roads_write(plan, axes, written, self.stderr.write)
        played = units_write(plan, written, self.stderr.write)
        passwords = accounts_write(written)
        self._keep("accounts.json", passwords)
        self._keep("units.json", [unit.as_json() for unit in played])
        self.stderr.write(f"{len(played)} units on tour; {simulation_file()}")

    def _plan(self, options: dict[str, Any]) -> tuple[OrganisationPlan, list[Any]]:
        """The plan, and the axes in its order. It is laid over the axes as they were stored."""
        axes = axes_by_weight(at_least_m=300, limit=AXES)
        lines = [self._line(axis) for axis in axes]
        graph = current_network().graph
        build = current_build()
        if build is None or build.bounds is None:
            raise CommandError("no network is in force after the import")
        county_made = None
        if options["osm"] is None and not options["place"]:
            county_made = county(options["nodes"], options["seed"])
        plan = organisation_lay(
            axes=lines,
            lon=np.asarray(graph.state_lon),
            lat=np.asarray(graph.state_lat),
            bounds=build.bounds.extent,
            units=options["units"] or (COUNTY_UNITS if county_made else NETWORK_UNITS),
            seed=options["seed"],
            districts=[District(town.name, town.lon, town.lat, town.district) for town in county_made.towns]
            if county_made
            else (),
            name=county_made.name if county_made else "示例市",
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
