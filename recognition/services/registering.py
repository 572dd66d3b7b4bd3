"""The vehicle register: rows taken over, looked up on the record, and passages that do not fit it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, clock, crypto
from core.errors import InvalidInput, NotFound
from recognition.intake.stored import Stored
from recognition.judging.looks import colours_differ, colours_of, sorts_differ
from recognition.models import Alarm, VehicleRecord
from recognition.models.register import VEHICLE_PURPOSE
from recognition.services.concluding import Conclusion
from recognition.services.impossible import CATEGORY, usable
from recognition.services.watching import plate_of
from recognition.states import AlarmState
from stations.services import require
from stations.types import Actor, DataClass, Verb

# A register that is wrong stays wrong: who was told so is not asked again for this long.
QUIET = timedelta(days=90)
MAX_TEXT = 300

_KNOWN_SQL = """
select k.ord, v.id, v.vehicle_class, v.colour, v.use
  from unnest(%(ords)s::int[], %(digests)s::bytea[], %(kinds)s::text[], %(roots)s::text[]) as k(ord, digest, kind, root)
  join recognition_vehiclerecord v on v.plate_index = k.digest and v.kind_code = k.kind
       and starts_with(v.organisation_path, k.root)
 order by k.ord, v.changed_at
"""


@dataclass(frozen=True, slots=True)
class Registered:
    """What the register says of the vehicle of a passage."""

    record_id: int
    vehicle_class: str
    colour: str
    use: str


@dataclass(frozen=True, slots=True)
class VehicleRow:
    """A row of the register as it comes."""

    plate: str
    kind_code: str
    vehicle_class: str = ""
    colour: str = ""
    use: str = ""


def vehicle_record_put(*, actor: Actor, organisation: Any, row: VehicleRow) -> VehicleRecord:
    """Take a row over; a vehicle that is there already gets the new words. Raises InvalidInput naming the field."""
    path = organisation.path or ""
    # Identities are only ever looked up one by one; who keeps the watch-list also keeps what it is compared with.
    require(actor, Verb.CREATE, DataClass.WATCHLIST, path)
    if not row.kind_code:
        raise InvalidInput(_("未知的号牌种类"), field="kind_code", cure=_("两位号牌种类代码，例如 02"))
    plate = plate_of(row.plate, row.kind_code)
    if row.colour and not colours_of(row.colour, register=True):
        raise InvalidInput(
            _("未知的车身颜色"), field="colour", value=row.colour, cure=_("A–J，或 白、灰、黄、红、蓝等")
        )
    if row.use not in VehicleRecord.Use.values:
        raise InvalidInput(
            _("未知的重点车辆类别"), field="use", value=row.use, cure="、".join(filter(None, VehicleRecord.Use.values))
        )
    with transaction.atomic():
        same = VehicleRecord.objects.select_for_update(of=("self",))
        record = same.filter(organisation=organisation, plate_index=plate, kind_code=row.kind_code).first()
        record = record or VehicleRecord(organisation=organisation, plate=plate, kind_code=row.kind_code)
        record.organisation_path = path
        record.vehicle_class, record.colour, record.use = row.vehicle_class[:40], row.colour[:20], row.use
        record.changed_at = clock.now()
        record.save()
    return record


def vehicle_record_look(*, actor: Actor, plate: str, kind_code: str, reason: str, case: str) -> VehicleRecord:
    """What the register says of a vehicle, within the actor's scope. On the record before anything is shown, found or
    not. Raises Forbidden, InvalidInput without reason and case, NotFound.
    """
    require(actor, Verb.LOOKUP, DataClass.VEHICLE_IDENTITY)
    for field, text in (("reason", reason), ("case", case)):
        if not 2 <= len(text.strip()) <= MAX_TEXT:
            raise InvalidInput(_("查询须写明理由和案件编号"), field=field, cure=_("填写后再查询，均会记入审计"))
    scope = actor.scope_paths(Verb.LOOKUP, DataClass.VEHICLE_IDENTITY)
    rows = VehicleRecord.objects.filter(plate_index=plate_of(plate, kind_code), kind_code=kind_code)
    found = next((one for one in rows if one.organisation_path.startswith(scope)), None)
    with transaction.atomic():
        audit.record(
            actor_id=actor.user_id,
            action="recognition.vehicle_look",
            object_type="vehicle",
            object_id=found.uid if found is not None else "",
            organisation_path=found.organisation_path if found is not None else scope[0],
            reason=reason.strip(),
            details={"case": case.strip()[:60], "kind_code": kind_code, "found": found is not None},
        )
    if found is None:
        raise NotFound(_("登记中没有这辆车"), field="plate")
    return found


def registered_of(passages: Sequence[Stored]) -> dict[int, Registered]:
    """What the register says, by number of the passage; the row changed last where several organisations have one."""
    if not VehicleRecord.objects.exists():
        return {}
    probes = [
        (ord_, digest, one.kind_code, one.organisation_path.partition(".")[0] + ".")
        for ord_, one in enumerate(passages)
        if one.kind_code
        for digest in crypto.blind_indexes(one.plate, purpose=VEHICLE_PURPOSE)
    ]
    names = ("ords", "digests", "kinds", "roots")
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN_SQL, {name: [probe[at] for probe in probes] for at, name in enumerate(names)})
        return {ord_: Registered(*columns) for ord_, *columns in cursor.fetchall()}


def unlike_among(passages: Sequence[Stored], registered: dict[int, Registered]) -> list[Conclusion]:
    """Passages of plates whose car is not the registered one. Writes nothing."""
    found = []
    for ord_, known in registered.items():
        passage = passages[ord_]
        differs = _differs(passage, known)
        if not differs or not usable(passage, placed=False) or _told(passage):
            continue
        grounds = {
            "passage": passage.name,
            "camera": passage.camera_code,
            "passed_at": passage.passed_at.isoformat(),
            "differs": differs,
            "seen": {"class": passage.vehicle_class, "colour": passage.vehicle_colour},
            "registered": {"class": known.vehicle_class, "colour": known.colour},
        }
        found.append(
            Conclusion(
                passage, Alarm.Cause.REGISTER, CATEGORY, grounds,
                doubts=("reliability_unknown",) if passage.reliability is None else (),
            )
        )  # fmt: skip
    return found


def _differs(passage: Stored, known: Registered) -> list[str]:
    """In what: the sort at any hour, the colour by day alone."""
    first, last = settings.LUZHANG_REGISTER_COLOUR_HOURS
    by_day = first <= timezone.localtime(passage.passed_at).hour < last
    differs = ["class"] if sorts_differ(passage.vehicle_class, known.vehicle_class) else []
    return [*differs, "colour"] if by_day and colours_differ(passage.vehicle_colour, known.colour) else differs


def _told(passage: Stored) -> bool:
    """Somebody looked at this vehicle lately and said that nothing is wrong."""
    same = Alarm.objects.filter(plate_index=passage.plate, kind_code=passage.kind_code, cause=Alarm.Cause.REGISTER)
    return same.filter(state=AlarmState.FALSE, closed_at__gt=clock.now() - QUIET).exists()
