"""Set-up work under /admin/: kinds of incident, versions of the dispatch policy; incidents and decisions to look at."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.models import DecisionTable
from core.notifications.signed_http import secret_name
from core.rules import table_in_force
from incidents.models import (
    Assignment,
    Decision,
    DispatchPolicyVersion,
    Incident,
    IncidentKind,
    IncidentTaskKind,
    TransferKind,
    TransferSystem,
)
from incidents.services import casework_setup, catalogue, rules
from incidents.services.rules import RULE_KEYS
from stations.access.admin_site import PolicyAdmin, PolicyGeoAdmin
from stations.selectors import actor_for_request, organisation_root
from stations.types import DataClass, Verb


class _RuleAdmin(PolicyAdmin):
    """Rules hold for the whole deployment: they are its root's, and no row has a path of its own."""

    data_class = DataClass.RULE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All of them, for who may see rules at all."""
        rows = admin.ModelAdmin.get_queryset(self, request)
        return rows if actor_for_request(request).may(Verb.VIEW, self.data_class) else rows.none()

    def _may(self, request: HttpRequest, verb: Verb, obj: Any) -> bool:
        path = None if verb is Verb.VIEW else organisation_root().path or ""
        return actor_for_request(request).may(verb, self.data_class, path)


@admin.register(IncidentKind)
class IncidentKindAdmin(_RuleAdmin):
    """Kinds: what they need, how far apart two of them are two."""

    list_display = ("order", "code", "name", "units_needed", "required_powers", "is_active")
    list_display_links = ("code",)
    search_fields = ("code", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code stays."""
        return ("code",) if obj else ()

    def create(self, request: HttpRequest, data: dict[str, Any]) -> IncidentKind:
        """kind_create"""
        return catalogue.kind_create(actor=actor_for_request(request), **data)

    def change(self, request: HttpRequest, row: IncidentKind, data: dict[str, Any]) -> IncidentKind:
        """kind_change"""
        return catalogue.kind_change(actor=actor_for_request(request), kind=row, **data)


