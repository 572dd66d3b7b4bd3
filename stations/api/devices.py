"""/api/v1/devices/: devices, their tokens, bindings and locks."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import InvalidInput
from stations.api.base import PolicyView, organisation_of
from stations.api.filters import DeviceFilter
from stations.models import Device
from stations.selectors import devices_visible_to, people_visible_to, stations_visible_to, vehicles_visible_to
from stations.services import device_bind, device_create, device_lock, device_rotate_token, device_unlock
from stations.types import DataClass, Verb


class DeviceOut(serializers.ModelSerializer):
    """A device; never its token."""

    organisation = serializers.UUIDField(source="organisation.uid")

    class Meta:
        model = Device
        fields = (
            "uid",
            "organisation",
            "identifier",
            "protocol",
            "datum",
            "last_seen_at",
            "rejected_count",
            "last_rejected_at",
            "last_rejected_code",
            "locked_at",
            "locked_reason",
            "generated",
        )


class DeviceWithToken(DeviceOut):
    """The one answer that shows a token."""

    token = serializers.CharField(read_only=True)

    class Meta(DeviceOut.Meta):
        fields = (*DeviceOut.Meta.fields, "token")  # type: ignore[assignment]


class DeviceReason(serializers.Serializer):
    """Why."""

    reason = serializers.CharField(max_length=200)


def _with_token(device: Device, token: str) -> dict[str, Any]:
    return {**DeviceOut(device).data, "token": token}


class DeviceCollection(PolicyView):
    """List and create."""

    data_class = DataClass.DEVICE
    verbs = {"GET": Verb.VIEW, "POST": Verb.CREATE}
    serializer_class = DeviceOut
    filter_backends = (DjangoFilterBackend,)
    filterset_class = DeviceFilter
    queryset = Device.objects.none()

    class DeviceIn(serializers.Serializer):
        """A new device; its record fixes the datum of what it sends."""

        organisation = serializers.UUIDField()
        identifier = serializers.CharField(max_length=60)
        protocol = serializers.CharField(max_length=20)
        datum = serializers.CharField(max_length=10, default="wgs84")

    @extend_schema(responses=DeviceOut(many=True))
    def get(self, request: Request) -> Response:
        """Devices within the actor's scope."""
        return self.page_of(devices_visible_to(self.actor).order_by("identifier"), DeviceOut)

    @extend_schema(request=DeviceIn, responses={201: DeviceWithToken})
    def post(self, request: Request) -> Response:
        """Create one; the answer shows its token once."""
        data = self.validated(self.DeviceIn)
        organisation = organisation_of(self.actor, data.pop("organisation"))
        device, token = device_create(actor=self.actor, organisation=organisation, **data)
        return Response(_with_token(device, token), status=status.HTTP_201_CREATED)


class DeviceItem(PolicyView):
    """Read one."""

    data_class = DataClass.DEVICE
    verbs = {"GET": Verb.VIEW}
    serializer_class = DeviceOut
    queryset = Device.objects.none()

    @extend_schema(responses=DeviceOut)
    def get(self, request: Request, uid: uuid.UUID) -> Response:
        """One device."""
        return Response(DeviceOut(self.row(devices_visible_to(self.actor), uid)).data)


class _DeviceAction(PolicyView):
    data_class = DataClass.DEVICE
    verbs = {"POST": Verb.CHANGE}
    serializer_class = DeviceOut
    queryset = Device.objects.none()


class DeviceLock(_DeviceAction):
    """Lock out."""

    @extend_schema(request=DeviceReason, responses=DeviceOut)
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """From now on nothing of this device is accepted."""
        device = self.row(devices_visible_to(self.actor), uid)
        reason = self.validated(DeviceReason)["reason"]
        return Response(DeviceOut(device_lock(actor=self.actor, device_id=device.pk, reason=reason)).data)


class DeviceUnlock(_DeviceAction):
    """Let in again."""

    @extend_schema(request=DeviceReason, responses=DeviceOut)
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """The device works again."""
        device = self.row(devices_visible_to(self.actor), uid)
        reason = self.validated(DeviceReason)["reason"]
        return Response(DeviceOut(device_unlock(actor=self.actor, device_id=device.pk, reason=reason)).data)


class DeviceToken(_DeviceAction):
    """A new token."""

    @extend_schema(request=None, responses=DeviceWithToken)
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """The old token is worth nothing from now on; the answer shows the new one once."""
        device = self.row(devices_visible_to(self.actor), uid)
        return Response(_with_token(*device_rotate_token(actor=self.actor, device_id=device.pk)))


class DeviceBind(_DeviceAction):
    """Bind to a person, a vehicle or a station."""

    class DeviceBindIn(serializers.Serializer):
        """Exactly one of three uids."""

        person = serializers.UUIDField(required=False)
        vehicle = serializers.UUIDField(required=False)
        station = serializers.UUIDField(required=False)
        valid_from = serializers.DateTimeField(required=False)
        valid_until = serializers.DateTimeField(required=False, allow_null=True)

    @extend_schema(request=DeviceBindIn, responses=DeviceOut)
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """The binding before ends where this one begins."""
        device = self.row(devices_visible_to(self.actor), uid)
        data = self.validated(self.DeviceBindIn)
        rows = {
            "person": people_visible_to(self.actor),
            "vehicle": vehicles_visible_to(self.actor),
            "station": stations_visible_to(self.actor),
        }
        for name, visible in rows.items():
            if name in data:
                found = visible.filter(uid=data[name]).first()
                if found is None:
                    raise InvalidInput(
                        _("没有找到"), field=name, value=str(data[name]), cure=_("请检查标识，或从列表中选择")
                    )
                data[name] = found
        device_bind(actor=self.actor, device_id=device.pk, **data)
        return Response(DeviceOut(device).data)
