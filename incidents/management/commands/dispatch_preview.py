"""Who would be sent to a point, without sending anybody."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import LuzhangError
from core.geo.datum import Datum, place_check
from incidents.services import point_preview
from roads.selectors import deployment_bounds


def moment(text: str) -> datetime:
    """ISO 8601 with offset; without one UTC is meant."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--at {text!r} is no ISO 8601 time: for example 2026-11-21T08:00:00+08:00") from error
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


class Command(BaseCommand):
    """`dispatch_preview LON LAT [--k 5] [--at TIME] [--datum wgs84] --json`."""

    help = "Whose road is it, and which units would be there first? Nothing is written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("lon", type=float)
        parser.add_argument("lat", type=float)
        parser.add_argument("--k", type=int, default=5, help="how many candidates (5)")
        parser.add_argument("--at", type=moment, help="for chiefs and the ages of positions (now)")
        parser.add_argument("--datum", choices=[datum.value for datum in Datum], default=Datum.WGS84.value)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["k"] < 1:
            raise CommandError("--k must be at least 1")
        try:
            lon, lat = place_check(options["lon"], options["lat"], options["datum"], bounds=deployment_bounds())
            preview = point_preview(lon=lon, lat=lat, k=options["k"], at=options["at"])
        except LuzhangError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(preview, ensure_ascii=False, default=str))
            return
        self.stdout.write(f"{preview['axis']} {preview['chainage']} {preview['segment'] or ''}".strip())
        for chief in preview["chiefs"]:
            self.stdout.write(f"  {chief['level_name']} {chief['name']} {chief['duty_phone']}")
        for one in preview["candidates"]:
            said = "；".join(reason["text"] for reason in one["reasons"])
            self.stdout.write(f"{one['travel_s']:8.1f} s  {one['unit']}  {said}")
        if preview["shortfall"]:
            self.stdout.write(f"shortfall: {preview['shortfall']}")
