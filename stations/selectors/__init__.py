"""Readers of the stations room. Lists start from what the actor may see."""

from stations.opening import Opening, opening_at, weekly_windows
from stations.selectors.actors import actor_for_device, actor_for_request, actor_for_user, device_by_token
from stations.selectors.areas import DistrictOutline, area_served, districts_outlined
from stations.selectors.calendar import days_counted
from stations.selectors.contacts import Contacts, StationContact, contacts_of, stations_answering
from stations.selectors.people import names_of_users, people_visible_to, role_grants_visible_to
from stations.selectors.places import (
    cameras_visible_to,
    checkpoints_visible_to,
    devices_visible_to,
    station_services,
    stations_named,
    stations_visible_to,
    vehicles_visible_to,
)
from stations.selectors.scope import path_filter
from stations.selectors.sendable import Sendable, sendable_now, sendable_paths
from stations.selectors.switches import switch_on, zone_said
from stations.selectors.tree import (
    districts_of,
    feature_of,
    organisation_at,
    organisation_by_code,
    organisation_names,
    organisation_root,
    organisation_seat,
    organisations_visible_to,
)
from stations.types import PUBLIC_ACTOR, system_actor

__all__ = [
    "PUBLIC_ACTOR",
    "Contacts",
    "DistrictOutline",
    "Opening",
    "Sendable",
    "StationContact",
    "actor_for_device",
    "actor_for_request",
    "actor_for_user",
    "area_served",
    "cameras_visible_to",
    "checkpoints_visible_to",
    "contacts_of",
    "days_counted",
    "device_by_token",
    "devices_visible_to",
    "districts_of",
    "districts_outlined",
    "feature_of",
    "names_of_users",
    "opening_at",
    "organisation_at",
    "organisation_by_code",
    "organisation_names",
    "organisation_root",
    "organisation_seat",
    "organisations_visible_to",
    "path_filter",
    "people_visible_to",
    "role_grants_visible_to",
    "sendable_now",
    "sendable_paths",
    "station_services",
    "stations_answering",
    "stations_named",
    "stations_visible_to",
    "switch_on",
    "system_actor",
    "vehicles_visible_to",
    "weekly_windows",
    "zone_said",
]