@admin.register(IncidentTaskKind)
class IncidentTaskKindAdmin(_RuleAdmin):
    """Kinds of work inside an incident, and whose it is when nobody is named."""

    list_display = ("order", "code", "name", "role", "is_active")
    list_display_links = ("code",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code stays."""
        return ("code",) if obj else ()

    def create(self, request: HttpRequest, data: dict[str, Any]) -> IncidentTaskKind:
        """task_kind_save"""
        return casework_setup.task_kind_save(actor=actor_for_request(request), **data)

    def change(self, request: HttpRequest, row: IncidentTaskKind, data: dict[str, Any]) -> IncidentTaskKind:
        """task_kind_save"""
        return casework_setup.task_kind_save(actor=actor_for_request(request), kind=row, **data)


@admin.register(TransferSystem)
class TransferSystemAdmin(_RuleAdmin):
    """Systems that hand cases over, and how they are told of them."""

    data_class = DataClass.TRANSFER
    list_display = ("code", "name", "gateway", "key_name", "is_active")

    @admin.display(description=_("密钥代号"))
    def key_name(self, row: TransferSystem) -> str:
        """By which both sides tell keys apart; the key itself is shown to nobody."""
        return secret_name(row.secret) or "–"

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The key goes in and never comes out."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "secret":
            field.widget = forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False)
            field.help_text = _("留空则保留原密钥")
        return field

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code stays."""
        return ("code",) if obj else ()

    def create(self, request: HttpRequest, data: dict[str, Any]) -> TransferSystem:
        """transfer_system_save"""
        return casework_setup.transfer_system_save(actor=actor_for_request(request), **data)

    def change(self, request: HttpRequest, row: TransferSystem, data: dict[str, Any]) -> TransferSystem:
        """transfer_system_save"""
        return casework_setup.transfer_system_save(actor=actor_for_request(request), system=row, **data)


@admin.register(TransferKind)
class TransferKindAdmin(_RuleAdmin):
    """What their kind codes mean here."""

    data_class = DataClass.TRANSFER
    list_display = ("system", "code", "name", "kind")
    list_display_links = ("code", "name")
    list_filter = ("system",)
    list_select_related = ("system",)

    def create(self, request: HttpRequest, data: dict[str, Any]) -> TransferKind:
        """transfer_kind_save"""
        return casework_setup.transfer_kind_save(actor=actor_for_request(request), **data)

    def change(self, request: HttpRequest, row: TransferKind, data: dict[str, Any]) -> TransferKind:
        """transfer_kind_save"""
        return casework_setup.transfer_kind_save(actor=actor_for_request(request), row=row, **data)


@admin.register(DispatchPolicyVersion)
class DispatchPolicyVersionAdmin(_RuleAdmin):
    """Versions are added, never changed: decisions name the one they were made under."""

    list_display = ("version", "valid_from", "note", "created_at")
    fields = ("content", "valid_from", "note")

    def create(self, request: HttpRequest, data: dict[str, Any]) -> DispatchPolicyVersion:
        """policy_publish"""
        return catalogue.policy_publish(actor=actor_for_request(request), **data)


@admin.register(DecisionTable)
class DecisionTableAdmin(_RuleAdmin):
    """Grading, zones, deadlines. Versions are added, never changed: incidents name the one they were graded by."""

    list_display = ("key", "version", "valid_from", "note", "created_at")
    list_filter = ("key",)
    ordering = ("key", "-version")
    fields = ("key", "content", "valid_from", "note")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?key=…` begins with what is in force."""
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        if given.get("key") in RULE_KEYS:
            given["content"] = json.loads(table_in_force(given["key"]).content)
        return given

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The tables that the house reads, to choose from."""
        if db_field.name == "key":
            return forms.ChoiceField(label=db_field.verbose_name, choices=[(key, key) for key in RULE_KEYS])
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def create(self, request: HttpRequest, data: dict[str, Any]) -> DecisionTable:
        """rule_publish"""
        return rules.rule_publish(actor=actor_for_request(request), **data)


@admin.register(Incident)
class IncidentAdmin(PolicyGeoAdmin):
    """To look at only: what happens to an incident happens at the desk. Nothing of the reporter, no plate."""

    data_class = DataClass.INCIDENT
    path_field = "organisation_path"
    list_display = ("number", "kind", "grade", "state", "title", "received_at", "organisation_path")
    list_filter = ("state", "grade", "kind")
    search_fields = ("number", "title")
    date_hierarchy = "received_at"
    fields = (
        "number",
        "kind",
        "grade",
        "grade_reasons",
        "zone",
        "deadline_reasons",
        "arrive_by",
        "close_by",
        "state",
        "title",
        "text",
        "geom",
        "chainage_text",
        "chain",
    )


@admin.register(Assignment)
class AssignmentAdmin(PolicyAdmin):
    """To look at only."""

    data_class = DataClass.ASSIGNMENT
    path_field = "organisation_path"
    list_display = ("incident", "unit", "state", "is_lead", "origin", "offered_at", "on_scene_at")
    list_filter = ("state", "origin")
    list_select_related = ("incident", "unit")
    fields = ("incident", "unit", "state", "is_lead", "origin", "reasons", "warnings", "predicted_travel_s", "reason")


@admin.register(Decision)
class DecisionAdmin(PolicyAdmin):
    """To look at only; the snapshot is read by verify_decisions."""

    data_class = DataClass.DECISION
    path_field = "organisation_path"
    list_display = ("incident", "at", "origin", "network_version", "engine_ms", "shortfall")
    list_filter = ("origin", "shortfall")
    list_select_related = ("incident",)
    fields = (
        "incident",
        "at",
        "origin",
        "network_version",
        "policy_version",
        "snapshot_sha256",
        "snapshot",
        "shortfall",
    )
