"""What may be done (verbs) and with what (classes of data). Django-free."""

from __future__ import annotations

from enum import StrEnum


class Verb(StrEnum):
    """What somebody may do with a class of data.

    `VIEW_OWN` sees only rows tied to the person (own assignment, tour, position, round): the room that owns the rows
    adds that filter. `VIEW_PUBLIC` sees only the published rows and fields. Neither widens `VIEW`.
    """

    VIEW = "view"
    VIEW_OWN = "view_own"
    VIEW_PUBLIC = "view_public"
    CREATE = "create"
    CHANGE = "change"
    DISPATCH = "dispatch"
    ACT = "act"
    CONFIRM = "confirm"
    APPROVE = "approve"
    REVIEW = "review"
    EXPORT = "export"
    LOOKUP = "lookup"
    MANAGE = "manage"
    AUDIT = "audit"


class DataClass(StrEnum):
    """A class of data with one rule for who may touch it. Values are also the audiences of feed rows."""

    # What happens
    INCIDENT = "incident"
    ASSIGNMENT = "assignment"
    BROADCAST = "broadcast"
    HANDOVER = "handover"
    DECISION = "decision"
    DELIVERY = "delivery"
    CITIZEN_REPORT = "citizen_report"
    MARK = "mark"
    RECORDING = "recording"
    TRANSFER = "transfer"
    REPORTER = "reporter"
    ENFORCEMENT = "enforcement"
    ACCIDENT = "accident"
    ALARM = "alarm"
    PASSAGE = "passage"
    WATCHLIST = "watchlist"
    VEHICLE_IDENTITY = "vehicle_identity"
    ATTACHMENT = "attachment"
    EVIDENCE = "evidence"
    # Who is out there
    UNIT = "unit"
    TOUR = "tour"
    POSITION = "position"
    TRACK = "track"
    REQUIREMENT = "requirement"
    TASK = "task"
    ROUND = "round"
    # Where things belong
    ORGANISATION = "organisation"
    PERSON = "person"
    PERSON_CONTACT = "person_contact"
    VEHICLE = "vehicle"
    STATION = "station"
    CHECKPOINT = "checkpoint"
    CAMERA = "camera"
    DEVICE = "device"
    # Roads and who answers for them
    ROAD_NETWORK = "road_network"
    SEGMENT = "segment"
    CHIEF = "chief"
    CHIEF_CONTACT = "chief_contact"
    CLOSURE = "closure"
    BOARD = "board"
    # Figures and running the house
    STATISTICS = "statistics"
    SCORE = "score"
    RULE = "rule"
    IMPORT_RUN = "import_run"
    ROLE_GRANT = "role_grant"
    CREDENTIAL = "credential"
    SEND_GRANT = "send_grant"
    AUDIT_LOG = "audit_log"
    SYSTEM = "system"
