"""Set-up work under /admin/ with maps: organisations, places, devices, people, roles, lending."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from stations import services
from stations.access.admin_site import PolicyAdmin, PolicyGeoAdmin, actions_by
from stations.models import (
    CalendarDay,
    Camera,
    Checkpoint,
    Device,
    Organisation,
    Person,
    RoleGrant,
    SendGrant,
    Station,
    StationService,
    Vehicle,
)
from stations.selectors import actor_for_request, organisation_root
from stations.services.calendar import calendar_day_save
from stations.types import DataClass, Verb


def _place(data: dict[str, Any]) -> dict[str, Any]:
    """What is drawn on the map is WGS-84 already."""
    return {"point": data.pop("geom"), **data} if "geom" in data else data


@admin.register(Organisation)
class OrganisationAdmin(PolicyAdmin):
    """The tree; `parent` is chosen once, moving has its own service with a reason."""

    data_class = DataClass.ORGANISATION
    path_field = "path"
    list_display = ("name", "code", "kind", "path", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "code")
    ordering = ("path",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Code and place in the tree stay."""
        return ("parent", "code") if obj else ()

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Organisation:
        """organisation_create"""
        return services.organisation_create(actor=actor_for_request(request), **data)

    def change(self, request: HttpRequest, row: Organisation, data: dict[str, Any]) -> Organisation:
        """organisation_change"""
        return services.organisation_change(actor=actor_for_request(request), organisation_id=row.pk, **data)


