"""The shared GA/T 1400 messages: every record is read, refused or noted as expected."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recognition.gat1400 import control, digest, inventory, system
from recognition.gat1400.building import response_list_message
from recognition.gat1400.identifiers import device_id, image_id, object_id, order_id
from recognition.gat1400.quirks import Quirk
from recognition.gat1400.system import KEEPALIVE, REGISTER, UNREGISTER
from recognition.gat1400.vehicles import Hint, motor_vehicles
from recognition.plates.grammar import PlateColour
from recognition.plates.plate import Reading

RECEIVED_AT = datetime(2026, 6, 10, 0, 40, tzinfo=UTC)
SYSTEM = "46900200005020000001"
# Words of the expectations -> quirks that must be noted; those not here are no quirk of the record.
NOTED = {
    "numbers and flags as strings": {Quirk.NUMBER_AS_TEXT, Quirk.FLAG_AS_TEXT},
    "no SubImageList at all": {Quirk.NO_PICTURES},
    "SubImageInfoObject is an empty list": {Quirk.NO_PICTURES},
    "vehicle without a plate": {Quirk.PLATE_PLACEHOLDER},
    'placeholder "-"': {Quirk.PLATE_PLACEHOLDER},
    "placeholder 未识别": {Quirk.PLATE_PLACEHOLDER},
    "empty plate although HasPlate is true": {Quirk.PLATE_ABSENT},
    "lower case": {Quirk.PLATE_REWRITTEN},
    "middle dot": {Quirk.PLATE_REWRITTEN},
    "time with separators": {Quirk.TIME_WITH_SEPARATORS},
    "PassTime missing, AppearTime present": {Quirk.PASSED_AT_FROM_OTHER_FIELD},
    "speed zero means not measured": {Quirk.SPEED_NOT_MEASURED},
    "negative speed: not measured": {Quirk.SPEED_NOT_MEASURED},
    "unknown extra fields are ignored": {Quirk.UNKNOWN_FIELDS},
    "camera suspects a cloned plate (套牌): a hint only": {Quirk.FLAG_AS_TEXT},
    "plate covered": {Quirk.FLAG_AS_NUMBER},
}


@pytest.fixture
def folder(shared_data: Path) -> Path:
    return shared_data / "gat1400"


def _body(folder: Path, name: str) -> bytes:
    return (folder / f"{name}.json").read_bytes()


def test_fifty_passages_are_as_expected(folder: Path) -> None:
    expected = json.loads(_body(folder, "11_motorvehicles_fifty.expected"))
    batch = motor_vehicles(_body(folder, "11_motorvehicles_fifty"), received_at=RECEIVED_AT)
    assert len(batch) == expected["records"] and batch.quirks == frozenset()
    assert [one.index for one in batch.refused] == expected["rejected"]
    assert sorted(batch.repeated) == expected["duplicates"]
    assert len({one.id for one in batch.read}) == expected["accepted"]
    assert [one.id for one in batch.in_order()] == [row["id"] for row in expected["per_record"]]
    for one in batch.read:
        row = expected["per_record"][one.index]
        assert (one.record.plate.text if one.record.plate else None, str(one.record.reading)) == (
            row["plate"],
            row["reading"],
        ), row
        assert one.quirks == NOTED.get(row["quirk"], set()), row


def test_what_fifty_passages_hold(folder: Path) -> None:
    batch = motor_vehicles(_body(folder, "11_motorvehicles_fifty"), received_at=RECEIVED_AT)
    by_index = {one.index: one.record for one in batch.read}
    assert by_index[3].speed_kmh == 61.5 and by_index[28].speed_kmh is None and by_index[29].speed_kmh is None
    assert by_index[25].passed_at == datetime(2026, 6, 10, 0, 31, 25, tzinfo=UTC)
    assert by_index[26].passed_at == datetime(2026, 6, 10, 0, 31, 26, tzinfo=UTC)
    assert by_index[19].kind_code == "52" and by_index[19].colour is PlateColour.GREEN
    assert by_index[20].kind_code == "23" and by_index[20].colour is PlateColour.WHITE
    assert by_index[37].reliability == 0.41
    assert by_index[41].hints == {Hint.DECKED} and by_index[43].hints == {Hint.COVERED}
    assert by_index[15].plate_text == "AB12CDE" and by_index[15].kind_code == "99"
    assert by_index[35].tollgate_id == "46900200001210000099"
    (future,) = batch.refused
    assert (future.code, future.field) == ("future_time", "PassTime")
    # What was seen is still there: it may be compared by the time of receipt.
    assert future.record is not None and future.record.plate_text == "琼C11221"


def test_one_passage_with_its_picture(folder: Path) -> None:
    batch = motor_vehicles(_body(folder, "10_motorvehicles_one"), received_at=RECEIVED_AT)
    (vehicle,) = batch.records
    assert batch.read[0].quirks == frozenset()
    assert vehicle.box == (812, 604, 1290, 1010) and vehicle.lane == 1 and vehicle.reading is Reading.PLATE
    assert vehicle.character_reliabilities[0] == ("琼", 0.90) and vehicle.reliability == 0.93
    (picture,) = vehicle.pictures
    assert picture.data is not None and picture.data[:2] == b"\xff\xd8" and len(picture.data) == 632
    assert (picture.kind, picture.width_px, picture.height_px) == ("02", 120, 40)


def test_other_envelopes(folder: Path) -> None:
    bare = motor_vehicles(_body(folder, "12_motorvehicles_bare_list"), received_at=RECEIVED_AT)
    assert len(bare.read) == 1 and bare.quirks == {Quirk.WRAPPER_MISSING}
    single = motor_vehicles(_body(folder, "13_motorvehicles_single_object"), received_at=RECEIVED_AT)
    assert len(single.read) == 1 and single.quirks == {Quirk.SINGLE_OBJECT}
    bad = motor_vehicles(_body(folder, "14_motorvehicles_bad_ids"), received_at=RECEIVED_AT)
    assert bad.read == ()
    assert [(one.code, one.field) for one in bad.refused] == [
        ("bad_id", "MotorVehicleID"),
        ("missing_field", "DeviceID"),
    ]


@pytest.mark.parametrize(
    ("name", "greeting"), [("01_register", REGISTER), ("03_keepalive", KEEPALIVE), ("04_unregister", UNREGISTER)]
)
def test_greetings(folder: Path, name: str, greeting: str) -> None:
    assert system.greeting(_body(folder, name), greeting) == system.Greeting(SYSTEM, frozenset())


def test_time(folder: Path) -> None:
    read = system.system_time(_body(folder, "05_system_time"))
    assert read == system.SystemTime("46900200005030000001", datetime(2026, 6, 10, 0, 30, tzinfo=UTC))


def test_digest_of_the_corpus(folder: Path) -> None:
    message = json.loads(_body(folder, "02_register_digest"))
    credentials = message["credentials"]
    for name, right in (("authorised_request", True), ("wrong_request", False)):
        answer = digest.read_answer(message[name]["Authorization"])
        secret = digest.ha1(credentials["user"], answer.realm, credentials["secret"])
        assert (digest.expected_response(answer, secret_ha1=secret, method="POST") == answer.response) is right


def test_inventory(folder: Path) -> None:
    cameras = inventory.cameras(_body(folder, "22_apes")).records
    assert [camera.online for camera in cameras] == [True, True, False]
    assert cameras[0].position == (110.4746, 19.2584) and cameras[0].ip == "192.0.2.10"
    tollgates = inventory.tollgates(_body(folder, "20_tollgates"))
    assert [one.quirks for one in tollgates.read] == [frozenset(), {Quirk.NUMBER_AS_TEXT}]
    assert tollgates.records[1].position == (110.5603, 19.1502) and tollgates.records[1].lanes == 2
    lanes = inventory.lanes(_body(folder, "21_lanes")).records
    assert [(lane.tollgate_id[-1], lane.number, lane.limit_kmh) for lane in lanes] == [
        ("1", 1, 60), ("1", 2, 60), ("1", 3, 60), ("1", 4, 60), ("2", 1, 60), ("2", 2, 60),
    ]  # fmt: skip


def test_orders_and_what_they_bring(folder: Path) -> None:
    orders = control.dispositions(_body(folder, "30_dispositions")).records
    assert [(order.plate.text if order.plate else "", order.withdraws) for order in orders] == [
        ("琼C12345", False), ("琼CD12345", False), ("琼C12345", True),
    ]  # fmt: skip
    assert orders[0].id == orders[2].id and len(orders[0].tollgate_ids) == 2
    assert orders[2].withdrawn_at == datetime(2026, 6, 12, tzinfo=UTC)
    alarms = control.disposition_notifications(
        _body(folder, "31_disposition_notification"), received_at=RECEIVED_AT
    ).records
    assert alarms[0].disposition_id == orders[0].id
    assert alarms[0].vehicle is not None and alarms[0].vehicle.plate_text == "琼C12345"
    (subscription,) = control.subscriptions(_body(folder, "32_subscribe")).records
    assert subscription.details == (control.MOTOR_VEHICLE_DETAIL,) and subscription.interval_s == 3
    (brought,) = control.subscription_notifications(
        _body(folder, "33_subscribe_notification"), received_at=RECEIVED_AT
    ).records
    assert brought.subscription_id == subscription.id and len(brought.vehicles.read) == 1


def test_answers(folder: Path) -> None:
    (one,) = system.responses(_body(folder, "40_response_one")).records
    assert one.ok and one.id == SYSTEM
    two = system.responses(_body(folder, "41_response_list"))
    assert [(status.code, status.ok) for status in two.records] == [(0, True), (1, False)]
    assert system.responses(response_list_message(two.records)).records == two.records
    text = system.responses(_body(folder, "42_response_string_code"))
    assert text.records[0].ok and text.read[0].quirks == {Quirk.NUMBER_AS_TEXT}


def test_identifiers_of_the_corpus_have_parts(folder: Path) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("[1-3]*.json"))
    passages = set(re.findall(r'"MotorVehicleID": "(\d{48})"', text))
    pictures = set(re.findall(r'"(?:ImageID|SourceID)": "(\d{41})"', text))
    orders = set(re.findall(r'"(?:DispositionID|SubscribeID)": "(\d{33})"', text))
    assert len(passages) > 50 and len(pictures) > 50 and len(orders) == 3
    for name in passages:
        passage = object_id(name)
        assert passage is not None and passage.kind == "02" and passage.image.device.area == "46900200"
        assert passage.image.taken_at.year == 2026
    assert all(image_id(name) for name in pictures) and all(order_id(name) for name in orders)
    camera = device_id("46900200001190000001")
    assert camera is not None and (camera.kind, camera.number) == ("119", "000001")
