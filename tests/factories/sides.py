"""Everything that the API knows of, once for each of two organisations: for tests of what one sees of the other."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from incidents import services as incident_services
from patrols.services import shift_create, task_create
from roads.services import closure_create
from stations.services import camera_create, checkpoint_create, place_point
from stations.types import Role
from tests.factories.incidents import World, urgent
from tests.factories.patrols import a_device
from tests.factories.roads import lonlat
from tests.factories.stations import SYSTEM, a_person, a_station

EAST_M = 2000.0


@dataclass
class Side:
    """What one organisation has. `words` are what may be seen of it by nobody else."""

    organisation: Any
    incident: Any
    assignment: Any
    picture: Any
    crew: Any
    station: Any
    checkpoint: Any
    camera: Any
    device: Any
    task: Any
    shift: Any
    segment: Any
    appointment: Any
    closure: Any
    people: list[Any] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """Ids and names, each of them this side's alone."""
        rows = (
            self.incident, self.assignment, self.picture.attachment, self.crew.tour, self.crew.tour.unit, self.station,
            self.checkpoint, self.camera, self.device, self.task, *self.people,
        )  # fmt: skip
        named = (self.station, self.checkpoint, self.camera, self.shift, *self.people)
        return [
            *(str(row.uid) for row in rows),
            *(row.name for row in named),
            self.incident.number,
            self.incident.text,
            self.task.title,
            self.crew.call_sign,
            self.device.identifier,
            self.checkpoint.code,
            self.camera.code,
        ]

    @property
    def layer_ids(self) -> dict[str, Any]:
        """The uid of this side's feature in each layer that is not for everybody."""
        return {
            "incidents": self.incident.uid,
            "units": self.crew.tour.unit.uid,
            "checkpoints": self.checkpoint.uid,
            "stations": self.station.uid,
        }


def a_photo() -> bytes:
    """A small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(out, "JPEG")
    return out.getvalue()


def a_side(world: World, organisation: Any, segment: Any, name: str, north_m: float) -> Side:
    """Everything that the API knows of, named after the side."""
    crew = world.crew(EAST_M, north_m - 100.0, organisation=organisation)
    incident = world.report(north_m=north_m, text=f"{name}的经过")
    urgent()
    incident.refresh_from_db()
    assignment = incident.assignments.get()
    assert assignment.tour_id == crew.tour.pk and incident.organisation_path == organisation.path
    picture = incident_services.incident_picture_add(actor=world.desk, incident_uid=str(incident.uid), data=a_photo())
    lon, lat = lonlat(EAST_M, north_m)
    point = place_point(lon, lat, "wgs84")
    placed = {"actor": SYSTEM, "organisation": organisation, "point": point}
    times: dict[str, Any] = {"starts_at": "08:00", "ends_at": "20:00"}
    return Side(
        organisation=organisation,
        incident=incident,
        assignment=assignment,
        picture=picture,
        crew=crew,
        station=a_station(organisation, lon, lat, name=f"{name}内部站", is_public=False),
        checkpoint=checkpoint_create(code=f"CP-{name}", name=f"{name}卡口", **placed),
        camera=camera_create(code=f"CAM-{name}", name=f"{name}摄像机", **placed),
        device=a_device(organisation)[0],
        task=task_create(actor=SYSTEM, tour=crew.tour, title=f"{name}任务"),
        shift=shift_create(actor=SYSTEM, organisation=organisation, name=f"{name}班次", **times),
        segment=segment,
        appointment=world.roads.assignments[segment.pk, 4],
        closure=closure_create(
            actor=SYSTEM,
            organisation=organisation,
            kind="works",
            reason="施工",
            axis=segment.axis,
            from_m=segment.from_m + 100.0,
            to_m=segment.from_m + 200.0,
        ),
        people=[crew.person, a_person(organisation, Role.OFFICER, name=f"{name}同事")],
    )
