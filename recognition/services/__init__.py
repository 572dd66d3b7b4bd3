"""The only writers of the recognition room."""

from recognition.services.alarms import (
    FalseTogether,
    alarm_confirm,
    alarm_false,
    alarm_hold,
    alarm_look,
    alarm_ordered,
    alarm_report,
    alarms_close,
    alarms_false,
    alarms_reported,
    alarms_turned_out,
)
from recognition.services.checking import passages_check
from recognition.services.importing import watch_import, watch_import_columns
from recognition.services.partitions import passage_partitions_make
from recognition.services.passage_rules import RuleOrder, passage_rule_end, passage_rule_put
from recognition.services.reading import PicturePlates, plates_read
from recognition.services.registering import VehicleRow, vehicle_record_look, vehicle_record_put
from recognition.services.replaying import checkpoint_hour
from recognition.services.searching import PassageSearch, passages_search
from recognition.services.senders import sender_enrol
from recognition.services.sighting import sighting_report
from recognition.services.storing import passages_take
from recognition.services.watching import (
    WatchOrder,
    watch_apply,
    watch_change,
    watch_check,
    watch_decide,
    watch_expire_due,
    watch_look,
    watch_withdraw,
)

__all__ = [
    "FalseTogether",
    "PassageSearch",
    "PicturePlates",
    "RuleOrder",
    "VehicleRow",
    "WatchOrder",
    "alarm_confirm",
    "alarm_false",
    "alarm_hold",
    "alarm_look",
    "alarm_ordered",
    "alarm_report",
    "alarms_close",
    "alarms_false",
    "alarms_reported",
    "alarms_turned_out",
    "checkpoint_hour",
    "passage_partitions_make",
    "passage_rule_end",
    "passage_rule_put",
    "passages_check",
    "passages_search",
    "passages_take",
    "plates_read",
    "sender_enrol",
    "sighting_report",
    "vehicle_record_look",
    "vehicle_record_put",
    "watch_apply",
    "watch_change",
    "watch_check",
    "watch_decide",
    "watch_expire_due",
    "watch_import",
    "watch_import_columns",
    "watch_look",
    "watch_withdraw",
]
