"""What a case holds beside its loop: marks, further reports of it, recordings, look-alikes while a call is typed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.api.paging import page_of
from core.api.repeatable import IDEMPOTENCY_PARAMETER, answered
from core.errors import InvalidInput
from core.geo.datum import place_check
from incidents import services
from incidents.api.incidents import client_of, visible_incident
from incidents.api.serializers import ReasonIn
from incidents.selectors import duplicates_near, mark_summary, marks_visible_to, parents_possible
from roads.selectors import deployment_bounds
from stations.selectors import actor_for_request
from stations.types import DataClass, Verb


class MarkIn(serializers.Serializer):
    """A mark: of an incident's place, plate or caller, or of what is given here."""

    target = serializers.CharField(max_length=10)
    label = serializers.CharField(max_length=60, allow_blank=True)  # type: ignore[assignment]
    reason = serializers.CharField(max_length=300, allow_blank=True)
    weight = serializers.IntegerField(required=False, default=1)
    incident = serializers.UUIDField(required=False, allow_null=True, default=None)
    lon = serializers.FloatField(required=False, allow_null=True, default=None)
    lat = serializers.FloatField(required=False, allow_null=True, default=None)
    datum = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    radius_m = serializers.IntegerField(required=False, default=200)
    plate = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    valid_from = serializers.DateTimeField(required=False, allow_null=True, default=None)
    valid_until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class ReportIn(serializers.Serializer):
    """One more report of a case that is known."""

    source = serializers.CharField(max_length=16, default="phone")  # type: ignore[assignment]
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    reporter_name = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    reporter_phone = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")


class RecordingIn(serializers.Serializer):
    """A recording by reference and hash; never its bytes."""

    system = serializers.CharField(max_length=30)
    reference = serializers.CharField(max_length=300)
    sha256 = serializers.CharField(max_length=80)
    begun_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    duration_s = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=86_400, default=None)


class SimilarIn(serializers.Serializer):
    """What is known of a call so far. In the body, so that no number stands in an address."""

    lon = serializers.FloatField(required=False, allow_null=True, default=None)
    lat = serializers.FloatField(required=False, allow_null=True, default=None)
    datum = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    kind = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    reporter_phone = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")


class MarksApi(APIView):
    """Marks in force."""

    data_class = DataClass.MARK
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW, "POST": Verb.CREATE}

    @extend_schema(
        operation_id="marks_list",
        parameters=[
            OpenApiParameter("target", str, description="place、plate 或 caller"),
            OpenApiParameter("limit", int),
            OpenApiParameter("offset", int),
        ],
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        """Marks that this actor may see and that nobody ended, newest first."""
        limit, offset = page_of(request)
        rows = marks_visible_to(actor_for_request(request)).filter(ended_at=None).order_by("-id")
        target = request.query_params.get("target", "")
        if target:
            if target not in {"place", "plate", "caller"}:
                raise InvalidInput(_("未知的标签对象"), field="target", value=target, cure="place、plate、caller")
            rows = rows.filter(target=target)
        page = list(rows[offset : offset + limit + 1])
        return Response(
            {
                "marks": [mark_summary(row) for row in page[:limit]],
                "next_offset": offset + limit if len(page) > limit else None,
            }
        )

    @extend_schema(operation_id="marks_add", request=MarkIn, responses={201: dict}, parameters=[IDEMPOTENCY_PARAMETER])
    def post(self, request: Request) -> Response:
        """Set a mark."""
        actor = actor_for_request(request)
        body = MarkIn(data=request.data)
        body.is_valid(raise_exception=True)
        data = dict(body.validated_data)
        incident = data.pop("incident")
        if incident is not None:
            visible_incident(actor, str(incident))

        def add() -> dict[str, Any]:
            return mark_summary(
                services.mark_add(actor=actor, incident_uid=str(incident) if incident is not None else None, **data)
            )

        return answered(request, client_of(actor), add)


class MarkEndApi(APIView):
    """End a mark."""

    data_class = DataClass.MARK
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CHANGE}

    @extend_schema(operation_id="marks_end", request=ReasonIn, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """Needs a `reason`; ending it again changes nothing."""
        body = ReasonIn(data=request.data)
        body.is_valid(raise_exception=True)
        mark = services.mark_end(
            actor=actor_for_request(request), mark_uid=str(uid), reason=body.validated_data["reason"]
        )
        return Response(mark_summary(mark))


class ReportsApi(APIView):
    """The same thing reported again."""

    data_class = DataClass.INCIDENT
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CREATE}

    @extend_schema(
        operation_id="incidents_report_add",
        request=ReportIn,
        responses={201: dict},
        parameters=[IDEMPOTENCY_PARAMETER],
    )
    def post(self, request: Request, uid: str) -> Response:
        """Add a report to a case instead of making a second one."""
        actor = actor_for_request(request)
        body = ReportIn(data=request.data)
        body.is_valid(raise_exception=True)
        incident = visible_incident(actor, uid)

        def add() -> dict[str, Any]:
            report = services.incident_report_add(actor=actor, incident_uid=str(uid), **body.validated_data)
            return {"uid": str(report.uid), "incident": str(incident.uid), "number": incident.number}

        return answered(request, client_of(actor), add)


