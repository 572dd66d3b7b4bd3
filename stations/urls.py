"""Addresses of sign-in and account pages. Names are those that allauth looks up."""

from __future__ import annotations

from django.urls import path

from stations.sign_in import views

urlpatterns = [
    path("login/", views.SignInView.as_view(), name="account_login"),
    path("logout/", views.SignOutView.as_view(), name="account_logout"),
    path("login/code/", views.FactorSignInView.as_view(), name="mfa_authenticate"),
    path("login/inactive/", views.account_inactive, name="account_inactive"),
    path("account/", views.AccountView.as_view(), name="account"),
    path("account/password/", views.PasswordView.as_view(), name="account_change_password"),
    path("account/confirm/", views.ConfirmPasswordView.as_view(), name="account_reauthenticate"),
    path("account/factor/", views.factor_index, name="mfa_index"),
    path("account/factor/confirm/", views.FactorConfirmView.as_view(), name="mfa_reauthenticate"),
    path("account/factor/activate/", views.FactorActivateView.as_view(), name="mfa_activate_totp"),
    path("account/factor/deactivate/", views.FactorDeactivateView.as_view(), name="mfa_deactivate_totp"),
    path("account/factor/recovery/", views.RecoveryCodesView.as_view(), name="mfa_view_recovery_codes"),
    path("account/factor/recovery/new/", views.RecoveryCodesGenerateView.as_view(), name="mfa_generate_recovery_codes"),
]
