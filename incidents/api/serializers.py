"""What comes in: shapes and types only. Rules live in the services, which name the field, the value and the cure."""

from __future__ import annotations

from functools import cache, cached_property
from typing import Any

from rest_framework import serializers
from rest_framework.utils.serializer_helpers import BindingDict

from core.api.device import DeviceIn
from incidents.states import AssignmentState


class _Plain(serializers.Serializer):
    """Fields that know nothing of a request are copied and bound once a class, not once a request."""

    @cached_property
    def fields(self) -> Any:
        """The fields by name; shared by all instances of the class."""
        return _fields_bound(type(self))


@cache
def _fields_bound(of: type[_Plain]) -> BindingDict:
    parent = of()
    fields = BindingDict(parent)
    for name, field in parent.get_fields().items():
        fields[name] = field
    return fields


class PlaceIn(_Plain):
    """A place by point, by chainage, or by road and junction."""

    lon = serializers.FloatField(required=False, allow_null=True)
    lat = serializers.FloatField(required=False, allow_null=True)
    datum = serializers.CharField(required=False, allow_blank=True, max_length=20)
    chainage = serializers.CharField(required=False, allow_blank=True, max_length=80)
    road = serializers.CharField(required=False, allow_blank=True, max_length=100)
    junction = serializers.CharField(required=False, allow_blank=True, max_length=100)


class IncidentIn(PlaceIn):
    """A reported incident."""

    kind = serializers.CharField(max_length=40)
    source = serializers.CharField(max_length=16, default="api")  # type: ignore[assignment]
    title = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    text = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    place_text = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    happened_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    course_deg = serializers.FloatField(required=False, allow_null=True, min_value=0, max_value=360, default=None)
    risk = serializers.DictField(required=False, default=dict)
    reporter_name = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    reporter_phone = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    plate = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    automatic = serializers.BooleanField(required=False, allow_null=True, default=None)
    exercise = serializers.BooleanField(required=False, default=False)


class ReasonIn(serializers.Serializer):
    """A reason; whether it is needed is the service's rule."""

    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class ActIn(ReasonIn):
    """What a page does to an incident. `seen`: the last row of its history that the page had (services.meanwhile)."""

    seen = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2**62, default=None)


class WaitIn(ActIn):
    """Hold, until a moment or until resumed."""

    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class TransferIn(ActIn):
    """Hand over to another authority."""

    to = serializers.CharField(max_length=100)


class MergeIn(ActIn):
    """Merge into another incident."""

    into = serializers.UUIDField()


class AttachIn(ActIn):
    """Attach to a parent incident."""

    parent = serializers.UUIDField()  # type: ignore[assignment]


class GradeIn(ActIn):
    """A grade by hand."""

    grade = serializers.CharField(max_length=8)


class DispatchIn(ActIn):
    """Send a unit: a named tour, or (without one) the best of the engine's list."""

    tour = serializers.UUIDField(required=False, allow_null=True, default=None)
    preempt = serializers.BooleanField(required=False, default=False)


# An offer is made by a dispatch, not by a step.
STEPS = [state for state in AssignmentState if state not in {AssignmentState.PROPOSED, AssignmentState.OFFERED}]


class StepIn(DeviceIn):
    """One step of an assignment."""

    to_state = serializers.ChoiceField(choices=[state.value for state in STEPS])
    fence = serializers.IntegerField(required=False, allow_null=True, default=None)
    by_radio = serializers.BooleanField(required=False, default=False)
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    outcome = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")


class DeferIn(serializers.Serializer):
    """More time for a supervision, until a moment or for some minutes from now."""

    text = serializers.CharField(max_length=300, allow_blank=True)
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)
    minutes = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=1440)


class SafeIn(serializers.Serializer):
    """All is well: by the crew itself, or over the radio."""

    by_radio = serializers.BooleanField(required=False, default=False)
    text = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class BackupIn(DeviceIn):
    """A unit on a case asks for one more. `reason` is a code."""

    reason = serializers.CharField(max_length=20)
    text = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    fence = serializers.IntegerField(required=False, allow_null=True, default=None)


class SettleIn(serializers.Serializer):
    """What was done about a supervision."""

    text = serializers.CharField(max_length=300, allow_blank=True)
