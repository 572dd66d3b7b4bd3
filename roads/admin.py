"""Set-up work under /admin/ with maps: axes, segments, chiefs, closures, the review list. Services do the writing."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from roads import services
from roads.models import (
    CalibrationPost,
    ChiefAssignment,
    ChiefDeputy,
    ChiefLeave,
    ChiefLevel,
    Closure,
    GazetteerPlace,
    NetworkBuild,
    ReviewItem,
    RoadAxis,
    Segment,
)
from stations.access.admin_site import PolicyAdmin, PolicyGeoAdmin, actions_by
from stations.selectors import actor_for_request
from stations.types import DataClass, Verb


class _Shown(admin.ModelAdmin):
    """Rows that services or imports write: shown with their map, never saved."""

    # Of the map's widget.
    modifiable = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Everything but the map, which its widget shows."""
        maps = {field.name for field in self.model._meta.get_fields() if hasattr(field, "geom_type")}
        return tuple(field.name for field in self.model._meta.fields if field.name not in maps)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Django shows a read-only page's geometry as text; a form that saves nothing shows the map."""
        return self.has_view_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing."""

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Without buttons that would save."""
        hidden = {"show_save": False, "show_save_and_continue": False, "show_save_and_add_another": False}
        return super().render_change_form(request, {**context, **hidden}, *args, **kwargs)