class RecordingsApi(APIView):
    """Recordings of a case."""

    data_class = DataClass.RECORDING
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CREATE}

    @extend_schema(operation_id="incidents_recording_add", request=RecordingIn, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """Tie a recording to the case by reference and SHA-256; the same again changes nothing."""
        body = RecordingIn(data=request.data)
        body.is_valid(raise_exception=True)
        row = services.recording_add(actor=actor_for_request(request), incident_uid=str(uid), **body.validated_data)
        return Response({"uid": str(row.uid), "system": row.system, "sha256": row.sha256})


class RecordingLookupApi(APIView):
    """Where a recording lies: a look-up, which is written down."""

    data_class = DataClass.RECORDING
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.LOOKUP}

    @extend_schema(operation_id="incidents_recording_lookup", request=ReasonIn, responses={200: dict})
    def post(self, request: Request, uid: str, recording: str) -> Response:
        """System, reference and hash; needs a `reason`."""
        actor = actor_for_request(request)
        body = ReasonIn(data=request.data)
        body.is_valid(raise_exception=True)
        visible_incident(actor, uid)
        found = services.recording_lookup(
            actor=actor, incident_uid=str(uid), recording_uid=str(recording), reason=body.validated_data["reason"]
        )
        return Response(asdict(found))


class SimilarApi(APIView):
    """Open cases like the one being typed: of the same caller, and nearby."""

    data_class = DataClass.REPORTER
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.LOOKUP}

    @extend_schema(operation_id="incidents_similar", request=SimilarIn, responses={200: dict})
    def post(self, request: Request) -> Response:
        """`of_caller`, newest first, and `near`, same kind first. Asking by a number is written down."""
        actor = actor_for_request(request)
        body = SimilarIn(data=request.data)
        body.is_valid(raise_exception=True)
        data = body.validated_data
        near: list[dict[str, Any]] = []
        if data["lon"] is not None or data["lat"] is not None:
            lon, lat = place_check(data["lon"], data["lat"], data["datum"], bounds=deployment_bounds())
            hints = duplicates_near(actor=actor, lon=lon, lat=lat, at=clock.now(), kind=data["kind"])
            near = [asdict(hint) for hint in hints]
        of_caller = [asdict(case) for case in services.caller_cases(actor=actor, phone=data["reporter_phone"])]
        return Response({"of_caller": of_caller, "near": near})


class ParentsApi(APIView):
    """Incidents to which one may be attached."""

    data_class = DataClass.INCIDENT
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.CHANGE}

    @extend_schema(operation_id="incidents_parents", responses={200: dict})
    def get(self, request: Request, uid: str) -> Response:
        """Open fog, storm, convoy … cases, newest first."""
        actor = actor_for_request(request)
        return Response({"parents": parents_possible(actor, visible_incident(actor, uid))})
