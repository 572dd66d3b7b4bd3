"""What reading GA/T 1400 tolerates, what it refuses, and that nothing else ever comes out of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.gat1400 import pictures
from recognition.gat1400.dialect import Dialect
from recognition.gat1400.moments import CHINA, read_moment, write_moment
from recognition.gat1400.outcomes import MessageRejected, StatusCode
from recognition.gat1400.quirks import Quirk
from recognition.gat1400.system import COUNTED, REGISTER, counted, greeting
from recognition.plates.codes import ColourInterface
from recognition.plates.grammar import PlateColour
from recognition.plates.plate import Doubt, Reading
from tests.unit.recognition.passages import DEVICE, IMAGE, PASSED_AT, list_message, read, read_one, record

TEXT = json.dumps(json.loads(list_message(record())), ensure_ascii=False)
RECORD = json.dumps(record(), ensure_ascii=False)


@pytest.mark.parametrize(
    ("body", "quirks"),
    [
        (TEXT.encode(), set()),
        (b"\xef\xbb\xbf" + TEXT.encode(), {Quirk.BYTE_ORDER_MARK}),
        (TEXT.encode("gbk"), {Quirk.GB_ENCODING}),
        (TEXT.encode("utf-16"), {Quirk.UTF16_ENCODING}),
        (TEXT.encode() + b"\0\0", {Quirk.TRAILING_NUL}),
        (TEXT.replace("MotorVehicleListObject", "MotorVehicleObjectList").encode(), {Quirk.OTHER_NAME}),
        (TEXT.replace("MotorVehicleListObject", "motorVehicleListObject").encode(), {Quirk.WRONG_CASE}),
        (f'{{"MotorVehicleListObject": [{RECORD}]}}'.encode(), {Quirk.WRAPPER_HOLDS_LIST}),
        (f"[{RECORD}]".encode(), {Quirk.BARE_LIST}),
        (RECORD.encode(), {Quirk.WRAPPER_MISSING, Quirk.BARE_RECORD}),
        (f'{{"MotorVehicleObject": {RECORD}}}'.encode(), {Quirk.WRAPPER_MISSING, Quirk.SINGLE_OBJECT}),
        (
            json.dumps({"MotorVehicleListObject": f'{{"MotorVehicleObject": [{RECORD}]}}'}).encode(),
            {Quirk.NESTED_AS_TEXT},
        ),
    ],
)
def test_envelopes_and_encodings(body: bytes, quirks: set[Quirk]) -> None:
    batch = read(body)
    assert [one.plate_text for one in batch.records] == ["琼C12345"]
    assert batch.quirks == quirks and batch.read[0].quirks == frozenset()


@pytest.mark.parametrize(
    ("body", "code", "status"),
    [
        (b"", "bad_json", StatusCode.INVALID_JSON_FORMAT),
        (TEXT.encode()[:-3], "bad_json", StatusCode.INVALID_JSON_FORMAT),
        (b"[" * 100_000, "bad_json", StatusCode.INVALID_JSON_FORMAT),
        (b'{"MotorVehicleListObject": ' + b"9" * 5_000 + b"}", "bad_json", StatusCode.INVALID_JSON_FORMAT),
        (b"\xff\xfe\x00", "bad_encoding", StatusCode.INVALID_JSON_FORMAT),
        (b"\x80\xff\xff", "bad_encoding", StatusCode.INVALID_JSON_FORMAT),
        (b"1", "wrong_message", StatusCode.INVALID_JSON_CONTENT),
        (b"{}", "wrong_message", StatusCode.INVALID_JSON_CONTENT),
        (b'{"FaceListObject": {}}', "wrong_message", StatusCode.INVALID_JSON_CONTENT),
        (b'{"MotorVehicleListObject": "[broken"}', "wrong_message", StatusCode.INVALID_JSON_CONTENT),
        (b'{"MotorVehicleListObject": 7}', "wrong_message", StatusCode.INVALID_JSON_CONTENT),
        (b'{"MotorVehicleListObject": {"MotorVehicleObject": 7}}', "wrong_message", StatusCode.INVALID_JSON_CONTENT),
        (list_message(*[1] * 2_001), "too_many_records", StatusCode.INVALID_JSON_CONTENT),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_messages_that_cannot_be_read(body: bytes, code: str, status: StatusCode) -> None:
    with pytest.raises(MessageRejected) as rejected:
        read(body)
    assert (rejected.value.code, rejected.value.status) == (code, status) and rejected.value.cure


@pytest.mark.parametrize(
    "inside", ["{}", "[]", "null", '""', '{"MotorVehicleObject": null}', '{"MotorVehicleObject": []}']
)
def test_an_empty_list_is_no_mistake(inside: str) -> None:
    assert len(read(f'{{"MotorVehicleListObject": {inside}}}'.encode())) == 0


def test_two_bad_of_fifty_leave_forty_eight() -> None:
    records: list[object] = [record(MotorVehicleID=IMAGE + "02" + f"{number:05d}") for number in range(48)]
    records[10:10] = ["nonsense"]
    records[30:30] = [record(DeviceID=...)]
    batch = read(list_message(*records))
    assert len(batch.read) == 48 and len(batch) == 50
    assert [(one.index, one.code, one.field) for one in batch.refused] == [
        (10, "not_an_object", "MotorVehicleObject"),
        (30, "missing_field", "DeviceID"),
    ]
    assert [one.index for one in batch.in_order()] == list(range(50))


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"MotorVehicleID": ...}, "missing_field", "MotorVehicleID"),
        ({"MotorVehicleID": ""}, "missing_field", "MotorVehicleID"),
        ({"MotorVehicleID": "4690"}, "bad_id", "MotorVehicleID"),
        ({"MotorVehicleID": "车" * 48}, "bad_id", "MotorVehicleID"),
        ({"MotorVehicleID": "4" * 65}, "bad_id", "MotorVehicleID"),
        ({"MotorVehicleID": {"a": 1}}, "missing_field", "MotorVehicleID"),
        ({"DeviceID": None}, "missing_field", "DeviceID"),
        ({"PassTime": "20270610083001"}, "future_time", "PassTime"),
        ({"PassTime": "19700101080000"}, "ancient_time", "PassTime"),
        ({"MotorVehicleID": "v" * 48, "PassTime": "soon", "SubImageList": ...}, "bad_time", "PassTime"),
    ],
)
def test_records_that_are_refused(fields: dict[str, object], code: str, field: str) -> None:
    batch = read(list_message(record(**fields), record()))
    assert len(batch.read) == 1
    (refused,) = batch.refused
    assert (refused.code, refused.field, refused.status) == (code, field, StatusCode.INVALID_JSON_CONTENT)
    assert refused.cure and (refused.record is not None) is (code in ("future_time", "ancient_time"))


@pytest.mark.parametrize(
    ("sent", "quirks"),
    [
        ("20260610083001", set()),
        (20260610083001, set()),
        ("20260610083001000", {Quirk.TIME_WITH_MILLISECONDS}),
        ("2026-06-10 08:30:01", {Quirk.TIME_WITH_SEPARATORS}),
        ("2026/6/10 8:30:01", {Quirk.TIME_WITH_SEPARATORS}),
        ("2026年6月10日 8时30分1秒", {Quirk.TIME_WITH_SEPARATORS}),
        ("2026-06-10T08:30:01.000", {Quirk.TIME_WITH_SEPARATORS, Quirk.TIME_WITH_MILLISECONDS}),
        ("2026-06-10T00:30:01Z", {Quirk.TIME_WITH_SEPARATORS, Quirk.TIME_WITH_ZONE}),
        ("2026-06-10 02:30:01+0200", {Quirk.TIME_WITH_SEPARATORS, Quirk.TIME_WITH_ZONE}),
        ("1781051401", {Quirk.TIME_AS_EPOCH}),
        (1781051401000, {Quirk.TIME_AS_EPOCH}),
    ],
)
def test_times_of_every_form_are_the_same_moment(sent: object, quirks: set[Quirk]) -> None:
    vehicle, noted = read_one(PassTime=sent)
    assert vehicle.passed_at == PASSED_AT and noted == quirks


@pytest.mark.parametrize(
    ("sent", "quirks"),
    [
        ("202606100830", {Quirk.TIME_WITHOUT_SECONDS}),
        ("2026-06-10 08:30", {Quirk.TIME_WITH_SEPARATORS, Quirk.TIME_WITHOUT_SECONDS}),
    ],
)
def test_a_time_may_lack_its_seconds(sent: str, quirks: set[Quirk]) -> None:
    vehicle, noted = read_one(PassTime=sent)
    assert vehicle.passed_at == PASSED_AT.replace(second=0) and noted == quirks


@pytest.mark.parametrize(
    ("fields", "quirks"),
    [
        ({"PassTime": "", "AppearTime": "20260610083001"}, {Quirk.PASSED_AT_FROM_OTHER_FIELD}),
        ({"PassTime": "00000000000000"}, {Quirk.TIME_UNREADABLE, Quirk.PASSED_AT_FROM_OTHER_FIELD}),
        ({"PassTime": ..., "SubImageList": ...}, {Quirk.PASSED_AT_FROM_ID, Quirk.NO_PICTURES}),
    ],
)
def test_a_passage_without_its_time_has_others(fields: dict[str, object], quirks: set[Quirk]) -> None:
    vehicle, noted = read_one(**fields)
    assert vehicle.passed_at == PASSED_AT and noted == quirks


@pytest.mark.parametrize(
    ("fields", "attribute", "value", "quirks"),
    [
        ({"Speed": "61.5"}, "speed_kmh", 61.5, {Quirk.NUMBER_AS_TEXT}),
        ({"Speed": "1e999"}, "speed_kmh", None, {Quirk.NUMBER_AS_TEXT, Quirk.VALUE_UNREADABLE}),
        ({"Speed": 900}, "speed_kmh", None, {Quirk.VALUE_OUT_OF_RANGE}),
        ({"LaneNo": "x"}, "lane", None, {Quirk.NUMBER_AS_TEXT, Quirk.VALUE_UNREADABLE}),
        ({"Longitude": "110.47", "Latitude": "19.25"}, "position", (110.47, 19.25), {Quirk.NUMBER_AS_TEXT}),
        ({"Longitude": 0, "Latitude": 0}, "position", None, {Quirk.POSITION_ZERO}),
        ({"Longitude": 19.25, "Latitude": 110.47}, "position", None, {Quirk.POSITION_IMPLAUSIBLE}),
        ({"PlateReliability": "0.93"}, "reliability", 0.93, {Quirk.SHARE_FOR_PERCENT}),
        ({"PlateReliability": 93}, "reliability", 0.93, set()),
        ({"PlateReliability": "high"}, "reliability", None, {Quirk.VALUE_UNREADABLE}),
        ({"Speed": "6_1"}, "speed_kmh", None, {Quirk.NUMBER_AS_TEXT, Quirk.VALUE_UNREADABLE}),
        ({"PlateReliability": "930"}, "reliability", None, {Quirk.VALUE_OUT_OF_RANGE}),
        ({"PlateCharReliability": "琼-90,C"}, "character_reliabilities", (), {Quirk.VALUE_UNREADABLE}),
        ({"TollgateID": 46900200001210000001}, "tollgate_id", "46900200001210000001", {Quirk.TEXT_AS_NUMBER}),
        ({"TollgateID": "卡口一"}, "tollgate_id", None, {Quirk.VALUE_UNREADABLE}),
        ({"TollgateID": "17"}, "tollgate_id", "17", {Quirk.ID_LENGTH}),
        ({"MotorVehicleID": "a" * 48}, "id", "a" * 48, {Quirk.ID_UNSTRUCTURED}),
        ({"plateno": "琼C54321", "PlateNo": ...}, "plate_text", "琼C54321", {Quirk.WRONG_CASE}),
        ({"PlateClass": 2}, "kind_code", "02", set()),
        ({"PlateClass": "77"}, "kind_code", None, {Quirk.CODE_UNKNOWN}),
        ({"PlateClass": "02", "PlateNo": "琼CD12345"}, "kind_code", "52", {Quirk.PLATE_CLASS_CONFLICT}),
        ({"PlateColor": "8"}, "colour", None, {Quirk.CODE_UNKNOWN}),
        ({"HasPlate": "2", "PlateNo": ""}, "reading", Reading.NO_PLATE, {Quirk.FLAG_AS_TEXT, Quirk.FLAG_TWO_IS_NO}),
        ({"HasPlate": 0}, "reading", Reading.PLATE, {Quirk.FLAG_AS_NUMBER, Quirk.PLATE_DESPITE_FLAG}),
        ({"Direction": 3}, "direction", "3", set()),
        ({"VehicleBrand": "x" * 50}, "vehicle_brand", "x" * 40, {Quirk.TEXT_CUT}),
        ({"VehicleBrand": "\ud800大\0众"}, "vehicle_brand", "?大众", set()),
        ({"StorageUrl1": "/" + "x" * 1_999}, "urls", ("/" + "x" * 1_999,), set()),
        ({"LeftTopX": 9, "LeftTopY": 9, "RightBtmX": 1, "RightBtmY": 1}, "box", None, set()),
    ],
)  # fmt: skip
def test_values_are_read_as_meant(fields: dict[str, object], attribute: str, value: object, quirks: set[Quirk]) -> None:
    vehicle, noted = read_one(**fields)
    assert getattr(vehicle, attribute) == value and noted == quirks


def test_the_same_colour_code_is_another_colour_in_another_dialect() -> None:
    checkpoint, _ = read_one(PlateColor="5")
    assert checkpoint.colour is PlateColour.GREEN
    assert checkpoint.plate is not None and checkpoint.plate.doubts == (Doubt.COLOUR,)
    viid, _ = read_one(Dialect(colours=ColourInterface.VIID), PlateColor="5")
    assert viid.colour is PlateColour.BLUE and viid.plate is not None and viid.plate.doubts == ()


def test_a_dialect_has_its_zone_and_its_patience() -> None:
    vehicle, _ = read_one(Dialect(zone=UTC), PassTime="20260610003001")
    assert vehicle.passed_at == PASSED_AT
    strict = read(list_message(record(PassTime="20260610085001")), Dialect(future_tolerance=timedelta(minutes=5)))
    assert [one.code for one in strict.refused] == ["future_time"]


@pytest.mark.parametrize(
    ("listed", "data", "quirks"),
    [
        ({"SubImageInfoObject": {"Data": "aGk="}}, [b"hi"], {Quirk.SINGLE_OBJECT}),
        ([{"Data": "aGk="}], [b"hi"], {Quirk.WRAPPER_HOLDS_LIST}),
        ({"subImageInfoObject": [{"Data": "aGk="}]}, [b"hi"], {Quirk.WRONG_CASE}),
        ('{"SubImageInfoObject": [{"Data": "aGk="}]}', [b"hi"], {Quirk.NESTED_AS_TEXT}),
        ({"SubImageInfoObject": [{"Data": "data:image/jpeg;base64,aGk="}]}, [b"hi"], {Quirk.PICTURE_AS_DATA_URL}),
        ({"SubImageInfoObject": [{"Data": "a"}]}, [None], {Quirk.PICTURE_UNREADABLE}),
        ({"SubImageInfoObject": [7, {"Data": "aG\nk="}]}, [b"hi"], {Quirk.VALUE_UNREADABLE}),
        ("nonsense", [], {Quirk.VALUE_UNREADABLE, Quirk.NO_PICTURES}),
    ],
)
def test_pictures_of_a_passage(listed: object, data: list[bytes | None], quirks: set[Quirk]) -> None:
    vehicle, noted = read_one(SubImageList=listed)
    assert [picture.data for picture in vehicle.pictures] == data and noted == quirks


def test_pictures_of_their_own() -> None:
    described = {"ImageID": IMAGE, "DeviceID": DEVICE, "ShotTime": "20260610083001", "FileFormat": "Jpeg"}
    for image in (
        {"ImageInfoObject": described, "Data": "aGk="},
        {"ImageInfo": described, "Data": "aGk="},
        described | {"Data": "aGk="},
    ):
        batch = pictures.images(json.dumps({"ImageListObject": {"Image": [image, {"Data": "aGk="}]}}).encode())
        assert [(one.id, one.data, one.shot_at) for one in batch.records] == [(IMAGE, b"hi", PASSED_AT)]
        assert [(one.code, one.field) for one in batch.refused] == [("missing_field", "ImageID")]


@pytest.mark.parametrize("kind", COUNTED)
def test_faces_and_people_are_counted_and_dropped(kind: str) -> None:
    shape = COUNTED[kind]
    body = {shape.wrappers[0]: {shape.records[0]: [{shape.id_field: IMAGE, "Name": "某人"}, {}, 5]}}
    batch = counted(json.dumps(body).encode(), kind)
    assert batch.records == (IMAGE, "") and len(batch.refused) == 1


def test_a_video_slice_is_answered_by_the_identifier_inside_it() -> None:
    slices = [{"VideoSliceInfoObject": {"VideoID": IMAGE}, "PersonList": {}}]
    body = {"VideoSliceListObject": {"VideoSlice": slices}}
    assert counted(json.dumps(body).encode(), "VideoSlices").records == (IMAGE,)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"RegisterObject": {}}', "missing_field"),
        (b'{"RegisterObject": {"DeviceID": "\xe5\x8d\xa1"}}', "bad_id"),
        (b'{"RegisterObject": 5}', "wrong_message"),
        (b"[]", "wrong_message"),
        (b"{", "bad_json"),
    ],
)
def test_greetings_that_name_nobody(body: bytes, code: str) -> None:
    with pytest.raises(MessageRejected) as rejected:
        greeting(body, REGISTER)
    assert rejected.value.code == code


def test_a_greeting_is_forgiven_its_form() -> None:
    assert greeting(b'{"registerobject": {"deviceId": "17"}}', REGISTER).quirks == {Quirk.WRONG_CASE, Quirk.ID_LENGTH}
    assert greeting(f'{{"DeviceID": "{DEVICE}"}}'.encode(), REGISTER).quirks == {Quirk.WRAPPER_MISSING}


@settings(deadline=None)
@given(st.datetimes(datetime(2000, 1, 2), datetime(2099, 1, 1)), st.integers(-12, 14))
def test_moments_come_back(local: datetime, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    moment = local.replace(microsecond=0, tzinfo=zone).astimezone(UTC)
    read = read_moment(write_moment(moment, zone), zone)
    assert read == (moment, frozenset())
    assert read_moment(write_moment(moment)) == (moment, frozenset()) and moment.astimezone(CHINA) == moment
