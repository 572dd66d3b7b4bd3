"""What the desk does with an incident: one address and one class per action, below `/api/v1/incidents/{uid}/`."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents import services
from incidents.api.incidents import visible_incident
from incidents.api.serializers import ActIn, AttachIn, GradeIn, MergeIn, TransferIn, WaitIn
from incidents.models import Incident
from incidents.selectors import incident_summary
from stations.selectors import actor_for_request
from stations.types import Actor, DataClass, Verb


class _DeskApi(APIView):
    """Base of the desk's actions: check what may be seen, call one service, answer with the incident."""

    data_class = DataClass.INCIDENT
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CHANGE}
    body: ClassVar[type[ActIn]] = ActIn

    def act(self, actor: Actor, uid: str, data: dict[str, Any]) -> Incident:
        """Call the service."""
        raise TypeError(f"{type(self).__name__} has no action")

    def handle(self, request: Request, uid: str) -> Response:
        """Parse, call, answer."""
        actor = actor_for_request(request)
        body = self.body(data=request.data)
        body.is_valid(raise_exception=True)
        visible_incident(actor, uid)
        data = dict(body.validated_data)
        seen = data.pop("seen")
        incident = services.incident_acting(
            incident_uid=str(uid), seen=seen, act=lambda: self.act(actor, str(uid), data)
        )
        return Response(incident_summary(incident))


def _desk(name: str, body: type[ActIn], verb: Verb, act: Any) -> type[_DeskApi]:
    """One API class for one action of the desk; its schema name is the action's."""

    @extend_schema(operation_id=f"incidents_{name}", request=body, responses={200: dict})
    def post(self: _DeskApi, request: Request, uid: str) -> Response:
        return self.handle(request, uid)

    return type(
        f"Incident{name.title().replace('_', '')}Api",
        (_DeskApi,),
        {
            "verbs": {"POST": verb},
            "body": body,
            "act": lambda self, actor, uid, data: act(actor, uid, data),
            "post": post,
            "__module__": __name__,
        },
    )


DESK_ACTIONS: dict[str, type[_DeskApi]] = {
    "false": _desk(
        "false",
        ActIn,
        Verb.CHANGE,
        lambda actor, uid, d: services.incident_mark_false(actor=actor, incident_uid=uid, reason=d["reason"]),
    ),
    "wait": _desk(
        "wait",
        WaitIn,
        Verb.CHANGE,
        lambda actor, uid, d: services.incident_wait(
            actor=actor, incident_uid=uid, reason=d["reason"], until=d["until"]
        ),
    ),
    "resume": _desk(
        "resume",
        ActIn,
        Verb.CHANGE,
        lambda actor, uid, d: services.incident_resume(actor=actor, incident_uid=uid, reason=d["reason"]),
    ),
    "transfer": _desk(
        "transfer",
        TransferIn,
        Verb.CHANGE,
        lambda actor, uid, d: services.incident_transfer(actor=actor, incident_uid=uid, reason=d["reason"], to=d["to"]),
    ),
    "take-back": _desk(
        "take_back",
        ActIn,
        Verb.CHANGE,
        lambda actor, uid, d: services.incident_take_back(actor=actor, incident_uid=uid, reason=d["reason"]),
    ),
    "return": _desk(
        "return",
        ActIn,
        Verb.REVIEW,
        lambda actor, uid, d: services.incident_return(actor=actor, incident_uid=uid, reason=d["reason"]),
    ),
    "review": _desk(
        "review",
        ActIn,
        Verb.REVIEW,
        lambda actor, uid, d: services.incident_review(actor=actor, incident_uid=uid, reason=d["reason"]),
    ),
    "close": _desk(
        "close",
        ActIn,
        Verb.REVIEW,
        lambda actor, uid, d: services.incident_close(actor=actor, incident_uid=uid, reason=d["reason"]),
    ),
    "reopen": _desk(
        "reopen",
        ActIn,
        Verb.REVIEW,
        lambda actor, uid, d: services.incident_reopen(actor=actor, incident_uid=uid, reason=d["reason"]),
    ),
    "merge": _desk(
        "merge",
        MergeIn,
        Verb.CHANGE,
        lambda actor, uid, d: services.incident_merge(
            actor=actor, incident_uid=uid, into_uid=str(d["into"]), reason=d["reason"]
        ),
    ),
    "unmerge": _desk(
        "unmerge",
        ActIn,
        Verb.CHANGE,
        lambda actor, uid, d: services.incident_unmerge(actor=actor, incident_uid=uid, reason=d["reason"]),
    ),
    "attach": _desk(
        "attach",
        AttachIn,
        Verb.CHANGE,
        lambda actor, uid, d: services.incident_attach(
            actor=actor, incident_uid=uid, parent_uid=str(d["parent"]), reason=d["reason"]
        ),
    ),
    "detach": _desk(
        "detach",
        ActIn,
        Verb.CHANGE,
        lambda actor, uid, d: services.incident_detach(actor=actor, incident_uid=uid, reason=d["reason"]),
    ),
    "conclude": _desk(
        "conclude",
        ActIn,
        Verb.CHANGE,
        lambda actor, uid, d: services.incident_conclude(actor=actor, incident_uid=uid, text=d["reason"]),
    ),
    "grade": _desk(
        "grade",
        GradeIn,
        Verb.CHANGE,
        lambda actor, uid, d: services.incident_regrade(
            actor=actor, incident_uid=uid, grade=d["grade"], reason=d["reason"]
        ),
    ),
    "supervise": _desk(
        "supervise",
        ActIn,
        Verb.REVIEW,
        lambda actor, uid, d: services.incident_supervise(actor=actor, incident_uid=uid, reason=d["reason"]).incident,
    ),
}


class IncidentOwnApi(APIView):
    """A chief signs for a case on the border of two segments; the first one owns it."""

    data_class = DataClass.INCIDENT
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.VIEW_OWN}

    @extend_schema(operation_id="incidents_own", request=None, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """The incident as it stands then; 409 naming who signed when the other side was quicker."""
        actor = actor_for_request(request)
        visible_incident(actor, uid)
        return Response(incident_summary(services.incident_own(actor=actor, incident_uid=str(uid))))
