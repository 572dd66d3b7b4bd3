"""Calls for help of trackers: an incident for others than the caller, also when nobody knows where the caller is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.errors import NotFound
from incidents.models import Incident
from incidents.services.intake import IncidentReport, incident_receive
from roads.selectors import deployment_bounds
from stations.selectors import organisation_seat
from stations.types import system_actor

LAST_FIX = "last_fix"
NO_POSITION = "no_position"


def sos_receive(
    call: Mapping[str, Any], *, tour_id: int | None, organisation_path: str, client_key: str
) -> tuple[Incident, bool]:
    """Take a call in (`patrols.device_sos`). Returns the incident and whether it is new.

    Without a fix of its own it is placed at the caller's last one (flag `last_fix`), else at the seat of its
    organisation (flag `no_position`), else in the middle of the network.
    """
    lon, lat = call.get("lon"), call.get("lat")
    placed: tuple[str, ...] = ()
    if lon is None or lat is None:
        (lon, lat), placed = seat_of(organisation_path), (NO_POSITION,)
    elif call.get("placed_by") == LAST_FIX:
        placed = (LAST_FIX,)
    caller = str(call.get("call_sign") or call.get("device") or "")
    return incident_receive(
        actor=system_actor("device_sos"),
        report=IncidentReport(
            kind="sos",
            source=Incident.Source.DEVICE_SOS.value,
            lon=float(lon),
            lat=float(lat),
            datum="wgs84",
            title=f"紧急求助 {caller}".strip(),
            text=_text(placed, call),
            happened_at=datetime.fromisoformat(call["at"]),
            caller_tour_id=tour_id,
            place_flags=placed,
        ),
        client_scope="device_sos",
        client_key=client_key,
    )


def seat_of(organisation_path: str) -> tuple[float, float]:
    """Where a case without a place lies: at the seat of its organisation, else in the middle of the network."""
    seat = organisation_seat(organisation_path)
    if seat is not None:
        return seat
    bounds = deployment_bounds()
    if bounds is None:
        raise NotFound(_("没有站点，也没有路网，无法定位求助"), field="lon", cure=_("先导入站点或路网"))
    west, south, east, north = bounds
    return (west + east) / 2, (south + north) / 2


def _text(placed: tuple[str, ...], call: Mapping[str, Any]) -> str:
    if LAST_FIX in placed:
        return _("求助时没有定位；地点是最后一次定位（%(at)s）。") % {"at": call.get("fixed_at") or "?"}
    return _("求助时没有定位，也从未定位；地点是所属机构驻地。") if NO_POSITION in placed else ""
