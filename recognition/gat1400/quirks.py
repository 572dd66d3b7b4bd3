"""Deviations from the standard that reading tolerates, each by its name, so that a device's page can list its own."""

from __future__ import annotations

from enum import StrEnum


class Quirk(StrEnum):
    """What was not as the standard wants and was read all the same."""

    # The message as bytes
    BYTE_ORDER_MARK = "byte_order_mark"
    GB_ENCODING = "gb_encoding"
    UTF16_ENCODING = "utf16_encoding"
    TRAILING_NUL = "trailing_nul"
    # Its envelope
    WRAPPER_MISSING = "wrapper_missing"
    WRAPPER_HOLDS_LIST = "wrapper_holds_list"
    SINGLE_OBJECT = "single_object"
    BARE_LIST = "bare_list"
    BARE_RECORD = "bare_record"
    OTHER_NAME = "other_name"
    NESTED_AS_TEXT = "nested_as_text"
    WRONG_CASE = "wrong_case"
    UNKNOWN_FIELDS = "unknown_fields"
    # Values
    NUMBER_AS_TEXT = "number_as_text"
    TEXT_AS_NUMBER = "text_as_number"
    FLAG_AS_NUMBER = "flag_as_number"
    FLAG_AS_TEXT = "flag_as_text"
    FLAG_TWO_IS_NO = "flag_two_is_no"
    VALUE_UNREADABLE = "value_unreadable"
    VALUE_OUT_OF_RANGE = "value_out_of_range"
    TEXT_CUT = "text_cut"
    LIST_FOR_TEXT = "list_for_text"
    SHARE_FOR_PERCENT = "share_for_percent"
    # Times
    TIME_WITH_SEPARATORS = "time_with_separators"
    TIME_WITH_ZONE = "time_with_zone"
    TIME_WITH_MILLISECONDS = "time_with_milliseconds"
    TIME_WITHOUT_SECONDS = "time_without_seconds"
    TIME_AS_EPOCH = "time_as_epoch"
    TIME_UNREADABLE = "time_unreadable"
    PASSED_AT_FROM_OTHER_FIELD = "passed_at_from_other_field"
    PASSED_AT_FROM_ID = "passed_at_from_id"
    # Identifiers and codes
    ID_LENGTH = "id_length"
    ID_UNSTRUCTURED = "id_unstructured"
    CODE_UNKNOWN = "code_unknown"
    # Plates, vehicles, places, pictures
    PLATE_REWRITTEN = "plate_rewritten"
    PLATE_PLACEHOLDER = "plate_placeholder"
    PLATE_ABSENT = "plate_absent"
    PLATE_DESPITE_FLAG = "plate_despite_flag"
    PLATE_CLASS_CONFLICT = "plate_class_conflict"
    SPEED_NOT_MEASURED = "speed_not_measured"
    POSITION_ZERO = "position_zero"
    POSITION_IMPLAUSIBLE = "position_implausible"
    NO_PICTURES = "no_pictures"
    PICTURE_UNREADABLE = "picture_unreadable"
    PICTURE_AS_DATA_URL = "picture_as_data_url"


Quirks = frozenset[Quirk]
NONE: Quirks = frozenset()