class _PlaceAdmin(PolicyGeoAdmin):
    search_fields = ("name", "code")
    ordering = ("code",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Code and organisation stay."""
        return ("organisation", "code") if obj else ()


@admin.register(Station)
class StationAdmin(_PlaceAdmin):
    """Stations with their place and service area."""

    data_class = DataClass.STATION
    list_display = ("name", "code", "kind", "organisation", "is_public", "is_active")
    list_filter = ("kind", "is_active")
    filter_horizontal = ("services",)

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Station:
        """station_create"""
        return services.station_create(actor=actor_for_request(request), **_place(data))

    def change(self, request: HttpRequest, row: Station, data: dict[str, Any]) -> Station:
        """station_change"""
        return services.station_change(actor=actor_for_request(request), station_id=row.pk, **data)


@admin.register(StationService)
class StationServiceAdmin(PolicyAdmin):
    """What counters offer; the list is the whole deployment's, so no row has a path of its own."""

    data_class = DataClass.STATION
    list_display = ("code", "name", "service_class")
    list_filter = ("service_class",)
    search_fields = ("code", "name")
    ordering = ("code",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All of them, for who may see stations at all."""
        rows = admin.ModelAdmin.get_queryset(self, request)
        return rows if actor_for_request(request).may(Verb.VIEW, self.data_class) else rows.none()

    def _may(self, request: HttpRequest, verb: Verb, obj: Any) -> bool:
        path = None if verb is Verb.VIEW else organisation_root().path or ""
        return actor_for_request(request).may(verb, self.data_class, path)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code stays."""
        return ("code",) if obj else ()

    def create(self, request: HttpRequest, data: dict[str, Any]) -> StationService:
        """station_service_save"""
        return services.station_service_save(actor=actor_for_request(request), **data)

    def change(self, request: HttpRequest, row: StationService, data: dict[str, Any]) -> StationService:
        """station_service_save"""
        return services.station_service_save(actor=actor_for_request(request), row=row, **data)


@admin.register(CalendarDay)
class CalendarDayAdmin(PolicyAdmin):
    """Holidays and exchanged working days of the deployment; hours of counters and duty phones follow them."""

    data_class = DataClass.STATION
    list_display = ("day", "name", "counts_as")
    list_display_links = ("day", "name")
    date_hierarchy = "day"
    fields = ("day", "name", "counts_as")
    search_fields = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The date stays."""
        return ("day",) if obj else ()

    def _may(self, request: HttpRequest, verb: Verb, obj: Any) -> bool:
        path = None if verb is Verb.VIEW else organisation_root().path or ""
        return actor_for_request(request).may(verb, self.data_class, path)

    def create(self, request: HttpRequest, data: dict[str, Any]) -> CalendarDay:
        """calendar_day_save"""
        return calendar_day_save(actor=actor_for_request(request), **data)

    def change(self, request: HttpRequest, row: CalendarDay, data: dict[str, Any]) -> CalendarDay:
        """calendar_day_save"""
        return calendar_day_save(actor=actor_for_request(request), row=row, **data)


@admin.register(Checkpoint)
class CheckpointAdmin(_PlaceAdmin):
    """Checkpoints 卡口."""

    data_class = DataClass.CHECKPOINT
    list_display = ("name", "code", "ring", "heading_deg", "state", "organisation")
    list_filter = ("ring", "state")

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Checkpoint:
        """checkpoint_create"""
        return services.checkpoint_create(actor=actor_for_request(request), **_place(data))

    def change(self, request: HttpRequest, row: Checkpoint, data: dict[str, Any]) -> Checkpoint:
        """checkpoint_change"""
        return services.checkpoint_change(actor=actor_for_request(request), checkpoint_id=row.pk, **data)


@admin.register(Camera)
class CameraAdmin(_PlaceAdmin):
    """Cameras."""

    data_class = DataClass.CAMERA
    list_display = ("name", "code", "ring", "is_private", "organisation")
    list_filter = ("ring", "is_private")
    raw_id_fields = ("checkpoint",)

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Camera:
        """camera_create"""
        return services.camera_create(actor=actor_for_request(request), **_place(data))

    def change(self, request: HttpRequest, row: Camera, data: dict[str, Any]) -> Camera:
        """camera_change"""
        return services.camera_change(actor=actor_for_request(request), camera_id=row.pk, **data)


def lock_devices(request: HttpRequest, device: Device) -> None:
    """device_lock"""
    services.device_lock(actor=actor_for_request(request), device_id=device.pk, reason=str(_("后台锁定")))


def unlock_devices(request: HttpRequest, device: Device) -> None:
    """device_unlock"""
    services.device_unlock(actor=actor_for_request(request), device_id=device.pk, reason=str(_("后台解锁")))


@admin.register(Device)
class DeviceAdmin(PolicyAdmin):
    """Devices. The token of a new one is shown once, in the message above the list."""

    data_class = DataClass.DEVICE
    list_display = (
        "identifier",
        "protocol",
        "datum",
        "organisation",
        "last_seen_at",
        "rejected_count",
        "last_rejected_code",
        "locked_at",
    )
    list_filter = ("protocol",)
    search_fields = ("identifier",)
    fields = ("organisation", "identifier", "protocol", "datum")
    actions = (actions_by(lock_devices, _("锁定所选设备")), actions_by(unlock_devices, _("解锁所选设备")))

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Device:
        """device_create"""
        device, token = services.device_create(actor=actor_for_request(request), **data)
        messages.warning(request, _("设备凭证（只显示一次）：%(token)s") % {"token": token})
        return device


def open_accounts(request: HttpRequest, person: Person) -> None:
    """account_create, or account_reset_password for who has an account"""
    actor = actor_for_request(request)
    if person.user_id is None:
        username = f"p{person.pk}"
        _user, password = services.account_create(actor=actor, person=person, username=username)
    else:
        username = str(person.user)
        password = services.account_reset_password(actor=actor, person=person)
    text = _("%(name)s：账号 %(username)s，密码（只显示一次）%(password)s")
    messages.warning(request, text % {"name": person.name, "username": username, "password": password})


@admin.register(Person)
class PersonAdmin(PolicyAdmin):
    """People. Personal numbers are entered here and never shown again."""

    data_class = DataClass.PERSON
    list_display = ("name", "kind", "staff_number", "organisation", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "staff_number")
    actions = (actions_by(open_accounts, _("开通账号或重置密码")),)
    raw_id_fields = ("user", "supervising_officer")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The personal number only for a new person."""
        names = ("organisation", "kind", "name", "staff_number", "post_title", "duty_phone")
        return (*names, "supervising_officer", "user", "is_active", *(() if obj else ("personal_phone",)))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The organisation stays."""
        return ("organisation",) if obj else ()

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Person:
        """person_create"""
        return services.person_create(actor=actor_for_request(request), **data)

    def change(self, request: HttpRequest, row: Person, data: dict[str, Any]) -> Person:
        """person_change"""
        return services.person_change(actor=actor_for_request(request), person_id=row.pk, **data)


@admin.register(Vehicle)
class VehicleAdmin(PolicyAdmin):
    """Vehicles of the police."""

    data_class = DataClass.VEHICLE
    list_display = ("plate", "kind", "organisation", "is_active")
    search_fields = ("plate",)
    fields = ("organisation", "plate", "kind")

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Vehicle:
        """vehicle_create"""
        return services.vehicle_create(actor=actor_for_request(request), **data)


def revoke_roles(request: HttpRequest, grant: RoleGrant) -> None:
    """role_revoke"""
    services.role_revoke(actor=actor_for_request(request), grant_id=grant.pk, reason=str(_("后台收回")))


def _bounds(data: dict[str, Any]) -> dict[str, Any]:
    """A range of a form as the two moments that services take."""
    valid = data.pop("valid")
    return {**data, "valid_from": valid.lower, "valid_until": valid.upper}


@admin.register(RoleGrant)
class RoleGrantAdmin(PolicyAdmin):
    """Roles: the security administrator's."""

    data_class = DataClass.ROLE_GRANT
    list_display = ("person", "role", "organisation", "valid")
    list_filter = ("role",)
    search_fields = ("person__name",)
    raw_id_fields = ("person",)
    fields = ("person", "role", "organisation", "valid", "note")
    actions = (actions_by(revoke_roles, _("收回所选授权")),)

    def create(self, request: HttpRequest, data: dict[str, Any]) -> RoleGrant:
        """role_grant"""
        return services.role_grant(actor=actor_for_request(request), **_bounds(data))


@admin.register(SendGrant)
class SendGrantAdmin(PolicyAdmin):
    """Whose units others may send."""

    data_class = DataClass.SEND_GRANT
    path_field = "owner__path"
    list_display = ("owner", "receiver", "valid", "reason")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Lent by one's own, to anybody."""
        if db_field.name == "receiver":
            kwargs["queryset"] = Organisation.objects.filter(is_active=True).order_by("path")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def create(self, request: HttpRequest, data: dict[str, Any]) -> SendGrant:
        """send_grant_create"""
        return services.send_grant_create(actor=actor_for_request(request), **_bounds(data))
