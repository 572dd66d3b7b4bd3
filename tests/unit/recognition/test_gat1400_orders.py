"""Orders, alarms, subscriptions and inventory of GA/T 1400: what is forgiven and what is refused."""

from __future__ import annotations

import json

from recognition.gat1400 import control, inventory
from recognition.gat1400.identifiers import device_id, image_id, object_id, order_id
from recognition.gat1400.quirks import Quirk
from tests.unit.recognition.passages import DEVICE, IMAGE, PASSED_AT, RECEIVED_AT, record


def test_orders_need_their_time_and_address() -> None:
    order = {"SubscribeID": "4" * 33, "BeginTime": "20260610080000", "EndTime": "20260610070000"}
    for changed, field in (
        ({}, "EndTime"),
        ({"EndTime": "20260611080000"}, "ReceiveAddr"),
        ({"EndTime": "20260611080000", "ReceiveAddr": "file:///etc/passwd"}, "ReceiveAddr"),
        ({"BeginTime": ""}, "BeginTime"),
    ):
        body = {"SubscribeListObject": {"SubscribeObject": order | changed}}
        assert [one.field for one in control.subscriptions(json.dumps(body).encode()).refused] == [field]
    body = {"SubscribeListObject": {"SubscribeObject": order | {"EndTime": "20260611080000", "OperateType": "1"}}}
    assert control.subscriptions(json.dumps(body).encode()).records[0].cancels


def test_a_notification_whose_vehicles_are_nonsense_is_still_one() -> None:
    body = {
        "NotificationID": "4" * 33, "SubscribeID": "4" * 33, "TriggerTime": "20260610083001",
        "MotorVehicleObjectList": {"Other": 1},
    }  # fmt: skip
    batch = control.subscription_notifications(json.dumps([body]).encode(), received_at=RECEIVED_AT)
    assert len(batch.records[0].vehicles) == 0 and Quirk.VALUE_UNREADABLE in batch.read[0].quirks


def test_an_order_may_list_its_checkpoints_and_misname_its_kind() -> None:
    order = {
        "DispositionID": "4" * 33, "BeginTime": "20260610080000", "EndTime": "20260611080000",
        "TargetFeature": "琼C12345", "TollgateList": [DEVICE, 7, True, None],
        "OperateType": "5", "DispositionCategory": 1,
    }  # fmt: skip
    batch = control.dispositions(json.dumps({"DispositionListObject": [order, order | {"TargetFeature": ""}]}).encode())
    assert batch.records[0].tollgate_ids == (DEVICE, "7") and batch.records[0].plate is not None
    assert batch.read[0].quirks >= {Quirk.LIST_FOR_TEXT, Quirk.CODE_UNKNOWN}
    assert [(one.code, one.field) for one in batch.refused] == [("missing_field", "TargetFeature")]


def test_a_camera_whose_state_nobody_knows() -> None:
    camera = {"ApeID": DEVICE, "IsOnline": "7"}
    batch = inventory.cameras(json.dumps({"APEListObject": {"APEObject": [camera]}}).encode())
    assert batch.records[0].online is None and batch.read[0].quirks == {Quirk.CODE_UNKNOWN}


def test_an_alarm_keeps_its_car_whatever_the_clock_says() -> None:
    body = {
        "NotificationID": "4" * 33, "DispositionID": "4" * 33, "TriggerTime": "20260610083001",
        "MotorVehicleObject": record(PassTime="20990610083001"),
    }  # fmt: skip
    batch = control.disposition_notifications(json.dumps([body]).encode(), received_at=RECEIVED_AT)
    vehicle = batch.records[0].vehicle
    assert vehicle is not None and vehicle.plate_text == "琼C12345" and vehicle.passed_at.year == 2099


def test_order_identifiers_in_both_orders_of_parts() -> None:
    standard, other = (
        order_id("469002000000" + "03" + "20260610083001" + "00001"),
        order_id("469002000000" + "20260610083001" + "03" + "00001"),
    )
    assert standard is not None and other is not None
    assert (standard.kind, standard.made_at) == (other.kind, other.made_at) == ("03", PASSED_AT)
    for text in ("4" * 33, "4" * 32, "x" * 33):
        assert order_id(text) is None
    assert device_id("4" * 19) is None and image_id(IMAGE[:-1]) is None and object_id("9" * 48) is None
