"""What a chief found on a round becomes an incident: once for each entry, with its words, place and pictures."""

from __future__ import annotations

from dataclasses import replace

from core.attachments.shown import attachment_bytes
from incidents.selectors.inspected import INSPECTION_SCOPE
from incidents.services.intake import IncidentReport, incident_receive
from incidents.services.intake_rows import kinds_active
from incidents.services.picturing import incident_picture_add
from roads.selectors import inspection_of
from stations.selectors import system_actor

KINDS = {"hazard": "hazard", "facility": "broken_facility"}
OTHER = "other"
TITLE_WORDS = 60


def incident_of_inspection(inspection_id: int) -> None:
    """Take in what an inspection found; nothing for one that found nothing. Repeating it is harmless.

    It is written in the name of who made the entry, whose right to it was checked then.
    """
    found = inspection_of(inspection_id)
    kind = KINDS.get(found.finding)
    if kind is None:
        return
    actor = replace(system_actor("inspection"), user_id=found.created_by_id, person_id=found.person_id)
    report = IncidentReport(
        kind=kind if kind in kinds_active() else OTHER,
        source="self_found",
        lon=found.geom.x,
        lat=found.geom.y,
        datum="wgs84",
        title=f"{found.get_finding_display()}：{found.text}"[:TITLE_WORDS],
        text=found.text,
        happened_at=found.inspected_at,
        reporter_name="",
        generated=found.generated,
    )
    incident, is_new = incident_receive(
        actor=actor, report=report, client_scope=INSPECTION_SCOPE, client_key=str(found.uid)
    )
    if is_new:
        for picture in found.pictures.all():
            data = attachment_bytes(picture.attachment)
            incident_picture_add(actor=actor, incident_uid=str(incident.uid), data=data)
