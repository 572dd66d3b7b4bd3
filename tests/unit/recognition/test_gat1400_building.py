"""What is built is what the standard wants, and reads back as it was, without a quirk."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.gat1400 import building, control, inventory, pictures, system
from recognition.gat1400.control import Disposition, DispositionNotification, Subscription, SubscriptionNotification
from recognition.gat1400.dialect import Dialect
from recognition.gat1400.identifiers import make_image_id, make_object_id, make_order_id
from recognition.gat1400.inventory import Camera, Lane, Tollgate
from recognition.gat1400.moments import write_moment
from recognition.gat1400.outcomes import Batch, Read, StatusCode
from recognition.gat1400.pictures import Picture
from recognition.gat1400.system import KEEPALIVE, REGISTER, UNREGISTER, ResponseStatus, SystemTime
from recognition.gat1400.vehicles import Hint, MotorVehicle, motor_vehicles
from recognition.gat1400.writing import CannotBuild
from recognition.plates.codes import COLOUR_CODES, ColourInterface
from recognition.plates.grammar import PlateColour, PlateKind
from recognition.plates.plate import Plate, Reading, parse
from tests.unit.recognition.texts import well_formed

AT = datetime(2026, 6, 10, 0, 30, 1, tzinfo=UTC)
RECEIVED_AT = AT + timedelta(minutes=1)
DEVICE, TOLLGATE = "46900200001190000001", "46900200001210000001"
IMAGE = make_image_id(DEVICE, AT, 1)
ORDER = make_order_id("469002000000", "01", AT, 7)
PICTURE = Picture(IMAGE, "02", "Jpeg", DEVICE, AT, 120, 40, "", b"\xff\xd8picture")
PLATE = Plate("琼C12345", PlateKind.ORDINARY)
VEHICLE = MotorVehicle(
    id=make_object_id(IMAGE, 1),
    device_id=DEVICE,
    passed_at=AT,
    plate_text="琼C12345",
    reading=Reading.PLATE,
    plate=PLATE,
    kind_code="02",
    source_id=IMAGE,
    vehicle_colour="99",
    pictures=(PICTURE,),
)


@st.composite
def vehicles(draw: st.DrawFn) -> MotorVehicle:
    colour = draw(st.sampled_from(list(COLOUR_CODES[Dialect().colours].values())))
    plate = parse(draw(well_formed), colour)
    assert isinstance(plate, Plate)
    codes = plate.kind_codes
    taken = draw(st.datetimes(datetime(2020, 1, 1), datetime(2026, 6, 1), timezones=st.just(UTC))).replace(
        microsecond=0
    )
    image = make_image_id(DEVICE, taken, draw(st.integers(0, 99_999)))
    percent = st.integers(0, 100).map(lambda value: value / 100)
    return MotorVehicle(
        id=make_object_id(image, draw(st.integers(0, 99_999))),
        device_id=DEVICE,
        passed_at=taken,
        plate_text=plate.text,
        reading=Reading.PLATE,
        plate=plate,
        kind_code=draw(st.sampled_from(codes)) if codes else None,
        colour=colour,
        attached=draw(st.sampled_from([None, Plate("鲁D12A4挂", PlateKind.TRAILER)])),
        reliability=draw(st.none() | percent),
        character_reliabilities=tuple((char, draw(percent)) for char in plate.text),
        tollgate_id=draw(st.sampled_from([None, TOLLGATE])),
        source_id=image,
        lane=draw(st.none() | st.integers(0, 99)),
        direction=draw(st.sampled_from(["", "1", "9"])),
        speed_kmh=draw(st.none() | st.floats(1, 300)),
        vehicle_class="K33",
        vehicle_colour="1",
        box=draw(st.sampled_from([None, (0, 0, 10, 20)])),
        position=draw(st.sampled_from([None, (110.474601, 19.2584)])),
        hints=frozenset(draw(st.sets(st.sampled_from(Hint)))),
        urls=tuple(draw(st.lists(st.just("/pics/1.jpg"), max_size=5))),
        pictures=(replace(PICTURE, shot_at=taken),),
    )


@settings(deadline=None, max_examples=30)
@given(st.lists(vehicles(), max_size=3))
def test_passages_come_back(sent: list[MotorVehicle]) -> None:
    batch = motor_vehicles(building.motor_vehicle_message(sent), received_at=RECEIVED_AT)
    # A kind that the list of codes does not have (emergency) is written 99, which reads back as no code of its own.
    assert [one.record for one in batch.read] == sent and batch.refused == () and batch.quirks == frozenset()
    for one in batch.read:
        assert one.quirks == frozenset() or one.record.kind_code is None


def test_colours_are_written_in_the_dialect() -> None:
    green = replace(VEHICLE, colour=PlateColour.GREEN)
    for interface, code in ((ColourInterface.CHECKPOINT, "5"), (ColourInterface.VIID, "9")):
        body = building.motor_vehicle_message([green], Dialect(colours=interface))
        record = json.loads(body)["MotorVehicleListObject"]["MotorVehicleObject"][0]
        assert record["PlateColor"] == code and record["PassTime"] == "20260610083001"


def test_a_car_without_plate_is_said_to_have_none() -> None:
    bare = replace(VEHICLE, plate=None, plate_text="", reading=Reading.NO_PLATE, kind_code=None)
    (read,) = motor_vehicles(building.motor_vehicle_message([bare]), received_at=RECEIVED_AT).records
    assert (read.reading, read.kind_code) == (Reading.NO_PLATE, "99")


@pytest.mark.parametrize(
    ("build", "read", "record"),
    [
        (building.image_message, pictures.images, PICTURE),
        (
            building.camera_message,
            inventory.cameras,
            Camera(DEVICE, "抓拍机", "EX", "192.0.2.1", 80, (110.4, 19.2), online=True),
        ),
        (
            building.tollgate_message,
            inventory.tollgates,
            Tollgate(TOLLGATE, "一号卡口", (110.4, 19.2), status="1", category="10", lanes=4, active_from=AT),
        ),
        (building.lane_message, inventory.lanes, Lane(TOLLGATE, "1", 1, "1车道", "3", 60, DEVICE)),
        (
            building.disposition_message,
            control.dispositions,
            Disposition(ORDER, "逃逸", "1", "琼C12345", AT, AT + timedelta(days=1), plate=PLATE,
                        tollgate_ids=(TOLLGATE,), applicant="甲", applicant_unit="演示大队", reason="逃逸",
                        created_at=AT),
        ),
        (
            building.disposition_notification_message,
            lambda body: control.disposition_notifications(body, received_at=RECEIVED_AT),
            DispositionNotification(ORDER, ORDER, "告警", AT, VEHICLE.id, replace(VEHICLE, colour=PlateColour.OTHER,
                                    plate=replace(PLATE, colour=PlateColour.OTHER))),
        ),
        (
            building.subscription_message,
            control.subscriptions,
            Subscription(ORDER, "订阅", ("13",), (TOLLGATE,), AT, AT + timedelta(days=1), "http://example.org/VIID",
                         interval_s=3, applicant="甲", applicant_unit="演示大队", reason="演示"),
        ),
        (building.response_list_message, system.responses, ResponseStatus("/VIID/APEs", 0, "OK", DEVICE, AT)),
    ],
)  # fmt: skip
def test_records_of_every_message_come_back(build: Any, read: Any, record: object) -> None:
    batch = read(build([record]))
    assert batch.records == (record,) and batch.refused == ()
    assert batch.quirks == frozenset() and batch.read[0].quirks == frozenset()


def test_what_a_subscription_brings_comes_back() -> None:
    colourless = motor_vehicles(building.motor_vehicle_message([VEHICLE]), received_at=RECEIVED_AT)
    sent = SubscriptionNotification(ORDER, ORDER, "过车", AT, (VEHICLE.id,), colourless)
    batch = control.subscription_notifications(
        building.subscription_notification_message([sent]), received_at=RECEIVED_AT
    )
    assert batch.records == (sent,)


def test_system_messages_come_back() -> None:
    for name in (REGISTER, KEEPALIVE, UNREGISTER):
        assert system.greeting(building.greeting_message(name, DEVICE), name).device_id == DEVICE
    time = SystemTime(DEVICE, AT)
    assert system.system_time(building.system_time_message(time)) == time
    status = ResponseStatus("/VIID/System/Register", 0, "OK", DEVICE, AT)
    assert system.responses(building.response_message(status)).records == (status,)


def test_every_record_is_answered_in_its_place() -> None:
    body = json.loads(building.motor_vehicle_message([VEHICLE, VEHICLE]))
    body["MotorVehicleListObject"]["MotorVehicleObject"].insert(1, {"MotorVehicleID": "123"})
    batch = motor_vehicles(json.dumps(body).encode(), received_at=RECEIVED_AT)
    assert batch.repeated == {2}
    busy = {2: (StatusCode.DEVICE_BUSY, "try again")}
    statuses = building.answers(batch, url="/VIID/MotorVehicles", at=AT, failed=busy)
    assert [(one.code, one.id) for one in statuses] == [(0, VEHICLE.id), (8, "123"), (2, VEHICLE.id)]
    assert "MotorVehicleID" in statuses[1].text and statuses[0].text == "OK"
    assert system.responses(building.response_list_message(statuses)).records == tuple(statuses)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"id": "4" * 48}, "MotorVehicleID"),
        ({"device_id": "17"}, "DeviceID"),
        ({"tollgate_id": "x" * 20}, "TollgateID"),
        ({"passed_at": datetime(2026, 6, 10)}, "PassTime"),
        ({"position": (200.0, 19.0)}, "Longitude"),
        ({"pictures": (replace(PICTURE, kind=""),)}, "Type"),
        ({"pictures": (replace(PICTURE, shot_at=None),)}, "ShotTime"),
    ],
)
def test_nothing_wanting_is_built(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(CannotBuild) as refused:
        building.motor_vehicle_message([replace(VEHICLE, **changed)])
    assert refused.value.field == field


def test_other_messages_are_as_strict() -> None:
    with pytest.raises(CannotBuild):
        building.greeting_message("HelloObject", DEVICE)
    with pytest.raises(CannotBuild):
        building.camera_message([Camera(DEVICE)])
    with pytest.raises(CannotBuild):
        building.disposition_message([Disposition("4" * 33, "t", "1", "x", AT, AT)])
    for changed in (AT.replace(tzinfo=None), AT):
        with pytest.raises(ValueError, match="identifier"):
            make_image_id("17" if changed.tzinfo else DEVICE, changed, 1)
    with pytest.raises(ValueError, match="identifier"):
        make_order_id("469002", "01", AT, 7)
    with pytest.raises(ValueError, match="zone"):
        write_moment(AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="identifier"):
        make_object_id(IMAGE, 100_000)
    assert Read(0, "", "x").quirks == frozenset() and len(Batch((), ())) == 0
