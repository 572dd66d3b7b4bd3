"""The only writers of the roads room."""

from roads.services.chiefs import (
    chief_assign,
    chief_assignment_end,
    chief_level_create,
    deputy_appoint,
    leave_set,
)
from roads.services.closures import closure_create, closure_end, speed_report
from roads.services.segments import segment_create, segment_cut, segment_join, segment_retire

__all__ = [
    "chief_assign",
    "chief_assignment_end",
    "chief_level_create",
    "closure_create",
    "closure_end",
    "deputy_appoint",
    "leave_set",
    "segment_create",
    "segment_cut",
    "segment_join",
    "segment_retire",
    "speed_report",
]
