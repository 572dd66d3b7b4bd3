"""Set-up work under /admin/ with maps: units, shifts, requirements; tours to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from patrols import services
from patrols.models import Requirement, Shift, Tour, TourMember, Unit
from stations.access.admin_site import PolicyAdmin, PolicyGeoAdmin
from stations.selectors import actor_for_request
from stations.types import DataClass


@admin.register(Unit)
class UnitAdmin(PolicyGeoAdmin):
    """Call signs with their post."""

    data_class = DataClass.UNIT
    list_display = ("call_sign", "kind", "agency", "organisation", "is_active")
    list_filter = ("kind", "agency", "is_active")
    search_fields = ("call_sign",)
    ordering = ("organisation__path", "call_sign")
    raw_id_fields = ("home_station",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A new unit is in service."""
        names = ("organisation", "call_sign", "kind", "agency", "home_station", "post", "radio")
        return (*names, "is_active") if obj else names

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What it is and whose it is stays."""
        return ("organisation", "kind", "agency") if obj else ()

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Unit:
        """unit_create"""
        return services.unit_create(actor=actor_for_request(request), **data)

    def change(self, request: HttpRequest, row: Unit, data: dict[str, Any]) -> Unit:
        """unit_change"""
        return services.unit_change(actor=actor_for_request(request), unit_id=row.pk, **data)


@admin.register(Shift)
class ShiftAdmin(PolicyAdmin):
    """Named parts of the day."""

    data_class = DataClass.REQUIREMENT
    list_display = ("name", "starts_at", "ends_at", "organisation")
    ordering = ("organisation__path", "starts_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Whose it is and its name stay."""
        return ("organisation", "name") if obj else ()

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Shift:
        """shift_create"""
        return services.shift_create(actor=actor_for_request(request), **data)

    def change(self, request: HttpRequest, row: Shift, data: dict[str, Any]) -> Shift:
        """shift_create, which changes the times of a known name"""
        times = {"starts_at": row.starts_at, "ends_at": row.ends_at, **data}
        actor = actor_for_request(request)
        return services.shift_create(actor=actor, organisation=row.organisation, name=row.name, **times)


@admin.register(Requirement)
class RequirementAdmin(PolicyGeoAdmin):
    """What ought to be out there."""

    data_class = DataClass.REQUIREMENT
    list_display = ("name", "count", "starts_at", "ends_at", "dates", "organisation")
    search_fields = ("name",)
    ordering = ("organisation__path", "name")
    raw_id_fields = ("station", "segment")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Whose it is stays."""
        return ("organisation",) if obj else ()

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Requirement:
        """requirement_create"""
        dates = data.pop("dates")
        actor = actor_for_request(request)
        return services.requirement_create(actor=actor, dates=(dates.lower, dates.upper), **data)

    def change(self, request: HttpRequest, row: Requirement, data: dict[str, Any]) -> Requirement:
        """requirement_change"""
        return services.requirement_change(actor=actor_for_request(request), requirement_id=row.pk, **data)


class _Members(admin.TabularInline):
    model = TourMember
    fields = ("person", "role", "present")
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who sees the tour sees its crew."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Crews change by joining and leaving."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Crews change by joining and leaving."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted."""
        return False


@admin.register(Tour)
class TourAdmin(PolicyGeoAdmin):
    """Outings, to look at: they are planned and run on the pages and the phone."""

    data_class = DataClass.TOUR
    path_field = "organisation_path"
    list_display = ("unit", "state", "planned", "opened_at", "closed_at", "organisation")
    list_filter = ("state",)
    search_fields = ("unit__call_sign",)
    ordering = ("-id",)
    inlines = (_Members,)
