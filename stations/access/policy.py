"""The one policy table: role × class of data → verbs. What is not in it is denied (trials/reliability.md §4.1).

Every view, API, tile, stream, export and admin page asks this table through `Actor.may`; nothing else decides. Where a
grant reaches is the data scope (organisation path) and not written here. Django-free.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from stations.access.roles import Role
from stations.access.verbs import DataClass, Verb

Verbs = frozenset[Verb]
Row = dict[DataClass, Verbs]

_WORDS: dict[str, Verb] = {
    "V": Verb.VIEW,
    "o": Verb.VIEW_OWN,
    "p": Verb.VIEW_PUBLIC,
    "C": Verb.CREATE,
    "U": Verb.CHANGE,
    "D": Verb.DISPATCH,
    "A": Verb.ACT,
    "K": Verb.CONFIRM,
    "P": Verb.APPROVE,
    "R": Verb.REVIEW,
    "E": Verb.EXPORT,
    "L": Verb.LOOKUP,
    "M": Verb.MANAGE,
    "X": Verb.AUDIT,
}


def _row(**cells: str) -> Row:
    """One role's row; each cell spells its verbs with the letters of `_WORDS`."""
    return {DataClass(name): frozenset(_WORDS[letter] for letter in letters) for name, letters in cells.items()}


# What anybody may do, signed in or not. Stations and organisations show only what is published (VIEW_PUBLIC).
_PUBLIC = _row(
    organisation="p",
    station="p",
    road_network="V",
    segment="V",
    chief="p",
    closure="V",
    board="p",
    statistics="p",
    citizen_report="C",
)

# Everybody on duty needs the ground plan: places, roads, who answers for them.
_GROUND = dict.fromkeys(
    ("organisation", "station", "checkpoint", "road_network", "segment", "chief", "closure", "rule"), "V"
)

_COMMANDER = _row(
    **_GROUND | {"closure": "VCU", "station": "VU", "rule": "VP"},
    incident="VCUDKPRE",
    assignment="VCUDE",
    broadcast="VCU",
    handover="VCU",
    decision="VE",
    delivery="V",
    citizen_report="VUR",
    mark="VCU",
    recording="CL",
    reporter="L",
    transfer="VC",
    enforcement="VRE",
    accident="VRE",
    alarm="VKR",
    passage="LP",
    watchlist="VCP",
    vehicle_identity="L",
    attachment="VC",
    evidence="V",
    unit="VCU",
    tour="VCU",
    position="V",
    track="VE",
    requirement="VCU",
    task="VCU",
    round="VCU",
    person="V",
    person_contact="L",
    vehicle="VCU",
    camera="V",
    device="V",
    chief_contact="L",
    statistics="VE",
    score="VP",
    send_grant="VP",
    board="VCUA",
)

_DISPATCHER = _row(
    **_GROUND | {"closure": "VCU"},
    incident="VCUDKE",
    assignment="VCUD",
    broadcast="VCU",
    handover="VCU",
    decision="V",
    delivery="V",
    citizen_report="VU",
    mark="VCU",
    recording="CL",
    reporter="L",
    transfer="VC",
    enforcement="V",
    accident="V",
    alarm="VK",
    passage="L",
    watchlist="VC",
    vehicle_identity="L",
    attachment="VC",
    evidence="V",
    unit="VU",
    tour="VCU",
    position="V",
    track="V",
    requirement="VCU",
    task="VCU",
    round="V",
    person="V",
    person_contact="L",
    vehicle="V",
    camera="V",
    device="V",
    chief_contact="L",
    statistics="V",
    send_grant="V",
    board="V",
)

_OFFICER = _row(
    **_GROUND | {"closure": "VC"},
    incident="VCA",
    assignment="oA",
    broadcast="o",
    citizen_report="V",
    mark="V",
    enforcement="oCUK",
    accident="oCU",
    alarm="VK",
    passage="L",
    vehicle_identity="L",
    attachment="oC",
    evidence="o",
    unit="V",
    tour="oA",
    position="V",
    track="o",
    task="oA",
    round="oCA",
    person="V",
    vehicle="V",
    camera="V",
    statistics="o",
    score="o",
)

# Domain §3.5: no identity, no decision, no look-up; sees the work it was given. Of marks those of places only.
_AUXILIARY = _row(
    **{name: verbs for name, verbs in _GROUND.items() if name != "checkpoint"},
    incident="oCA",
    assignment="oA",
    broadcast="o",
    mark="o",
    enforcement="oC",
    attachment="oC",
    unit="o",
    tour="oA",
    position="o",
    track="o",
    task="oA",
    round="oCA",
    statistics="o",
    score="o",
)

