"""`/api/v1/incidents/<uid>/interception/`: where the car of a case can be, and who can head it off."""

from __future__ import annotations

import uuid
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents.api.incidents import visible_incident
from incidents.services.ahead import incident_interception
from stations.selectors import actor_for_request
from stations.types import DataClass, Verb


class InterceptionApi(APIView):
    """Planned anew at every request: the car moves on while nobody asks."""

    data_class = DataClass.INCIDENT
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.DISPATCH}

    @extend_schema(operation_id="incident_interception", responses={200: dict})
    def get(self, request: Request, uid: uuid.UUID) -> Response:
        """`{"seen", "inner", "outer", "next_s", "stale", "proposals"}`, WGS-84: roads on which the car may be now,
        those it can come to in the next `next_s` seconds (GeoJSON lines), and units that reach a junction before it,
        with reasons.
        """
        actor = actor_for_request(request)
        return Response(incident_interception(actor=actor, incident=visible_incident(actor, str(uid))))
