"""Base of admin pages: the policy table decides who may do what, the data scope which rows, services do the writing.

Django's own permissions and `is_superuser` count for nothing here: who holds no role sees nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from csp.constants import NONCE
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from leaflet.admin import LeafletGeoAdminMixin

from core.errors import LuzhangError
from stations.models import Organisation
from stations.selectors import actor_for_request, path_filter
from stations.types import DataClass, Verb


class PolicyAdmin(admin.ModelAdmin):
    """Subclasses name `data_class` and the services behind "add" and "change"; nothing is ever deleted here."""

    data_class: ClassVar[DataClass]
    path_field: ClassVar[str] = "organisation__path"
    list_per_page = 50

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        """Make the row by a service; `data` is the checked form."""
        raise LuzhangError(_("此处不能新建 %(data_class)s") % {"data_class": self.data_class.value})

    def change(self, request: HttpRequest, row: Any, data: dict[str, Any]) -> Any:
        """Change the row by a service; `data` holds changed fields only."""
        raise LuzhangError(_("此处不能修改 %(data_class)s") % {"data_class": self.data_class.value})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows within the actor's scope."""
        visible = path_filter(actor_for_request(request), Verb.VIEW, self.data_class, field=self.path_field)
        return super().get_queryset(request).filter(visible)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Listed on the start page for who may see such data at all."""
        return self._may(request, Verb.VIEW, None)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """VIEW."""
        return self._may(request, Verb.VIEW, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """CREATE."""
        overridden = type(self).create is not PolicyAdmin.create
        return overridden and self._may(request, Verb.CREATE, None)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """CHANGE."""
        overridden = type(self).change is not PolicyAdmin.change
        return overridden and self._may(request, Verb.CHANGE, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted: rows are switched off or end by date."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the service, then take over what it wrote."""
        many = {field.name for field in self.model._meta.many_to_many}
        data = {name: value for name, value in form.cleaned_data.items() if name not in many}
        if change:
            changed = {name: data[name] for name in form.changed_data if name in data}
            if changed:
                self.change(request, self.model._default_manager.get(pk=obj.pk), changed)
        else:
            obj.pk = self.create(request, data).pk
        obj.refresh_from_db()
        obj._state.adding = False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A refused service call comes back as a message above the form; the map's script is allowed by its nonce."""
        try:
            response = super().changeform_view(request, object_id, form_url, extra_context)
        except LuzhangError as problem:
            messages.error(request, str(problem))
            return HttpResponseRedirect(request.get_full_path())
        response._csp_update = {"script-src": [NONCE]}  # type: ignore[attr-defined]
        return response

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only organisations in which the actor may create such rows can be chosen."""
        if db_field.remote_field.model is Organisation and "queryset" not in kwargs:
            scope = path_filter(actor_for_request(request), Verb.CREATE, self.data_class, field="path")
            kwargs["queryset"] = Organisation.objects.filter(scope).order_by("path")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def _may(self, request: HttpRequest, verb: Verb, obj: Any) -> bool:
        actor = actor_for_request(request)
        if obj is None:
            return actor.may(verb, self.data_class)
        path: Any = obj
        for part in self.path_field.split("__"):
            path = getattr(path, part, None)
        return actor.may(verb, self.data_class, path or "")


class PolicyGeoAdmin(LeafletGeoAdminMixin, PolicyAdmin):
    """With maps for geometry fields."""


def actions_by(
    service: Callable[[HttpRequest, Any], object], description: str
) -> Callable[[PolicyAdmin, HttpRequest, QuerySet[Any]], HttpResponseBase | None]:
    """An admin action that calls a service for each chosen row and reports refusals row by row."""

    def action(page: PolicyAdmin, request: HttpRequest, rows: QuerySet[Any]) -> None:
        done = 0
        for row in rows:
            try:
                service(request, row)
                done += 1
            except LuzhangError as problem:
                messages.error(request, f"{row}: {problem}")
        messages.success(request, f"{description}：{done}")

    action.short_description = description  # type: ignore[attr-defined]
    action.__name__ = service.__name__
    return action
