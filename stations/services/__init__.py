"""The only writers of the stations room, and the gate that every room's services pass."""

from stations.access.pages import page_access
from stations.access.powers import powers_of
from stations.services.accounts import account_create, account_reset_password
from stations.services.counters import station_service_save, station_services_restore
from stations.services.devices import (
    device_bind,
    device_create,
    device_lock,
    device_rotate_token,
    device_unbind,
    device_unlock,
)
from stations.services.organisations import (
    organisation_change,
    organisation_create,
    organisation_move,
    send_grant_create,
)
from stations.services.people import person_change, person_create, vehicle_create
from stations.services.places import (
    camera_change,
    camera_create,
    checkpoint_change,
    checkpoint_create,
    checkpoints_reachable_set,
    place_point,
    station_change,
    station_create,
)
from stations.services.require import require, require_visible
from stations.services.roles import role_grant, role_revoke
from stations.services.tokens import token_create, token_revoke

__all__ = [
    "account_create",
    "account_reset_password",
    "camera_change",
    "camera_create",
    "checkpoint_change",
    "checkpoint_create",
    "checkpoints_reachable_set",
    "device_bind",
    "device_create",
    "device_lock",
    "device_rotate_token",
    "device_unbind",
    "device_unlock",
    "organisation_change",
    "organisation_create",
    "organisation_move",
    "page_access",
    "person_change",
    "person_create",
    "place_point",
    "powers_of",
    "require",
    "require_visible",
    "role_grant",
    "role_revoke",
    "send_grant_create",
    "station_change",
    "station_create",
    "station_service_save",
    "station_services_restore",
    "token_create",
    "token_revoke",
    "vehicle_create",
]