@admin.register(NetworkBuild)
class NetworkBuildAdmin(_Shown, PolicyGeoAdmin):
    """Builds of the network; `import_roads` makes them. They belong to the whole deployment."""

    data_class = DataClass.ROAD_NETWORK
    list_display = ("name", "version", "state", "is_current", "junction_count", "length_km", "built_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Everybody's."""
        return admin.ModelAdmin.get_queryset(self, request)

    def _may(self, request: HttpRequest, verb: Verb, obj: Any) -> bool:
        return actor_for_request(request).may(verb, self.data_class)


class _Posts(admin.TabularInline):
    model = CalibrationPost
    extra = 0
    fields = ("order", "distance_m", "chainage_m")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the axis."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Posts come with imports."""
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(RoadAxis)
class RoadAxisAdmin(_Shown, PolicyGeoAdmin):
    """Road axes with their posts."""

    data_class = DataClass.ROAD_NETWORK
    list_display = ("code", "name", "part", "road_class", "length_m", "organisation", "is_active")
    list_filter = ("road_class", "is_active")
    search_fields = ("code", "name", "spelling")
    ordering = ("code", "name", "part")
    inlines = (_Posts,)


def retire_segments(request: HttpRequest, segment: Segment) -> None:
    """segment_retire"""
    services.segment_retire(actor=actor_for_request(request), segment_uid=str(segment.uid))


_SIDES = {(0, 1): "down", (1, 2): "up", (0, 2): "both"}


def _side(data: dict[str, Any]) -> dict[str, Any]:
    """A range of sides of a form as its name."""
    sides = data.pop("sides", None)
    return {**data, "sides": _SIDES.get((sides.lower, sides.upper), "both") if sides is not None else "both"}


@admin.register(Segment)
class SegmentAdmin(PolicyGeoAdmin):
    """Segments; cutting and joining have their own services, with a reason."""

    data_class = DataClass.SEGMENT
    list_display = ("code", "name", "axis", "from_m", "to_m", "organisation", "valid")
    list_filter = ("road_class",)
    search_fields = ("code", "name", "spelling")
    ordering = ("code",)
    raw_id_fields = ("axis",)
    fields = ("organisation", "code", "name", "axis", "from_m", "to_m", "sides", "area", "patrol_every_days")
    actions = (actions_by(retire_segments, _("停用所选路段")),)

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Segment:
        """segment_create"""
        return services.segment_create(actor=actor_for_request(request), **_side(data))


@admin.register(ChiefLevel)
class ChiefLevelAdmin(PolicyAdmin):
    """Levels of the scheme."""

    data_class = DataClass.CHIEF
    list_display = ("rank", "name", "colour", "escalation_s", "is_public", "organisation")
    ordering = ("organisation__path", "rank")
    fields = (
        "organisation", "rank", "name", "colour", "escalation_s", "is_public", "inspect_every", "sees_districts",
    )  # fmt: skip

    def create(self, request: HttpRequest, data: dict[str, Any]) -> ChiefLevel:
        """chief_level_create"""
        return services.chief_level_create(actor=actor_for_request(request), **data)


def end_assignments(request: HttpRequest, assignment: ChiefAssignment) -> None:
    """chief_assignment_end"""
    services.chief_assignment_end(actor=actor_for_request(request), assignment_uid=str(assignment.uid))


def _bounds(data: dict[str, Any]) -> dict[str, Any]:
    """A range of a form as the two moments that services take."""
    valid = data.pop("valid")
    return {**data, "starts_at": valid.lower, "ends_at": valid.upper}


@admin.register(ChiefAssignment)
class ChiefAssignmentAdmin(PolicyAdmin):
    """Who answers for what."""

    data_class = DataClass.CHIEF
    list_display = ("person", "level", "segment", "duty_phone", "duty_hours", "valid")
    list_filter = ("level",)
    search_fields = ("person__name", "segment__name", "segment__code")
    raw_id_fields = ("segment", "person")
    fields = ("segment", "level", "person", "valid", "duty_phone", "duty_hours", "duties")
    actions = (actions_by(end_assignments, _("结束所选任命")),)

    def create(self, request: HttpRequest, data: dict[str, Any]) -> ChiefAssignment:
        """chief_assign"""
        return services.chief_assign(actor=actor_for_request(request), **_bounds(data))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Who, where and how long stay: for another of these the appointment ends and a new one begins."""
        return ("segment", "level", "person", "valid") if obj else ()

    def change(self, request: HttpRequest, row: ChiefAssignment, data: dict[str, Any]) -> ChiefAssignment:
        """chief_duty_change"""
        return services.chief_duty_change(actor=actor_for_request(request), assignment_uid=str(row.uid), **data)


@admin.register(ChiefDeputy)
class ChiefDeputyAdmin(PolicyAdmin):
    """Deputies."""

    data_class = DataClass.CHIEF
    path_field = "assignment__organisation__path"
    list_display = ("person", "assignment", "order", "valid")
    raw_id_fields = ("assignment", "person")
    fields = ("assignment", "person", "order", "valid", "duty_phone")

    def create(self, request: HttpRequest, data: dict[str, Any]) -> ChiefDeputy:
        """deputy_appoint"""
        return services.deputy_appoint(actor=actor_for_request(request), **_bounds(data))


@admin.register(ChiefLeave)
class ChiefLeaveAdmin(PolicyAdmin):
    """Leave."""

    data_class = DataClass.CHIEF
    path_field = "person__organisation__path"
    list_display = ("person", "deputy", "valid", "reason")
    raw_id_fields = ("person", "deputy")
    fields = ("person", "deputy", "valid", "reason")

    def create(self, request: HttpRequest, data: dict[str, Any]) -> ChiefLeave:
        """leave_set"""
        return services.leave_set(actor=actor_for_request(request), **_bounds(data))


def end_closures(request: HttpRequest, closure: Closure) -> None:
    """closure_end"""
    services.closure_end(actor=actor_for_request(request), closure_uid=str(closure.uid))


@admin.register(Closure)
class ClosureAdmin(PolicyGeoAdmin):
    """Closures; in force within a second of saving."""

    data_class = DataClass.CLOSURE
    list_display = ("reason", "kind", "axis", "from_m", "to_m", "valid", "ended_at", "organisation")
    list_filter = ("kind",)
    search_fields = ("reason",)
    raw_id_fields = ("axis",)
    fields = ("organisation", "kind", "reason", "axis", "from_m", "to_m", "sides", "valid", "penalty_s", "who_may_pass")
    actions = (actions_by(end_closures, _("解除所选封闭")),)

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Closure:
        """closure_create"""
        return services.closure_create(actor=actor_for_request(request), **_side(_bounds(data)))


def settle_items(request: HttpRequest, item: ReviewItem) -> None:
    """review_settle"""
    services.review_settle(actor=actor_for_request(request), item_id=item.pk, note=str(_("后台处理")))


@admin.register(ReviewItem)
class ReviewItemAdmin(_Shown, PolicyAdmin):
    """What a person must look at: for who may change segments, not for all who see them."""

    data_class = DataClass.SEGMENT
    sight = Verb.CHANGE
    list_display = ("text", "kind", "axis", "organisation", "created_at", "settled_at")
    list_filter = ("kind", ("settled_at", admin.EmptyFieldListFilter))
    search_fields = ("text",)
    actions = (actions_by(settle_items, _("所选事项已处理")),)


@admin.register(GazetteerPlace)
class GazetteerPlaceAdmin(_Shown, PolicyGeoAdmin):
    """Places that callers name."""

    data_class = DataClass.ROAD_NETWORK
    list_display = ("name", "kind", "organisation", "generated")
    list_filter = ("kind", "generated")
    search_fields = ("name", "pinyin", "initials")
