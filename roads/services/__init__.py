"""The only writers of the roads room."""

from roads.services.board_bulk import PRINT_KIND, print_archive, public_address
from roads.services.board_bulk import WHICH as PRINT_CHOICES
from roads.services.board_pictures import board_picture_add
from roads.services.board_prints import board_address, board_pdf
from roads.services.boards import board_issue, board_plan, board_post, board_remove, boards_compare, boards_plan_missing
from roads.services.chiefs import (
    chief_assign,
    chief_assignment_end,
    chief_duty_change,
    chief_level_create,
    deputy_appoint,
)
from roads.services.closures import closure_create, closure_end, speed_report
from roads.services.facilities import facilities_locate, facility_locate
from roads.services.gazetteer import gazetteer_replace
from roads.services.inspections import InspectionEntry, inspection_log
from roads.services.inspections_past import PastInspection, inspections_put
from roads.services.leave import leave_cancel, leave_change, leave_end, leave_set
from roads.services.posts import posts_replace
from roads.services.reviews import review_add, review_settle
from roads.services.segments import segment_create, segment_cut, segment_join, segment_retire
from roads.services.sources import generator_register

__all__ = [
    "PRINT_CHOICES",
    "PRINT_KIND",
    "InspectionEntry",
    "PastInspection",
    "board_address",
    "board_issue",
    "board_pdf",
    "board_picture_add",
    "board_plan",
    "board_post",
    "board_remove",
    "boards_compare",
    "boards_plan_missing",
    "chief_assign",
    "chief_assignment_end",
    "chief_duty_change",
    "chief_level_create",
    "closure_create",
    "closure_end",
    "deputy_appoint",
    "facilities_locate",
    "facility_locate",
    "gazetteer_replace",
    "generator_register",
    "inspection_log",
    "inspections_put",
    "leave_cancel",
    "leave_change",
    "leave_end",
    "leave_set",
    "posts_replace",
    "print_archive",
    "public_address",
    "review_add",
    "review_settle",
    "segment_create",
    "segment_cut",
    "segment_join",
    "segment_retire",
    "speed_report",
]
