"""Fields that a write from a phone may carry: a client key, the device's clocks, the place of the act."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.device_time import DeviceMoment
from core.geo.datum import place_check

A_WEEK_MS = 7 * 86_400_000


class DevicePlaceIn(serializers.Serializer):
    """Where the device was, in degrees of the named datum."""

    lon = serializers.FloatField()
    lat = serializers.FloatField()
    datum = serializers.CharField(max_length=10)
    accuracy_m = serializers.FloatField(required=False, allow_null=True, default=None, min_value=0)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """WGS-84 degrees. Swapped or impossible coordinates are refused by name."""
        lon, lat = place_check(attrs["lon"], attrs["lat"], attrs["datum"])
        return {"lon": lon, "lat": lat, "accuracy_m": attrs["accuracy_m"]}


class DeviceIn(serializers.Serializer):
    """An act of a device that may have been without network. All of it may be missing."""

    client_key = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    device_time = serializers.DateTimeField(required=False, allow_null=True, default=None)
    device_sent_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    monotonic_ms = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, max_value=A_WEEK_MS
    )
    place = DevicePlaceIn(required=False, allow_null=True, default=None)


def device_moment(data: dict[str, Any]) -> DeviceMoment:
    """Take the fields of `DeviceIn` but the key out of a checked body."""
    place = data.pop("place", None) or {}
    return DeviceMoment(
        at=data.pop("device_time", None),
        sent_at=data.pop("device_sent_at", None),
        monotonic_ms=data.pop("monotonic_ms", None),
        **place,
    )
