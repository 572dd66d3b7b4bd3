"""Addresses of this room under /api/v1/."""

from __future__ import annotations

from django.urls import path

from recognition.api import plates

urlpatterns = [
    path("recognition/plates:read", plates.PlatesRead.as_view(), name="api-plates-read"),
]
