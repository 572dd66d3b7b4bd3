"""Pages of sign-in and of one's own account. Thin: allauth does the work, the templates are ours."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView, LogoutView, PasswordChangeView, ReauthenticateView
from allauth.mfa.base import views as factor_views
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from core.messages import spoken
from stations.models import ApiToken
from stations.selectors import actor_for_request, organisation_names
from stations.sign_in.second_factor import second_factor_required, second_factor_was_set_up
from stations.types import DataClass, Verb


class _Titled:
    """A page that shows one form under a title."""

    title: Any = ""
    submit: Any = _("确定")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return {**context, "title": self.title, "submit": self.submit, "strict": second_factor_required()}


class SignInView(_Titled, LoginView):
    """/login/"""

    template_name = "stations/login.html"
    title = _("登录")
    submit = _("登录")


class SignOutView(_Titled, LogoutView):
    """/logout/ asks by GET and acts by POST."""

    template_name = "stations/form.html"
    title = _("退出登录")
    submit = _("退出")


class PasswordView(_Titled, PasswordChangeView):
    """Change one's password."""

    template_name = "stations/form.html"
    title = _("修改密码")
    success_url = reverse_lazy("account")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """An account without a password of its own has none to change, and must not give itself one: a first password
        comes from who makes accounts.
        """
        if request.user.is_authenticated and not request.user.has_usable_password():
            text = _("这个账号没有密码，请联系安全管理员设置。")
            return render(request, "stations/message.html", {"title": self.title, "text": text}, status=409)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


class ConfirmPasswordView(_Titled, ReauthenticateView):
    """Ask for the password again before a change of credentials."""

    template_name = "stations/form.html"
    title = _("请再次输入密码")


class FactorSignInView(_Titled, factor_views.AuthenticateView):
    """The second step of sign-in."""

    template_name = "stations/form.html"
    title = _("请输入动态口令")


class FactorConfirmView(_Titled, factor_views.ReauthenticateView):
    """Ask for a code again before a change of credentials."""

    template_name = "stations/form.html"
    title = _("请输入动态口令")


class FactorActivateView(_Titled, ActivateTOTPView):
    """Set up the second factor."""

    template_name = "stations/factor_activate.html"
    title = _("启用动态口令")

    def form_valid(self, form: Any) -> HttpResponse:
        """The code was right: this session has shown its second factor."""
        response: HttpResponse = super().form_valid(form)
        second_factor_was_set_up(self.request, self.request.user)
        return response


class FactorDeactivateView(_Titled, DeactivateTOTPView):
    """Give up the second factor."""

    template_name = "stations/form.html"
    title = _("停用动态口令")


class RecoveryCodesView(_Titled, ViewRecoveryCodesView):
    """Codes for the day the phone is lost."""

    template_name = "stations/recovery_codes.html"
    title = _("恢复码")


class RecoveryCodesGenerateView(_Titled, GenerateRecoveryCodesView):
    """New codes; the old ones are worth nothing then."""

    template_name = "stations/form.html"
    title = _("重新生成恢复码")


class AccountView(LoginRequiredMixin, TemplateView):
    """Who I am here: roles, second factor, tokens."""

    template_name = "stations/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        actor = actor_for_request(self.request)
        tokens = ApiToken.objects.filter(user_id=actor.user_id or 0, revoked_at=None).order_by("-created_at")
        names = organisation_names()
        grants = [(spoken(role.label), names.get(path, "")) for role, path in actor.grants]
        may_import = actor.may(Verb.CREATE, DataClass.IMPORT_RUN)
        shown = {"title": _("我的账号"), "actor": actor, "grants": grants, "tokens": tokens, "may_import": may_import}
        return {**context, **shown}


def account_inactive(request: HttpRequest) -> HttpResponse:
    """A disabled account tried to sign in."""
    return render(
        request, "stations/message.html", {"title": _("账号已停用"), "text": _("请联系安全管理员。")}, status=403
    )


def factor_index(request: HttpRequest) -> HttpResponse:
    """allauth's overview page is our account page."""
    return redirect("account")
