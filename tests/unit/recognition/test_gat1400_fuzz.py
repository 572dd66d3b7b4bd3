"""Nothing but the typed refusal ever comes out of reading GA/T 1400."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.gat1400 import control, inventory, pictures, system
from recognition.gat1400.building import answers, response_list_message
from recognition.gat1400.outcomes import MessageRejected, StatusCode
from recognition.gat1400.system import REGISTER, counted, greeting
from recognition.plates.plate import Reading
from tests.unit.recognition.passages import DEVICE, IMAGE, PASSAGE, RECEIVED_AT, list_message, read, record

READERS: list[Callable[[bytes], Any]] = [
    read,
    pictures.images,
    inventory.cameras,
    inventory.tollgates,
    inventory.lanes,
    control.dispositions,
    control.subscriptions,
    system.responses,
    lambda body: control.disposition_notifications(body, received_at=RECEIVED_AT),
    lambda body: control.subscription_notifications(body, received_at=RECEIVED_AT),
    lambda body: counted(body, "Faces"),
    lambda body: greeting(body, REGISTER),
    system.system_time,
]
NAMES = sorted(
    {"PassTime", "BeginTime", "EndTime", "TriggerTime", "StatusCode", "DeviceID", "MotorVehicleID", "SubImageList"}
    | {"Data", "PlateNo", "PlateClass", "PlateColor", "PlateCharReliability", "Speed", "Longitude", "Latitude"}
    | {"ImageInfoObject", "MotorVehicleObject", "MotorVehicleObjectList", "SubImageInfoObject", "IsOnline", "LaneId"}
    | {"DispositionID", "SubscribeID", "NotificationID", "TollgateList", "ReceiveAddr", "LocalTime", "HasPlate"}
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=20)
    | st.sampled_from(
        [PASSAGE, DEVICE, IMAGE, "4" * 33, "20260610083001", "琼C12345", "[]", "{", "http://a", "99999999999999"]
    )
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=6), inner, max_size=6)
    ),
    max_leaves=25,
)
wrapped = st.builds(
    lambda shape, value: {shape.wrappers[0]: {shape.records[0]: value}},
    st.sampled_from(
        [control.DISPOSITION, control.SUBSCRIBE, control.DISPOSITION_NOTIFICATION, control.SUBSCRIBE_NOTIFICATION,
         inventory.APE, inventory.TOLLGATE, inventory.LANE, pictures.IMAGE, system.STATUS]
    ),
    values,
)  # fmt: skip
sent_records = st.lists(
    st.dictionaries(st.sampled_from(NAMES), values, max_size=12).map(lambda more: record() | more), max_size=3
)


@settings(deadline=None, max_examples=80)
@given(st.binary(max_size=60) | (values | wrapped).map(lambda value: json.dumps(value).encode()))
def test_no_bytes_make_a_reader_fail(body: bytes) -> None:
    for reader in READERS:
        try:
            reader(body)
        except MessageRejected as rejected:
            assert rejected.cure and rejected.status is not StatusCode.OK


@settings(deadline=None, max_examples=80)
@given(sent_records)
def test_no_values_make_a_passage_fail(sent: list[dict[str, object]]) -> None:
    batch = read(list_message(*sent))
    assert len(batch) == len(sent)
    for one in batch.read:
        assert one.record.passed_at.tzinfo is UTC and one.record.id and one.record.device_id
        assert (one.record.plate is not None) is (one.record.reading is Reading.PLATE)
        assert str(one.record).encode()
    assert response_list_message(answers(batch, url="/VIID/MotorVehicles", at=RECEIVED_AT))
