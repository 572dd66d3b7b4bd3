"""`/api/v1/incidents/`: take in, list (GeoJSON), show, propose, send a unit. See desk.py for the other actions."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.api.filters import words_of
from core.api.paging import page_of
from core.api.repeatable import IDEMPOTENCY_PARAMETER, answered
from core.errors import NotFound
from core.geo.datum import place_check
from incidents import services
from incidents.api.serializers import (
    DispatchIn,
    IncidentIn,
    ReasonIn,
)
from incidents.models import Incident
from incidents.selectors import duplicates_near, incident_detail, incident_summary, incidents_visible_to
from incidents.services.intake import IncidentReport
from incidents.states import Grade, IncidentState
from roads.selectors import deployment_bounds
from stations.selectors import actor_for_request
from stations.types import Actor, DataClass, Verb


def visible_incident(actor: Actor, uid: str) -> Incident:
    """An incident that this actor may see. Raises NotFound: what it may not see does not exist."""
    incident = incidents_visible_to(actor).filter(uid=uid).first()
    if incident is None:
        raise NotFound(_("没有这条警情"), field="incident", value=str(uid))
    return incident


def client_of(actor: Actor) -> str:
    """Whose keys these are."""
    return (f"user:{actor.user_id}" if actor.user_id is not None else f"{actor.kind}:{actor.name}")[:60]


class IncidentListApi(APIView):
    """List as GeoJSON, and intake."""

    data_class = DataClass.INCIDENT
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW, "POST": Verb.CREATE}

    @extend_schema(
        operation_id="incidents_list",
        parameters=[
            OpenApiParameter("state", str, description="逗号分隔的状态"),
            OpenApiParameter("grade", str),
            OpenApiParameter("open", bool, description="只看未办结"),
            OpenApiParameter("limit", int),
            OpenApiParameter("offset", int),
        ],
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        """Incidents this actor may see, newest first, as a GeoJSON FeatureCollection (WGS-84)."""
        limit, offset = page_of(request)
        rows = incidents_visible_to(actor_for_request(request)).order_by("-received_at", "-id")
        if states := words_of(request, "state", IncidentState):
            rows = rows.filter(state__in=states)
        if grades := words_of(request, "grade", Grade):
            rows = rows.filter(grade__in=grades)
        if request.query_params.get("open") in {"1", "true"}:
            rows = rows.exclude(state__in=["closed", "merged", "false"])
        page = list(rows[offset : offset + limit + 1])
        return Response(
            {
                "type": "FeatureCollection",
                "features": [_feature(row) for row in page[:limit]],
                "next_offset": offset + limit if len(page) > limit else None,
            }
        )

    @extend_schema(
        operation_id="incidents_receive",
        request=IncidentIn,
        responses={201: dict, 200: dict},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True)],
    )
    def post(self, request: Request) -> Response:
        """Take an incident in: 201 when new, 200 with the first answer when the key is known."""
        actor = actor_for_request(request)
        body = IncidentIn(data=request.data)
        body.is_valid(raise_exception=True)
        data = dict(body.validated_data)
        lon, lat, datum, course_deg = services.place_resolve(
            lon=data.pop("lon", None),
            lat=data.pop("lat", None),
            datum=data.pop("datum", ""),
            chainage=data.pop("chainage", ""),
            road=data.pop("road", ""),
            junction=data.pop("junction", ""),
        )
        if data["course_deg"] is None:
            data["course_deg"] = course_deg
        incident, created = services.incident_receive(
            actor=actor,
            report=IncidentReport(lon=lon, lat=lat, datum=datum, **data),
            client_scope=client_of(actor),
            client_key=request.headers.get("Idempotency-Key", ""),
        )
        return Response(incident_summary(incident), status=201 if created else 200)


def _feature(incident: Incident) -> dict[str, Any]:
    summary = incident_summary(incident)
    return {
        "type": "Feature",
        "id": summary["uid"],
        "geometry": {"type": "Point", "coordinates": [summary["lon"], summary["lat"]]},
        "properties": summary,
    }


class IncidentDetailApi(APIView):
    """One incident whole."""

    data_class = DataClass.INCIDENT
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(operation_id="incidents_show", responses={200: dict})
    def get(self, request: Request, uid: str) -> Response:
        """Summary, timeline, assignments, last decision, duplicates, chain of chiefs."""
        actor = actor_for_request(request)
        return Response(incident_detail(actor=actor, incident=visible_incident(actor, uid)))


class DuplicatesApi(APIView):
    """Open cases nearby, asked while a new one is typed."""

    data_class = DataClass.INCIDENT
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(
        operation_id="incidents_duplicates",
        parameters=[
            OpenApiParameter("lon", float, required=True),
            OpenApiParameter("lat", float, required=True),
            OpenApiParameter("datum", str, required=True, description="wgs84、gcj02、bd09 或 cgcs2000"),
            OpenApiParameter("kind", str),
        ],
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        """Hints, same kind first, then nearest."""
        named = request.query_params
        lon, lat = place_check(named.get("lon"), named.get("lat"), named.get("datum"), bounds=deployment_bounds())
        hints = duplicates_near(
            actor=actor_for_request(request),
            lon=lon,
            lat=lat,
            at=clock.now(),
            kind=request.query_params.get("kind", ""),
        )
        return Response({"duplicates": [_hint(hint) for hint in hints]})


def _hint(hint: Any) -> dict[str, Any]:
    return {
        "uid": hint.uid,
        "number": hint.number,
        "kind": hint.kind,
        "title": hint.title,
        "state": hint.state,
        "distance_m": hint.distance_m,
        "age_s": hint.age_s,
        "same_kind": hint.same_kind,
    }


class ProposalApi(APIView):
    """The engine's list for an incident, without sending anybody."""

    data_class = DataClass.DECISION
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(operation_id="incidents_proposal", responses={200: dict})
    def get(self, request: Request, uid: str) -> Response:
        """Ranked candidates with reasons, rejected units with theirs, shortfall and warnings."""
        actor = actor_for_request(request)
        return Response(services.incident_propose(actor=actor, incident=visible_incident(actor, uid)))


