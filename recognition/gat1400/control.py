"""Control 布控 and subscription 订阅: orders, and the notifications they bring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from recognition.gat1400.dialect import STANDARD, Dialect
from recognition.gat1400.envelope import Shape, read_batch
from recognition.gat1400.fields import MAX_URL, Fields, named
from recognition.gat1400.identifiers import ORDER_LENGTH
from recognition.gat1400.outcomes import Batch, MessageRejected, RecordRejected
from recognition.gat1400.quirks import Quirk
from recognition.gat1400.vehicles import MotorVehicle, nested_motor_vehicles
from recognition.plates.plate import Plate, parse

MAX_INTERVAL_S = 86_400
VEHICLE_CATEGORY = "1"
MOTOR_VEHICLE_DETAIL = "13"

DISPOSITION = Shape(
    wrappers=("DispositionListObject", "DispositionObjectList", "DispositionList"),
    records=("DispositionObject", "Disposition"),
    id_field="DispositionID",
    known=named("""DispositionID Title DispositionCategory TargetFeature TargetImageURI PriorityLevel ApplicantName
        ApplicantInfo ApplicantOrg BeginTime EndTime CreatTime CreateTime OperateType DispositionStatus DispositionRange
        TollgateList DispositionArea ReceiveAddr ReceiveMobile Reason DispositionRemoveOrg DispositionRemovePerson
        DispositionRemoveTime DispositionRemoveReason SubImageList"""),
)
DISPOSITION_NOTIFICATION = Shape(
    wrappers=("DispositionNotificationListObject", "DispositionNotificationList"),
    records=("DispositionNotificationObject", "DispositionNotification"),
    id_field="NotificationID",
    known=named("""NotificationID DispositionID Title TriggerTime CntObjectID PersonObject MotorVehicleObject
        NonMotorVehicleObject"""),
)
SUBSCRIBE = Shape(
    wrappers=("SubscribeListObject", "SubscribeObjectList", "SubscribeList"),
    records=("SubscribeObject", "Subscribe"),
    id_field="SubscribeID",
    known=named("""SubscribeID Title SubscribeDetail ResourceClass ResourceURI ApplicantName ApplicantOrg BeginTime
        EndTime ReceiveAddr ReportInterval Reason OperateType SubscribeStatus SubscribeCancelOrg SubscribeCancelPerson
        CancelTime CancelReason ResultImageDeclare ResultFeatureDeclare TabID"""),
)
SUBSCRIBE_NOTIFICATION = Shape(
    wrappers=("SubscribeNotificationListObject", "SubscribeNotificationList"),
    records=("SubscribeNotificationObject", "SubscribeNotification"),
    id_field="NotificationID",
    known=named("""NotificationID SubscribeID Title TriggerTime InfoIDs ExecuteOperation DeviceList DeviceStatusList
        TollgateObjectList PersonObjectList FaceObjectList MotorVehicleObjectList NonMotorVehicleObjectList
        ThingObjectList SceneObjectList"""),
)


@dataclass(frozen=True, slots=True)
class Disposition:
    """A control order. `withdraws`: it takes an earlier order of the same `id` back. `plate`: what `target` is, where
    the category is vehicles. `from_at`, `until_at` aware UTC; `tollgate_ids` empty: everywhere in its range.
    """

    id: str
    title: str
    category: str
    target: str
    from_at: datetime
    until_at: datetime
    withdraws: bool = False
    plate: Plate | None = None
    priority: str = ""
    status: str = ""
    range: str = ""
    tollgate_ids: tuple[str, ...] = ()
    applicant: str = ""
    applicant_unit: str = ""
    reason: str = ""
    created_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawal_reason: str = ""


@dataclass(frozen=True, slots=True)
class DispositionNotification:
    """An alarm that another system raised for a control order; `vehicle` is what it saw, where it was a car; its
    time may be impossible.
    """

    id: str
    disposition_id: str
    title: str
    triggered_at: datetime
    object_id: str = ""
    vehicle: MotorVehicle | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A request to be sent what comes in. `cancels`: it takes an earlier one of the same `id` back. `details` are the
    kinds wanted as sent (13: motor vehicles); `receive_url` is checked for its form only, never for where it leads.
    """

    id: str
    title: str
    details: tuple[str, ...]
    resources: tuple[str, ...]
    from_at: datetime
    until_at: datetime
    receive_url: str
    cancels: bool = False
    interval_s: int | None = None
    applicant: str = ""
    applicant_unit: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionNotification:
    """What a subscription brought; of all kinds in it only motor vehicles are read."""

    id: str
    subscription_id: str
    title: str
    triggered_at: datetime
    info_ids: tuple[str, ...]
    vehicles: Batch[MotorVehicle]


def dispositions(body: bytes, *, dialect: Dialect = STANDARD) -> Batch[Disposition]:
    """The orders in the body of `POST /VIID/Dispositions`; raises MessageRejected alone."""
    return read_batch(body, DISPOSITION, partial(_disposition, dialect=dialect))


def disposition_notifications(
    body: bytes, *, received_at: datetime, dialect: Dialect = STANDARD
) -> Batch[DispositionNotification]:
    """The alarms in the body of `POST /VIID/DispositionNotifications`; raises MessageRejected alone."""
    read = partial(_disposition_notification, received_at=received_at, dialect=dialect)
    return read_batch(body, DISPOSITION_NOTIFICATION, read)


def subscriptions(body: bytes, *, dialect: Dialect = STANDARD) -> Batch[Subscription]:
    """The requests in the body of `POST /VIID/Subscribes`; raises MessageRejected alone."""
    return read_batch(body, SUBSCRIBE, partial(_subscription, dialect=dialect))


