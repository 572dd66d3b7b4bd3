"""/api/v1/people/, /api/v1/role-grants/, /api/v1/me/."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.db.choices import choices_spoken
from core.errors import InvalidInput, NotFound
from stations.api.base import PolicyView, organisation_of
from stations.api.filters import PersonFilter, RoleGrantFilter
from stations.models import Person, RoleGrant
from stations.selectors import people_visible_to, role_grants_visible_to
from stations.services import person_change, person_create, role_grant, role_revoke
from stations.types import DataClass, Role, Verb


class PersonOut(serializers.ModelSerializer):
    """A colleague: duty contact only. Personal numbers are looked up one by one, with a reason, elsewhere."""

    organisation = serializers.UUIDField(source="organisation.uid")

    class Meta:
        model = Person
        fields = (
            "uid",
            "organisation",
            "kind",
            "name",
            "staff_number",
            "post_title",
            "duty_phone",
            "generated",
            "is_active",
        )


class _PersonFields(serializers.Serializer):
    staff_number = serializers.CharField(max_length=30, required=False, allow_blank=True)
    post_title = serializers.CharField(max_length=60, required=False, allow_blank=True)
    duty_phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    personal_phone = serializers.CharField(max_length=40, required=False, allow_blank=True, write_only=True)


class PersonIn(_PersonFields):
    """Somebody new."""

    organisation = serializers.UUIDField()
    kind = serializers.ChoiceField(Person.Kind.choices)
    name = serializers.CharField(max_length=60)


class PersonPatch(_PersonFields):
    """What may change."""

    kind = serializers.ChoiceField(Person.Kind.choices, required=False)
    name = serializers.CharField(max_length=60, required=False)
    is_active = serializers.BooleanField(required=False)


class PersonCollection(PolicyView):
    """List and create."""

    data_class = DataClass.PERSON
    verbs = {"GET": Verb.VIEW, "POST": Verb.CREATE}
    serializer_class = PersonOut
    filter_backends = (DjangoFilterBackend,)
    filterset_class = PersonFilter
    queryset = Person.objects.none()

    @extend_schema(responses=PersonOut(many=True))
    def get(self, request: Request) -> Response:
        """Colleagues within the actor's scope."""
        return self.page_of(people_visible_to(self.actor).order_by("organisation__path", "name", "id"), PersonOut)

    @extend_schema(request=PersonIn, responses={201: PersonOut})
    def post(self, request: Request) -> Response:
        """Enter somebody."""
        data = self.validated(PersonIn)
        organisation = organisation_of(self.actor, data.pop("organisation"))
        person = person_create(actor=self.actor, organisation=organisation, **data)
        return Response(PersonOut(person).data, status=status.HTTP_201_CREATED)


class PersonItem(PolicyView):
    """Read and change one."""

    data_class = DataClass.PERSON
    verbs = {"GET": Verb.VIEW, "PATCH": Verb.CHANGE}
    serializer_class = PersonOut
    queryset = Person.objects.none()

    @extend_schema(responses=PersonOut)
    def get(self, request: Request, uid: uuid.UUID) -> Response:
        """One person."""
        return Response(PersonOut(self.row(people_visible_to(self.actor), uid)).data)

    @extend_schema(request=PersonPatch, responses=PersonOut)
    def patch(self, request: Request, uid: uuid.UUID) -> Response:
        """Change it."""
        person = self.row(people_visible_to(self.actor), uid)
        data = self.validated(PersonPatch, partial=True)
        return Response(PersonOut(person_change(actor=self.actor, person_id=person.pk, **data)).data)


class RoleGrantOut(serializers.ModelSerializer):
    """A dated grant."""

    person = serializers.UUIDField(source="person.uid")
    organisation = serializers.UUIDField(source="organisation.uid")
    valid_from = serializers.SerializerMethodField()
    valid_until = serializers.SerializerMethodField()

    class Meta:
        model = RoleGrant
        fields = ("id", "person", "role", "organisation", "valid_from", "valid_until", "note")

    def get_valid_from(self, row: RoleGrant) -> str | None:
        """Begin, inclusive."""
        return row.valid.lower.isoformat() if row.valid and row.valid.lower else None

    def get_valid_until(self, row: RoleGrant) -> str | None:
        """End, exclusive; null is open."""
        return row.valid.upper.isoformat() if row.valid and row.valid.upper else None


class RoleGrantCollection(PolicyView):
    """List and grant: the security administrator's."""

    data_class = DataClass.ROLE_GRANT
    verbs = {"GET": Verb.VIEW, "POST": Verb.CREATE}
    serializer_class = RoleGrantOut
    filter_backends = (DjangoFilterBackend,)
    filterset_class = RoleGrantFilter
    queryset = RoleGrant.objects.none()

    class RoleGrantIn(serializers.Serializer):
        """Who gets which role over what, from when to when."""

        person = serializers.UUIDField()
        role = serializers.ChoiceField(choices_spoken((role.value, role.label) for role in Role))
        organisation = serializers.UUIDField()
        valid_from = serializers.DateTimeField(required=False)
        valid_until = serializers.DateTimeField(required=False, allow_null=True)
        note = serializers.CharField(max_length=200, required=False, allow_blank=True)

    @extend_schema(responses=RoleGrantOut(many=True))
    def get(self, request: Request) -> Response:
        """Grants over organisations within the actor's scope, past ones included."""
        return self.page_of(role_grants_visible_to(self.actor).order_by("-id"), RoleGrantOut)

    @extend_schema(request=RoleGrantIn, responses={201: RoleGrantOut})
    def post(self, request: Request) -> Response:
        """Grant a role."""
        data: dict[str, Any] = self.validated(self.RoleGrantIn)
        person = people_visible_to(self.actor).filter(uid=data["person"]).first()
        if person is None:
            raise InvalidInput(
                _("没有这个人员"), field="person", value=str(data["person"]), cure=_("请从您可见的在职人员中选择")
            )
        data["person"] = person
        data["organisation"] = organisation_of(self.actor, data["organisation"])
        return Response(RoleGrantOut(role_grant(actor=self.actor, **data)).data, status=status.HTTP_201_CREATED)


class RoleGrantRevoke(PolicyView):
    """Take a role back."""

    data_class = DataClass.ROLE_GRANT
    verbs = {"POST": Verb.CHANGE}
    serializer_class = RoleGrantOut
    queryset = RoleGrant.objects.none()

    class RoleGrantRevokeIn(serializers.Serializer):
        """Why."""

        reason = serializers.CharField(max_length=200)

    @extend_schema(request=RoleGrantRevokeIn, responses=RoleGrantOut)
    def post(self, request: Request, grant_id: int) -> Response:
        """It ends now; the row stays."""
        if not role_grants_visible_to(self.actor).filter(pk=grant_id).exists():
            raise NotFound(_("没有找到"), field="role_grant", value=grant_id)
        reason = self.validated(self.RoleGrantRevokeIn)["reason"]
        return Response(RoleGrantOut(role_revoke(actor=self.actor, grant_id=grant_id, reason=reason)).data)