class DispatchApi(APIView):
    """Send a unit: confirm the engine's best, or override by hand."""

    data_class = DataClass.INCIDENT
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.DISPATCH}

    @extend_schema(
        operation_id="incidents_dispatch", request=DispatchIn, responses={200: dict}, parameters=[IDEMPOTENCY_PARAMETER]
    )
    def post(self, request: Request, uid: str) -> Response:
        """The assignment that was made; 409 when the unit was sent elsewhere in the same second.

        A page gives an `Idempotency-Key`: pressed twice, one unit goes.
        """
        actor = actor_for_request(request)
        body = DispatchIn(data=request.data)
        body.is_valid(raise_exception=True)
        visible_incident(actor, uid)
        data = body.validated_data

        def send() -> dict[str, Any]:
            assignment = services.incident_acting(
                incident_uid=str(uid),
                seen=data["seen"],
                act=lambda: services.incident_assign(
                    actor=actor,
                    incident_uid=str(uid),
                    tour_uid=str(data["tour"]) if data["tour"] else None,
                    reason=data["reason"],
                    preempt=data["preempt"],
                ),
            )
            return services.assignment_answer(assignment)

        return answered(request, client_of(actor), send, status=200)


class ReporterApi(APIView):
    """Who reported it, in clear: a look-up, which is written down."""

    data_class = DataClass.REPORTER
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.LOOKUP}

    @extend_schema(operation_id="incidents_reporter", request=ReasonIn, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """Name and number; needs a `reason`."""
        actor = actor_for_request(request)
        body = ReasonIn(data=request.data)
        body.is_valid(raise_exception=True)
        visible_incident(actor, uid)
        reporter = services.incident_reporter_lookup(
            actor=actor, incident_uid=str(uid), reason=body.validated_data["reason"]
        )
        return Response({"name": reporter.name, "phone": reporter.phone})
