"""Base of admin pages: the policy table decides who may do what, the data scope which rows, services do the writing.

Django's own permissions and `is_superuser` count for nothing here: who holds no role sees nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, ClassVar

from csp.constants import NONCE
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from leaflet.admin import LeafletGeoAdminMixin

from core.errors import LuzhangError
from stations.access.roles import STAFF_ROLES
from stations.models import Organisation
from stations.selectors import actor_for_request, path_filter
from stations.types import DataClass, Verb


class PolicyAdmin(admin.ModelAdmin):
    """Subclasses name `data_class` and the services behind "add" and "change"; nothing is ever deleted here."""

    data_class: ClassVar[DataClass]
    path_field: ClassVar[str] = "organisation__path"
    # The verb that opens lists and rows.
    sight: ClassVar[Verb] = Verb.VIEW
    list_per_page = 50

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        """Make the row by a service; `data` is the checked form."""
        raise LuzhangError(_("此处不能新建 %(data_class)s") % {"data_class": self.data_class.value})

    def change(self, request: HttpRequest, row: Any, data: dict[str, Any]) -> Any:
        """Change the row by a service; `data` holds changed fields only."""
        raise LuzhangError(_("此处不能修改 %(data_class)s") % {"data_class": self.data_class.value})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows within the actor's scope."""
        visible = path_filter(actor_for_request(request), self.sight, self.data_class, field=self.path_field)
        return super().get_queryset(request).filter(visible)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Listed on the start page for who may see such data at all."""
        return self._may(request, self.sight, None)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """VIEW."""
        return self._may(request, self.sight, obj)

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


class PolicyAdminSite(admin.AdminSite):
    """/admin/: who holds a role that sets the house up, and only pages that ask the policy table.

    Pages that libraries bring along (accounts, groups, second factors, schedules) are left out: they know Django's own
    permissions only, write past the services and leave no audit row.
    """

    site_header = _lazy("路长 · 后台")
    site_title = _lazy("路长 · 后台")
    index_title = _lazy("基础设置")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Takes a page that asks the policy table; passes over every other."""
        if admin_class is not None and issubclass(admin_class, PolicyAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """By the roles that are held now; `is_staff` may be older than the end of a dated grant."""
        return super().has_permission(request) and bool(actor_for_request(request).roles & STAFF_ROLES)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Somebody signed in without such a role is refused here: sign-in would send him back for ever."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """/admin/login/ is our own sign-in, with its lock-out and second factor."""
        return redirect_to_login(request.GET.get("next", reverse("admin:index")), reverse("account_login"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Our own page."""
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Our own page."""
        return redirect("account_change_password")


class PolicyGeoAdmin(LeafletGeoAdminMixin, PolicyAdmin):
    """With maps for geometry fields."""


def actions_by(
    service: Callable[[HttpRequest, Any], object], description: Any
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
