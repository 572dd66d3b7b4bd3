"""/api/v1/organisations/"""

from __future__ import annotations

import uuid

from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from stations.api.base import PolicyView, organisation_of
from stations.api.filters import OrganisationFilter
from stations.models import Organisation
from stations.selectors import organisations_visible_to
from stations.services import organisation_change, organisation_create, organisation_move
from stations.types import DataClass, Verb


class OrganisationOut(serializers.ModelSerializer):
    """What anybody may read of an organisation: published phones, no switches."""

    parent = serializers.UUIDField(source="parent.uid", allow_null=True, default=None)  # type: ignore[assignment]

    class Meta:
        model = Organisation
        fields = ("uid", "parent", "kind", "code", "name", "duty_phone", "supervision_phone", "generated", "is_active")


class OrganisationCollection(PolicyView):
    """List and create."""

    data_class = DataClass.ORGANISATION
    verbs = {"GET": Verb.VIEW, "POST": Verb.CREATE}
    public = True
    serializer_class = OrganisationOut
    filter_backends = (DjangoFilterBackend,)
    filterset_class = OrganisationFilter
    queryset = Organisation.objects.none()

    class OrganisationIn(serializers.Serializer):
        """A new node; without `parent` a root, which only a grant over everything may make."""

        parent = serializers.UUIDField(required=False, allow_null=True)  # type: ignore[assignment]
        kind = serializers.ChoiceField(Organisation.Kind.choices)
        code = serializers.CharField(max_length=20)
        name = serializers.CharField(max_length=100)
        duty_phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
        supervision_phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
        time_zone = serializers.CharField(max_length=40, required=False)
        features = serializers.DictField(required=False)

    @extend_schema(responses=OrganisationOut(many=True))
    def get(self, request: Request) -> Response:
        """Organisations in tree order."""
        return self.page_of(
            organisations_visible_to(self.actor).select_related("parent").order_by("path"), OrganisationOut
        )

    @extend_schema(request=OrganisationIn, responses={201: OrganisationOut})
    def post(self, request: Request) -> Response:
        """Create one."""
        data = self.validated(self.OrganisationIn)
        above = data.pop("parent", None)
        parent = organisation_of(self.actor, above, "parent") if above else None
        row = organisation_create(actor=self.actor, parent=parent, **data)
        return Response(OrganisationOut(row).data, status=status.HTTP_201_CREATED)


class OrganisationItem(PolicyView):
    """Read and change one."""

    data_class = DataClass.ORGANISATION
    verbs = {"GET": Verb.VIEW, "PATCH": Verb.CHANGE}
    public = True
    serializer_class = OrganisationOut
    queryset = Organisation.objects.none()

    class OrganisationPatch(serializers.Serializer):
        """What may change without moving."""

        name = serializers.CharField(max_length=100, required=False)
        kind = serializers.ChoiceField(Organisation.Kind.choices, required=False)
        duty_phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
        supervision_phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
        time_zone = serializers.CharField(max_length=40, required=False)
        features = serializers.DictField(required=False)
        is_active = serializers.BooleanField(required=False)

    @extend_schema(responses=OrganisationOut)
    def get(self, request: Request, uid: uuid.UUID) -> Response:
        """One organisation."""
        return Response(OrganisationOut(self.row(organisations_visible_to(self.actor), uid)).data)

    @extend_schema(request=OrganisationPatch, responses=OrganisationOut)
    def patch(self, request: Request, uid: uuid.UUID) -> Response:
        """Change it."""
        row = self.row(organisations_visible_to(self.actor), uid)
        data = self.validated(self.OrganisationPatch, partial=True)
        return Response(OrganisationOut(organisation_change(actor=self.actor, organisation_id=row.pk, **data)).data)


class OrganisationMove(PolicyView):
    """Hang one under another parent."""

    data_class = DataClass.ORGANISATION
    verbs = {"POST": Verb.MANAGE}
    serializer_class = OrganisationOut
    queryset = Organisation.objects.none()

    class OrganisationMoveIn(serializers.Serializer):
        """Where to, and why."""

        parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]
        reason = serializers.CharField(max_length=200)

    @extend_schema(request=OrganisationMoveIn, responses=OrganisationOut)
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """Move it with everything below."""
        row = self.row(organisations_visible_to(self.actor), uid)
        data = self.validated(self.OrganisationMoveIn)
        parent = organisation_of(self.actor, data["parent"], "parent") if data["parent"] else None
        moved = organisation_move(actor=self.actor, organisation_id=row.pk, parent=parent, reason=data["reason"])
        return Response(OrganisationOut(moved).data)