def subscription_notifications(
    body: bytes, *, received_at: datetime, dialect: Dialect = STANDARD
) -> Batch[SubscriptionNotification]:
    """What comes in the body of `POST /VIID/SubscribeNotifications`; raises MessageRejected alone."""
    read = partial(_subscription_notification, received_at=received_at, dialect=dialect)
    return read_batch(body, SUBSCRIBE_NOTIFICATION, read)


def _disposition(fields: Fields, *, dialect: Dialect) -> Disposition:
    name = fields.key("DispositionID", ORDER_LENGTH)
    from_at, until_at = _span(fields, dialect)
    category, target = fields.code("DispositionCategory"), fields.name("TargetFeature")
    parsed = parse(target)
    return Disposition(
        id=name,
        title=fields.text("Title"),
        category=category,
        target=target,
        from_at=from_at,
        until_at=until_at,
        withdraws=_takes_back(fields),
        plate=parsed if isinstance(parsed, Plate) and category == VEHICLE_CATEGORY else None,
        priority=fields.code("PriorityLevel"),
        status=fields.code("DispositionStatus"),
        range=fields.code("DispositionRange"),
        tollgate_ids=fields.names("TollgateList"),
        applicant=fields.text("ApplicantName"),
        applicant_unit=fields.text("ApplicantOrg"),
        reason=fields.text("Reason"),
        created_at=fields.moment("CreatTime", dialect.zone) or fields.moment("CreateTime", dialect.zone),
        withdrawn_at=fields.moment("DispositionRemoveTime", dialect.zone),
        withdrawal_reason=fields.text("DispositionRemoveReason"),
    )


def _disposition_notification(fields: Fields, *, received_at: datetime, dialect: Dialect) -> DispositionNotification:
    name = fields.key("NotificationID", ORDER_LENGTH)
    order = fields.key("DispositionID", ORDER_LENGTH)
    vehicles = _vehicles(fields, "MotorVehicleObject", received_at, dialect)
    return DispositionNotification(
        id=name,
        disposition_id=order,
        title=fields.text("Title"),
        triggered_at=_required_moment(fields, "TriggerTime", dialect),
        object_id=fields.text("CntObjectID"),
        vehicle=_first(vehicles),
    )


def _subscription(fields: Fields, *, dialect: Dialect) -> Subscription:
    name = fields.key("SubscribeID", ORDER_LENGTH)
    from_at, until_at = _span(fields, dialect)
    cancels = _takes_back(fields)
    url = fields.text("ReceiveAddr", MAX_URL)
    if not cancels and not url.lower().startswith(("http://", "https://")):
        raise RecordRejected(
            "missing_field", "ReceiveAddr is no address", field="ReceiveAddr", value=url,
            cure="send the http address that takes the notifications",
        )  # fmt: skip
    return Subscription(
        id=name,
        title=fields.text("Title"),
        details=fields.names("SubscribeDetail"),
        resources=fields.names("ResourceURI"),
        from_at=from_at,
        until_at=until_at,
        receive_url=url,
        cancels=cancels,
        interval_s=fields.integer("ReportInterval", 0, MAX_INTERVAL_S),
        applicant=fields.text("ApplicantName"),
        applicant_unit=fields.text("ApplicantOrg"),
        reason=fields.text("Reason"),
    )


def _subscription_notification(fields: Fields, *, received_at: datetime, dialect: Dialect) -> SubscriptionNotification:
    name = fields.key("NotificationID", ORDER_LENGTH)
    subscription = fields.key("SubscribeID", ORDER_LENGTH)
    return SubscriptionNotification(
        id=name,
        subscription_id=subscription,
        title=fields.text("Title"),
        triggered_at=_required_moment(fields, "TriggerTime", dialect),
        info_ids=fields.names("InfoIDs"),
        vehicles=_vehicles(fields, "MotorVehicleObjectList", received_at, dialect),
    )


def _vehicles(fields: Fields, name: str, received_at: datetime, dialect: Dialect) -> Batch[MotorVehicle]:
    """Motor vehicles nested under `name`; what is no list of them is noted and read as none."""
    value = fields.nested(name)
    if value is None:
        return Batch((), ())
    try:
        found = nested_motor_vehicles(value, received_at=received_at, dialect=dialect)
    except MessageRejected:
        fields.quirks.add(Quirk.VALUE_UNREADABLE)
        return Batch((), ())
    fields.quirks |= found.quirks - {Quirk.BARE_RECORD}
    return found


def _first(vehicles: Batch[MotorVehicle]) -> MotorVehicle | None:
    """The first vehicle, also one refused for its clock alone: the alarm is about the car, not about the time."""
    return next((one.record for one in vehicles.in_order() if one.record is not None), None)


def _takes_back(fields: Fields) -> bool:
    """OperateType: 0 (or nothing) sets an order up, 1 takes it back."""
    code = fields.code("OperateType")
    if code not in ("", "0", "1"):
        fields.quirks.add(Quirk.CODE_UNKNOWN)
    return code == "1"


def _span(fields: Fields, dialect: Dialect) -> tuple[datetime, datetime]:
    from_at = _required_moment(fields, "BeginTime", dialect)
    until_at = _required_moment(fields, "EndTime", dialect)
    if until_at <= from_at:
        raise RecordRejected(
            "bad_time", "EndTime is not after BeginTime", field="EndTime", value=fields.values.get("EndTime"),
            cure="send an EndTime after BeginTime",
        )  # fmt: skip
    return from_at, until_at


def _required_moment(fields: Fields, name: str, dialect: Dialect) -> datetime:
    moment = fields.moment(name, dialect.zone)
    if moment is None:
        raise RecordRejected(
            "bad_time", f"{name} is no time", field=name, value=fields.values.get(name),
            cure=f"send {name} as yyyyMMddHHmmss",
        )  # fmt: skip
    return moment