# Domain §3.5: wardens of the police work as officers; civil road keepers hold the auxiliary or persuader role.
_WARDEN = _row(
    **_GROUND,
    incident="VCA",
    assignment="oA",
    broadcast="o",
    citizen_report="V",
    mark="V",
    enforcement="oCUK",
    accident="oCU",
    alarm="VK",
    passage="L",
    vehicle_identity="L",
    attachment="oC",
    unit="V",
    tour="oA",
    position="V",
    track="o",
    task="oA",
    round="oCA",
    person="V",
    vehicle="V",
    statistics="o",
    score="o",
    board="VA",
)

_CHIEF = _row(
    **{name: verbs for name, verbs in _GROUND.items() if name != "checkpoint"},
    incident="oC",
    assignment="o",
    citizen_report="o",
    attachment="oC",
    unit="V",
    tour="V",
    position="o",
    task="oC",
    round="oCA",
    person="V",
    statistics="o",
    score="o",
    board="VA",
)

_PERSUADER = _row(
    **{name: verbs for name, verbs in _GROUND.items() if name != "checkpoint"},
    incident="oCA",
    assignment="oA",
    broadcast="o",
    attachment="oC",
    tour="oA",
    unit="o",
    position="o",
    task="oA",
    round="oCA",
)

_STATION_STAFF = _row(
    **_GROUND,
    incident="oC",
    assignment="o",
    broadcast="o",
    accident="oCU",
    attachment="oC",
    tour="oA",
    task="oA",
    person="V",
    statistics="o",
)

_REVIEWER = _row(
    **_GROUND,
    incident="VR",
    assignment="V",
    citizen_report="VR",
    mark="V",
    recording="L",
    enforcement="VR",
    accident="VR",
    alarm="VR",
    vehicle_identity="L",
    attachment="V",
    evidence="V",
    statistics="V",
)

_PAYEE_DESK = _row(citizen_report="oU", reporter="L", statistics="o")

_ANALYST = _row(
    **_GROUND | {"road_network": "VUE", "segment": "VCUE", "station": "VE", "checkpoint": "VE", "chief": "VE"},
    incident="VE",
    assignment="V",
    decision="V",
    camera="VE",
    unit="V",
    tour="V",
    requirement="V",
    statistics="VE",
    score="V",
    import_run="VC",
    board="VCUA",
)

# The three administrations (三权分立, GB/T 22239): set-up without business data; roles and keys; the log.
_ADMINISTRATOR = _row(
    organisation="VCUM",
    person="VCUM",
    vehicle="VCUM",
    station="VCUM",
    checkpoint="VCUM",
    camera="VCUM",
    device="VCUM",
    road_network="VCUM",
    segment="VCUM",
    chief="VCUM",
    closure="V",
    transfer="VCUM",
    unit="VCUM",
    requirement="VCUM",
    rule="VCUM",
    import_run="VCM",
    send_grant="VC",
    system="VM",
    board="VCUMA",
)
_SECURITY_ADMINISTRATOR = _row(
    organisation="V", person="V", device="V", role_grant="VCUM", credential="VCUM", send_grant="V", system="V"
)
_AUDITOR = _row(organisation="V", audit_log="VXE", system="V")

# A device brings in what it sees and reads nothing back but its own commands.
_DEVICE = _row(position="C", passage="C", incident="C", transfer="C", recording="C", attachment="C", delivery="o")

POLICY: Mapping[Role, Mapping[DataClass, Verbs]] = MappingProxyType(
    {
        Role.COMMANDER: _COMMANDER,
        Role.DISPATCHER: _DISPATCHER,
        Role.OFFICER: _OFFICER,
        Role.AUXILIARY: _AUXILIARY,
        Role.WARDEN: _WARDEN,
        Role.CHIEF: _CHIEF,
        Role.PERSUADER: _PERSUADER,
        Role.STATION_STAFF: _STATION_STAFF,
        Role.REVIEWER: _REVIEWER,
        Role.PAYEE_DESK: _PAYEE_DESK,
        Role.ANALYST: _ANALYST,
        Role.ADMINISTRATOR: _ADMINISTRATOR,
        Role.SECURITY_ADMINISTRATOR: _SECURITY_ADMINISTRATOR,
        Role.AUDITOR: _AUDITOR,
        Role.DEVICE: _DEVICE,
        Role.PUBLIC: _PUBLIC,
    }
)

NOTHING: Verbs = frozenset()

# Roles that must prove a second factor where `LUZHANG_REQUIRE_MFA` is on.
SECOND_FACTOR_ROLES: frozenset[Role] = frozenset(
    {Role.COMMANDER, Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR}
)


def verbs_of(role: Role, data_class: DataClass) -> Verbs:
    """What a role may do with a class of data; empty when the table says nothing."""
    return POLICY.get(role, {}).get(data_class, NOTHING)
