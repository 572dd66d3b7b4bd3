"""Bodies that this room's API takes."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework import serializers

from core.api.device import DeviceIn
from core.errors import InvalidInput
from patrols.models import Unit
from stations.services import place_point
from stations.types import Power


class PlaceIn(serializers.Serializer):
    """A place in degrees of the named datum."""

    lon = serializers.FloatField()
    lat = serializers.FloatField()
    datum = serializers.CharField(max_length=10)

    def to_internal_value(self, data: object) -> object:
        """A WGS-84 point. Swapped or impossible coordinates are refused by name."""
        checked = super().to_internal_value(data)
        return place_point(checked["lon"], checked["lat"], checked["datum"])


class TourPlanIn(serializers.Serializer):
    """An outing to plan. `members`, `lead`, `vehicle`, `post_station`, `segments` are uids, `shift` is an id."""

    unit = serializers.UUIDField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    members = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=20)
    lead = serializers.UUIDField(required=False, allow_null=True)
    shift = serializers.IntegerField(required=False, allow_null=True)
    vehicle = serializers.UUIDField(required=False, allow_null=True)
    post = PlaceIn(required=False, allow_null=True)
    post_station = serializers.UUIDField(required=False, allow_null=True)
    segments = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100)
    agencies = serializers.ListField(child=serializers.ChoiceField(Unit.Agency.choices), required=False)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)
    exercise = serializers.BooleanField(required=False, default=False)


class TourExerciseIn(serializers.Serializer):
    """Into an exercise, or back to real duty, and why."""

    exercise = serializers.BooleanField()
    reason = serializers.CharField(max_length=200)


class TourOpenIn(DeviceIn):
    """Who is there; without it everybody planned."""

    members = serializers.ListField(child=serializers.UUIDField(), required=False, allow_null=True, max_length=20)


class NoteIn(DeviceIn):
    """A remark, or nothing."""

    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class ReasonIn(serializers.Serializer):
    """Why."""

    reason = serializers.CharField(max_length=200)


class MemberIn(serializers.Serializer):
    """Somebody; without it the person who asks."""

    person = serializers.UUIDField(required=False, allow_null=True, default=None)


class TaskDoneIn(DeviceIn):
    """What was done."""

    text = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class TaskIn(serializers.Serializer):
    """A task for an outing."""

    tour = serializers.UUIDField()
    title = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    due_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    segment = serializers.UUIDField(required=False, allow_null=True, default=None)


class ShiftIn(serializers.Serializer):
    """A named part of the day; `ends_at` at or before `starts_at` crosses midnight."""

    organisation = serializers.UUIDField()
    name = serializers.CharField(max_length=40)
    starts_at = serializers.TimeField()
    ends_at = serializers.TimeField()


class RequirementIn(serializers.Serializer):
    """What is to be out there. `dates` is [from, until) of local dates, `weekdays` ISO numbers (1 = Monday)."""

    organisation = serializers.UUIDField()
    name = serializers.CharField(max_length=100)
    starts_at = serializers.TimeField()
    ends_at = serializers.TimeField()
    from_date = serializers.DateField()
    until_date = serializers.DateField()
    weekdays = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=7), allow_empty=False)
    count = serializers.IntegerField(min_value=1, max_value=1000, default=1)
    kinds = serializers.ListField(child=serializers.ChoiceField(Unit.Kind.choices), required=False)
    powers = serializers.ListField(child=serializers.ChoiceField([power.value for power in Power]), required=False)
    station = serializers.UUIDField(required=False, allow_null=True)
    segment = serializers.UUIDField(required=False, allow_null=True)
    place = PlaceIn(required=False, allow_null=True)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """The range of dates runs forward."""
        if attrs["until_date"] <= attrs["from_date"]:  # type: ignore[operator]
            raise InvalidInput(
                _("结束日期必须晚于开始日期"),
                field="until_date",
                value=attrs["until_date"],
                cure=_("把结束日期改到开始日期之后"),
            )
        return attrs
