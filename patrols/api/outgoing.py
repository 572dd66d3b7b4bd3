"""What this room's API shows. Places are WGS-84 [lon, lat]."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.messages import spoken
from patrols.models import DutyTask, Requirement, Shift, Tour, TourMember, Unit
from patrols.states import TourState
from patrols.types import UnitOnDuty


class UnitOut(serializers.ModelSerializer):
    """A call sign."""

    kind_name = serializers.CharField(source="get_kind_display")
    agency_name = serializers.CharField(source="get_agency_display")

    class Meta:
        model = Unit
        fields = ("uid", "call_sign", "kind", "kind_name", "agency", "agency_name")


class ShiftOut(serializers.ModelSerializer):
    """A named part of the day."""

    organisation = serializers.UUIDField(source="organisation.uid")

    class Meta:
        model = Shift
        fields = ("id", "organisation", "name", "starts_at", "ends_at")


class MemberOut(serializers.ModelSerializer):
    """Somebody on a tour; no contact of any kind."""

    person = serializers.UUIDField(source="person.uid")
    name = serializers.CharField(source="person.name")
    kind = serializers.CharField(source="person.kind")
    is_present = serializers.SerializerMethodField()

    class Meta:
        model = TourMember
        fields = ("person", "name", "kind", "role", "is_present")

    def get_is_present(self, row: TourMember) -> bool:
        """On the tour right now."""
        return row.present is not None and row.present.upper is None


class NamedOut(serializers.Serializer):
    """A segment or a station."""

    uid = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()


class VehicleOut(serializers.Serializer):
    """A police vehicle."""

    uid = serializers.UUIDField()
    plate = serializers.CharField()
    kind = serializers.CharField()


class PartnerOut(serializers.Serializer):
    """An organisation whose people ride along."""

    uid = serializers.UUIDField()
    name = serializers.CharField()


class PointOut(serializers.Field):
    """[lon, lat]."""

    def to_representation(self, value: Any) -> list[float]:
        """Seven decimals are a centimetre."""
        return [round(value.x, 7), round(value.y, 7)]


class TourOut(serializers.ModelSerializer):
    """An outing whole."""

    unit = UnitOut()
    organisation = serializers.UUIDField(source="organisation.uid")
    organisation_name = serializers.CharField(source="organisation.name")
    state_name = serializers.SerializerMethodField()
    shift = ShiftOut()
    planned_from = serializers.DateTimeField(source="planned.lower")
    planned_until = serializers.DateTimeField(source="planned.upper")
    vehicle = VehicleOut()
    post = PointOut()
    post_station = NamedOut()
    segments = NamedOut(many=True)
    members = MemberOut(many=True)
    agency_names = serializers.SerializerMethodField()
    partners = PartnerOut(many=True)

    class Meta:
        model = Tour
        fields = (
            "uid", "unit", "organisation", "organisation_name", "state", "state_name", "shift", "planned_from",
            "planned_until", "opened_at", "closed_at", "on_break_since", "vehicle", "post", "post_station", "segments",
            "members", "agencies", "agency_names", "partners", "note", "exercise", "generated",
        )  # fmt: skip

    def get_agency_names(self, row: Tour) -> list[str]:
        """The Chinese names of the agencies, that of the unit first."""
        return [spoken(Unit.Agency(agency).label) for agency in row.agencies]

    def get_state_name(self, row: Tour) -> str:
        """The Chinese name of the state."""
        return spoken(dict(TourState.choices())[row.state])


class TaskOut(serializers.ModelSerializer):
    """A task of the day."""

    tour = serializers.UUIDField(source="tour.uid")
    segment = NamedOut()

    class Meta:
        model = DutyTask
        fields = ("uid", "tour", "title", "text", "segment", "due_at", "done_at", "done_text", "created_at")


class RequirementOut(serializers.ModelSerializer):
    """What ought to be out there."""

    organisation = serializers.UUIDField(source="organisation.uid")
    station = NamedOut()
    segment = NamedOut()
    place = PointOut()
    from_date = serializers.DateField(source="dates.lower")
    until_date = serializers.DateField(source="dates.upper")

    class Meta:
        model = Requirement
        fields = (
            "uid", "organisation", "name", "station", "segment", "place", "kinds", "powers", "count", "weekdays",
            "starts_at", "ends_at", "from_date", "until_date",
        )  # fmt: skip


class GapOut(serializers.Serializer):
    """One requirement of one day that too few tours are planned for."""

    requirement_id = serializers.IntegerField()
    name = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    required = serializers.IntegerField()  # type: ignore[assignment]
    planned = serializers.IntegerField()
    missing = serializers.IntegerField()


def with_all(tours: Any) -> Any:
    """A tour queryset with everything that `TourOut` shows, in a fixed number of statements."""
    return tours.select_related(
        "unit", "organisation", "shift", "shift__organisation", "vehicle", "post_station"
    ).prefetch_related("segments", "members__person", "partners")


def unit_feature(unit: UnitOnDuty) -> dict[str, Any]:
    """A unit on duty as GeoJSON; its id is the tour's uid."""
    tour = unit.tour
    placed = unit.lon is not None and unit.lat is not None
    post = None if tour.post_lon is None else [tour.post_lon, tour.post_lat]
    return {
        "type": "Feature",
        "id": tour.tour_uid,
        "geometry": {"type": "Point", "coordinates": [unit.lon, unit.lat]} if placed else None,
        "properties": {
            "tour": tour.tour_uid,
            "unit": tour.unit_uid,
            "call_sign": tour.call_sign,
            "kind": tour.kind,
            "agency": tour.agency,
            "agencies": list(tour.agencies),
            "state": unit.state,
            "on_break": tour.on_break,
            "people": len(tour.people_kinds),
            "powers": sorted(tour.powers),
            "freshness": unit.freshness.value,
            "placed_by": unit.placed_by,
            "age_s": None if unit.age_s is None else round(unit.age_s),
            "fixed_at": tour.fixed_at,
            "speed_mps": tour.speed_mps,
            "course_deg": tour.course_deg,
            "accuracy_m": tour.accuracy_m,
            "is_mock": tour.is_mock,
            "source": tour.position_source,
            "post": post,
            "exercise": tour.is_exercise,
            "generated": tour.generated,
        },
    }
