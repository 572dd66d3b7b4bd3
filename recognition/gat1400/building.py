"""Messages to devices and to other systems, as the standard wants them; CannotBuild where a record lacks something."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from recognition.gat1400.control import Disposition, DispositionNotification, Subscription, SubscriptionNotification
from recognition.gat1400.dialect import STANDARD, Dialect
from recognition.gat1400.identifiers import (
    DEVICE_LENGTH,
    IMAGE_LENGTH,
    OBJECT_LENGTH,
    ORDER_LENGTH,
    object_id,
    order_id,
)
from recognition.gat1400.inventory import Camera, Lane, Tollgate
from recognition.gat1400.outcomes import Batch, Refused, StatusCode
from recognition.gat1400.pictures import Picture
from recognition.gat1400.system import KEEPALIVE, REGISTER, UNREGISTER, ResponseStatus, SystemTime
from recognition.gat1400.vehicles import Hint, MotorVehicle
from recognition.gat1400.writing import CannotBuild, Writer
from recognition.plates.codes import UNREAD_OR_FOREIGN, colour_code
from recognition.plates.grammar import PlateColour
from recognition.plates.plate import Reading

T = TypeVar("T")
CONTENT_TYPE = "application/VIID+JSON"
AUTOMATIC = 1
OTHER_COLOUR = "99"
OK_TEXT = "OK"
_ONLINE = {True: "1", False: "2", None: "9"}
_NO_FAILURES: Mapping[int, tuple[StatusCode, str]] = MappingProxyType({})


def answers(
    batch: Batch[Any], *, url: str, at: datetime, failed: Mapping[int, tuple[StatusCode, str]] = _NO_FAILURES
) -> list[ResponseStatus]:
    """One status for each record of a message, in its order. `failed`: records that were read and then not taken, by
    index, with code and reason. A duplicate is a success: the device shall not send it again.
    """
    found = []
    for one in batch.in_order():
        code, text = StatusCode.OK, OK_TEXT
        if isinstance(one, Refused):
            code, text = one.status, f"{one.message}; {one.cure}"
        elif one.index in failed:
            code, text = failed[one.index]
        found.append(ResponseStatus(url, int(code), text, one.id, at))
    return found


def greeting_message(name: str, device_id: str) -> bytes:
    """`{"RegisterObject": {"DeviceID": …}}` and its like (`REGISTER`, `KEEPALIVE`, `UNREGISTER`)."""
    if name not in (REGISTER, KEEPALIVE, UNREGISTER):
        raise CannotBuild("name", name, "no such greeting")
    writer = Writer(STANDARD.zone)
    writer.digits("DeviceID", device_id, DEVICE_LENGTH)
    return _text({name: writer.fields})


def system_time_message(time: SystemTime, dialect: Dialect = STANDARD) -> bytes:
    """The answer to a query for the time."""
    writer = Writer(dialect.zone)
    writer.digits("VIIDServerID", time.server_id, DEVICE_LENGTH)
    writer.need("TimeMode", time.mode)
    writer.moment("LocalTime", time.at)
    writer.put("TimeZone", time.zone_name)
    return _text({"SystemTimeObject": writer.fields})


def response_message(status: ResponseStatus, dialect: Dialect = STANDARD) -> bytes:
    """The answer to a message that is no list."""
    return _text({"ResponseStatusObject": _response(status, dialect)})


def response_list_message(statuses: Iterable[ResponseStatus], dialect: Dialect = STANDARD) -> bytes:
    """The answer to a list message: one status a record."""
    return _list("ResponseStatusListObject", "ResponseStatusObject", statuses, _response, dialect)


def motor_vehicle_message(vehicles: Iterable[MotorVehicle], dialect: Dialect = STANDARD) -> bytes:
    """The body of `POST /VIID/MotorVehicles`."""
    return _list("MotorVehicleListObject", "MotorVehicleObject", vehicles, _motor_vehicle, dialect)


def image_message(pictures: Iterable[Picture], dialect: Dialect = STANDARD) -> bytes:
    """The body of `POST /VIID/Images`."""
    return _list("ImageListObject", "Image", pictures, _image, dialect)


def camera_message(cameras: Iterable[Camera], dialect: Dialect = STANDARD) -> bytes:
    """The body of `POST /VIID/APEs`; without sign-in names and passwords."""
    return _list("APEListObject", "APEObject", cameras, _camera, dialect)


def tollgate_message(tollgates: Iterable[Tollgate], dialect: Dialect = STANDARD) -> bytes:
    """The body of `POST /VIID/Tollgates`."""
    return _list("TollgateListObject", "TollgateObject", tollgates, _tollgate, dialect)


def lane_message(lanes: Iterable[Lane], dialect: Dialect = STANDARD) -> bytes:
    """The body of `POST /VIID/Lanes`."""
    return _list("LaneListObject", "LaneObject", lanes, _lane, dialect)


def disposition_message(orders: Iterable[Disposition], dialect: Dialect = STANDARD) -> bytes:
    """The body of `POST /VIID/Dispositions`."""
    return _list("DispositionListObject", "DispositionObject", orders, _disposition, dialect)


def disposition_notification_message(
    notifications: Iterable[DispositionNotification], dialect: Dialect = STANDARD
) -> bytes:
    """The body of `POST /VIID/DispositionNotifications`."""
    wrapper, name = "DispositionNotificationListObject", "DispositionNotificationObject"
    return _list(wrapper, name, notifications, _disposition_notification, dialect)


def subscription_message(subscriptions: Iterable[Subscription], dialect: Dialect = STANDARD) -> bytes:
    """The body of `POST /VIID/Subscribes`."""
    return _list("SubscribeListObject", "SubscribeObject", subscriptions, _subscription, dialect)


def subscription_notification_message(
    notifications: Iterable[SubscriptionNotification], dialect: Dialect = STANDARD
) -> bytes:
    """The body of `POST /VIID/SubscribeNotifications`."""
    wrapper, name = "SubscribeNotificationListObject", "SubscribeNotificationObject"
    return _list(wrapper, name, notifications, _subscription_notification, dialect)


def _list(
    wrapper: str, name: str, records: Iterable[T], build: Callable[[T, Dialect], Mapping[str, object]], dialect: Dialect
) -> bytes:
    return _text({wrapper: {name: [build(record, dialect) for record in records]}})


def _text(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _response(status: ResponseStatus, dialect: Dialect) -> Mapping[str, object]:
    writer = Writer(dialect.zone)
    writer.need("RequestURL", status.url)
    writer.fields["StatusCode"] = status.code
    writer.need("StatusString", status.text)
    writer.fields["Id"] = status.id
    writer.moment("LocalTime", status.at)
    return writer.fields


def _motor_vehicle(vehicle: MotorVehicle, dialect: Dialect) -> Mapping[str, object]:
    writer = Writer(dialect.zone)
    if object_id(vehicle.id, dialect.zone) is None:
        raise CannotBuild("MotorVehicleID", vehicle.id, f"{OBJECT_LENGTH} digits with a time are needed")
    writer.need("MotorVehicleID", vehicle.id)
    writer.put("InfoKind", AUTOMATIC)
    writer.digits("SourceID", vehicle.source_id or vehicle.id[:IMAGE_LENGTH], IMAGE_LENGTH)
    writer.optional_digits("TollgateID", vehicle.tollgate_id, DEVICE_LENGTH)
    writer.digits("DeviceID", vehicle.device_id, DEVICE_LENGTH)
    for number, url in enumerate(vehicle.urls[:5], 1):
        writer.put(f"StorageUrl{number}", url)
    for name, side in zip(("LeftTopX", "LeftTopY", "RightBtmX", "RightBtmY"), vehicle.box or (), strict=False):
        writer.fields[name] = side
    writer.put("LaneNo", vehicle.lane)
    _plate(vehicle, writer, dialect)
    for name, hint in (("IsDecked", Hint.DECKED), ("IsAltered", Hint.ALTERED), ("IsCovered", Hint.COVERED)):
        writer.put(name, True if hint in vehicle.hints else None)
    writer.put("IsSuspicious", True if Hint.SUSPICIOUS in vehicle.hints else None)
    writer.put("Speed", vehicle.speed_kmh)
    writer.put("Direction", vehicle.direction)
    writer.put("VehicleClass", vehicle.vehicle_class)
    writer.put("VehicleBrand", vehicle.vehicle_brand)
    writer.put("VehicleColor", vehicle.vehicle_colour or OTHER_COLOUR)
    writer.moment("PassTime", vehicle.passed_at)
    writer.position(vehicle.position)
    if vehicle.pictures:
        inner = [_sub_image(picture, dialect) for picture in vehicle.pictures]
        writer.fields["SubImageList"] = {"SubImageInfoObject": inner}
    return writer.fields


def _plate(vehicle: MotorVehicle, writer: Writer, dialect: Dialect) -> None:
    writer.fields["HasPlate"] = vehicle.reading is not Reading.NO_PLATE
    writer.need("PlateClass", vehicle.kind_code or UNREAD_OR_FOREIGN)
    writer.need("PlateColor", colour_code(vehicle.colour or PlateColour.OTHER, dialect.colours))
    writer.fields["PlateNo"] = vehicle.plate.text if vehicle.plate else vehicle.plate_text
    writer.put("PlateNoAttach", vehicle.attached.text if vehicle.attached else None)
    if vehicle.reliability is not None:
        writer.put("PlateReliability", str(round(vehicle.reliability * 100)))
    writer.put(
        "PlateCharReliability",
        ",".join(f"{char}-{round(share * 100)}" for char, share in vehicle.character_reliabilities),
    )


def _sub_image(picture: Picture, dialect: Dialect) -> dict[str, object]:
    writer = Writer(dialect.zone)
    writer.digits("ImageID", picture.id, IMAGE_LENGTH)
    writer.optional_digits("DeviceID", picture.device_id, DEVICE_LENGTH)
    writer.put("StoragePath", picture.path)
    writer.need("Type", picture.kind)
    writer.need("FileFormat", picture.format)
    writer.moment("ShotTime", picture.shot_at)
    writer.put("Width", picture.width_px)
    writer.put("Height", picture.height_px)
    writer.put("Data", None if picture.data is None else b64encode(picture.data).decode())
    return writer.fields


def _image(picture: Picture, dialect: Dialect) -> Mapping[str, object]:
    described = _sub_image(picture, dialect)
    data = described.pop("Data", None)
    return {"ImageInfoObject": described} | ({} if data is None else {"Data": data})


def _camera(camera: Camera, dialect: Dialect) -> Mapping[str, object]:
    writer = Writer(dialect.zone)
    writer.digits("ApeID", camera.id, DEVICE_LENGTH)
    writer.need("Name", camera.name)
    writer.put("Model", camera.model)
    writer.put("IPAddr", camera.ip)
    writer.put("Port", camera.port)
    writer.position(camera.position)
    writer.put("PlaceCode", camera.place_code)
    writer.put("Place", camera.place)
    writer.put("OrgCode", camera.organisation_code)
    writer.put("MonitorDirection", camera.direction)
    writer.put("IsOnline", _ONLINE[camera.online])
    writer.optional_digits("OwnerApsID", camera.owner_id, DEVICE_LENGTH)
    return writer.fields


def _tollgate(tollgate: Tollgate, dialect: Dialect) -> Mapping[str, object]:
    writer = Writer(dialect.zone)
    writer.digits("TollgateID", tollgate.id, DEVICE_LENGTH)
    writer.need("Name", tollgate.name)
    writer.position(tollgate.position)
    writer.put("PlaceCode", tollgate.place_code)
    writer.put("Place", tollgate.place)
    writer.need("Status", tollgate.status)
    writer.need("TollgateCat", tollgate.category)
    writer.put("TollgateUsage", tollgate.usage)
    writer.put("LaneNum", tollgate.lanes)
    writer.put("OrgCode", tollgate.organisation_code)
    writer.optional_moment("ActiveTime", tollgate.active_from)
    return writer.fields


def _lane(lane: Lane, dialect: Dialect) -> Mapping[str, object]:
    writer = Writer(dialect.zone)
    writer.digits("TollgateID", lane.tollgate_id, DEVICE_LENGTH)
    writer.need("LaneId", lane.lane_id)
    writer.put("LaneNo", lane.number)
    writer.put("Name", lane.name)
    writer.put("Direction", lane.direction)
    writer.put("MaxSpeed", lane.limit_kmh)
    writer.optional_digits("ApeID", lane.camera_id, DEVICE_LENGTH)
    return writer.fields


def _order_key(writer: Writer, name: str, value: str, dialect: Dialect) -> None:
    if order_id(value, dialect.zone) is None:
        raise CannotBuild(name, value, f"{ORDER_LENGTH} digits with a time are needed")
    writer.need(name, value)


def _disposition(order: Disposition, dialect: Dialect) -> Mapping[str, object]:
    writer = Writer(dialect.zone)
    _order_key(writer, "DispositionID", order.id, dialect)
    writer.need("Title", order.title)
    writer.need("DispositionCategory", order.category)
    writer.need("TargetFeature", order.target)
    writer.put("PriorityLevel", order.priority)
    writer.need("ApplicantName", order.applicant)
    writer.need("ApplicantOrg", order.applicant_unit)
    writer.moment("BeginTime", order.from_at)
    writer.moment("EndTime", order.until_at)
    writer.optional_moment("CreatTime", order.created_at)  # the standard's spelling
    writer.fields["OperateType"] = int(order.withdraws)
    writer.put("DispositionStatus", order.status)
    writer.put("DispositionRange", order.range)
    writer.put("TollgateList", ",".join(order.tollgate_ids))
    writer.need("Reason", order.reason)
    writer.optional_moment("DispositionRemoveTime", order.withdrawn_at)
    writer.put("DispositionRemoveReason", order.withdrawal_reason)
    return writer.fields


def _disposition_notification(notification: DispositionNotification, dialect: Dialect) -> Mapping[str, object]:
    writer = Writer(dialect.zone)
    _order_key(writer, "NotificationID", notification.id, dialect)
    _order_key(writer, "DispositionID", notification.disposition_id, dialect)
    writer.need("Title", notification.title)
    writer.moment("TriggerTime", notification.triggered_at)
    writer.put("CntObjectID", notification.object_id)
    if notification.vehicle is not None:
        writer.fields["MotorVehicleObject"] = _motor_vehicle(notification.vehicle, dialect)
    return writer.fields


def _subscription(subscription: Subscription, dialect: Dialect) -> Mapping[str, object]:
    writer = Writer(dialect.zone)
    _order_key(writer, "SubscribeID", subscription.id, dialect)
    writer.need("Title", subscription.title)
    writer.need("SubscribeDetail", ",".join(subscription.details))
    writer.need("ResourceURI", ",".join(subscription.resources))
    writer.need("ApplicantName", subscription.applicant)
    writer.need("ApplicantOrg", subscription.applicant_unit)
    writer.moment("BeginTime", subscription.from_at)
    writer.moment("EndTime", subscription.until_at)
    writer.need("ReceiveAddr", subscription.receive_url)
    writer.put("ReportInterval", subscription.interval_s)
    writer.need("Reason", subscription.reason)
    writer.fields["OperateType"] = int(subscription.cancels)
    return writer.fields


def _subscription_notification(notification: SubscriptionNotification, dialect: Dialect) -> Mapping[str, object]:
    writer = Writer(dialect.zone)
    _order_key(writer, "NotificationID", notification.id, dialect)
    _order_key(writer, "SubscribeID", notification.subscription_id, dialect)
    writer.need("Title", notification.title)
    writer.moment("TriggerTime", notification.triggered_at)
    writer.need("InfoIDs", ",".join(notification.info_ids))
    inner = [_motor_vehicle(vehicle, dialect) for vehicle in notification.vehicles.records]
    writer.fields["MotorVehicleObjectList"] = {"MotorVehicleObject": inner}
    return writer.fields
