"""/api/v1/jobs/: slow work: ask for it with a file, see how far it is and which rows were refused, stop it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.paging import page_of
from core.api.repeatable import HEADER, IDEMPOTENCY_PARAMETER, REPEATED_HEADER
from core.errors import InvalidInput
from core.idempotency import once
from core.jobs import JobKind, job_kind, job_kinds
from core.jobs.reading import refused_rows
from core.jobs.services import job_may_undo
from core.models import Job
from core.states import JobState
from stations.api.base import PolicyView, organisation_of
from stations.selectors.jobs import job_kinds_for, jobs_visible_to, organisations_for_job
from stations.services.jobs import job_again, job_request, job_stop, job_take_back
from stations.types import Actor, DataClass, Verb

ERRORS_SHOWN = 200
ORGANISATIONS_SHOWN = 500
OPTIONS = ("datum", "name")
ERROR_FIELDS = ("line", "field", "value", "message", "cure")


def job_data(job: Job) -> dict[str, Any]:
    """A job as the API shows it; never where its file lies."""
    kind = job_kinds().get(job.kind)
    return {
        "uid": str(job.uid),
        "kind": job.kind,
        "label": str(kind.label) if kind is not None else job.kind,
        "file_name": job.file_name,
        "dry_run": job.dry_run,
        "state": job.state,
        "attempt": job.attempt,
        "done": job.done,
        "total": job.total,
        "word": job.word,
        "accepted": job.import_run.accepted if job.import_run is not None else None,
        "rejected": job.import_run.rejected if job.import_run is not None else None,
        "error": job.error,
        "undoes": str(job.undoes.uid) if job.undoes is not None else None,
        "undone_at": job.import_run.undone_at if job.import_run is not None else job.result.get("undone_at"),
        "may_undo": job_may_undo(job),
        "may_repeat": job.undoes_id is None
        and job.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
        and bool(job.file_path or not job.file_name),
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }


def job_details(job: Job) -> dict[str, Any]:
    """With its result and the first refused rows."""
    errors = job.import_run.errors.all()[:ERRORS_SHOWN] if job.import_run is not None else ()
    return {
        **job_data(job),
        "options": job.params,
        "sha256": job.file_sha256,
        "result": job.result,
        "errors": [{name: getattr(error, name) for name in ERROR_FIELDS} for error in errors],
    }


class JobErrorOut(serializers.Serializer):
    """A refused row."""

    line = serializers.IntegerField()
    field = serializers.CharField()
    value = serializers.CharField()
    message = serializers.CharField()
    cure = serializers.CharField()


class JobOut(serializers.Serializer):
    """A piece of slow work."""

    uid = serializers.UUIDField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    file_name = serializers.CharField()
    dry_run = serializers.BooleanField()
    state = serializers.ChoiceField(JobState.choices())
    attempt = serializers.IntegerField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    word = serializers.CharField()
    accepted = serializers.IntegerField(allow_null=True)
    rejected = serializers.IntegerField(allow_null=True)
    error = serializers.DictField(allow_null=True)
    undoes = serializers.UUIDField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)
    may_undo = serializers.BooleanField()
    may_repeat = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class JobDetails(JobOut):
    """With its result."""

    options = serializers.DictField()
    sha256 = serializers.CharField()
    result = serializers.DictField()
    errors = JobErrorOut(many=True)  # type: ignore[assignment]


class JobPage(serializers.Serializer):
    """A page of jobs."""

    count = serializers.IntegerField()
    limit = serializers.IntegerField()
    offset = serializers.IntegerField()
    results = JobOut(many=True)


class JobHome(serializers.Serializer):
    """An organisation whose work it may be."""

    uid = serializers.UUIDField()
    name = serializers.CharField()


class JobKindOut(serializers.Serializer):
    """A kind of work that the asker may ask for."""

    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    files = serializers.ListField(child=serializers.CharField())
    bytes_at_most = serializers.IntegerField()
    needs_file = serializers.BooleanField()
    may_dry_run = serializers.BooleanField()
    options = serializers.ListField(child=serializers.CharField())
    organisations = JobHome(many=True)


class JobView(PolicyView):
    """What all views of jobs share."""

    data_class = DataClass.IMPORT_RUN
    serializer_class: type[serializers.Serializer] = JobOut
    queryset = Job.objects.none()

    @property
    def client(self) -> str:
        """Whose idempotency keys these are."""
        return f"api:user:{self.actor.user_id}"

    def job(self, uid: uuid.UUID) -> Job:
        """The job among those the actor may see. Raises NotFound."""
        return self.row(jobs_visible_to(self.actor).select_related("import_run", "undoes"), uid)


class JobCollection(JobView):
    """List and ask."""

    verbs = {"GET": Verb.VIEW, "POST": Verb.CREATE}

    class JobIn(serializers.Serializer):
        """A piece of work; multipart, with the file."""

        kind = serializers.CharField(max_length=60)
        file = serializers.FileField(required=False)
        dry_run = serializers.BooleanField(default=False)
        organisation = serializers.UUIDField(required=False)
        datum = serializers.CharField(max_length=20, required=False, allow_blank=True)
        name = serializers.CharField(max_length=100, required=False, allow_blank=True)

    @extend_schema(
        parameters=[
            OpenApiParameter("limit", int),
            OpenApiParameter("offset", int),
            OpenApiParameter("mine", bool, description="own jobs only"),
        ],
        responses=JobPage,
    )
    def get(self, request: Request) -> Response:
        """Jobs of the actor's organisations, the latest first."""
        rows = jobs_visible_to(self.actor).select_related("import_run", "undoes")
        if request.query_params.get("mine") in ("1", "true"):
            rows = rows.filter(actor_id=self.actor.user_id)
        limit, offset = page_of(request)
        found = [job_data(job) for job in rows[offset : offset + limit]]
        return Response({"count": rows.count(), "limit": limit, "offset": offset, "results": found})

    @extend_schema(
        request={"multipart/form-data": JobIn}, responses={201: JobDetails}, parameters=[IDEMPOTENCY_PARAMETER]
    )
    def post(self, request: Request) -> Response:
        """Queue a piece of work. With an `Idempotency-Key` a repetition answers with the first job."""
        data = self.validated(self.JobIn)
        kind, upload = job_kind(data["kind"]), data.get("file")
        organisation = organisation_of(self.actor, data["organisation"]) if data.get("organisation") else None

        def work() -> Mapping[str, Any]:
            job = job_request(
                actor=self.actor,
                kind=kind,
                organisation=organisation,
                blocks=upload.chunks() if upload is not None else None,
                file_name=upload.name if upload is not None else "",
                options={name: data[name] for name in OPTIONS if data.get(name)},
                dry_run=data["dry_run"],
            )
            return job_details(job)

        wanted = {name: str(value) for name, value in data.items() if name != "file"} | {"file": _digest(kind, upload)}
        return _once(request, self.client, wanted, work)


class JobKinds(JobView):
    """What may be asked for."""

    verbs = {"GET": Verb.VIEW}
    serializer_class = JobKindOut

    @extend_schema(responses=JobKindOut(many=True))
    def get(self, request: Request) -> Response:
        """Kinds of work that the actor may ask for somewhere."""
        return Response([_kind_data(self.actor, kind) for kind in job_kinds_for(self.actor)])


def _kind_data(actor: Actor, kind: JobKind) -> dict[str, Any]:
    rows = organisations_for_job(actor, kind)[:ORGANISATIONS_SHOWN]
    return {
        "kind": kind.name,
        "label": str(kind.label),
        "files": list(kind.files),
        "bytes_at_most": kind.bytes_at_most,
        "needs_file": kind.needs_file,
        "may_dry_run": kind.may_dry_run,
        "options": list(kind.options),
        "organisations": [{"uid": str(row.uid), "name": row.name} for row in rows],
    }


class JobItem(JobView):
    """Read one."""

    verbs = {"GET": Verb.VIEW}
    serializer_class = JobDetails

    @extend_schema(responses=JobDetails)
    def get(self, request: Request, uid: uuid.UUID) -> Response:
        """How far it is, what came of it, the first 200 refused rows."""
        return Response(job_details(self.job(uid)))


class JobErrors(JobView):
    """The refused rows as a table."""

    verbs = {"GET": Verb.VIEW}

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, uid: uuid.UUID) -> HttpResponse:
        """The refused rows as CSV: line, field, value, problem, cure."""
        job = self.job(uid)
        answer = HttpResponse("".join(refused_rows(job)), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="refused-{job.uid}.csv"'
        return answer


class JobCancel(JobView):
    """Stop one."""

    verbs = {"POST": Verb.CREATE}

    @extend_schema(request=None, responses=JobDetails)
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """Stop a job that is queued or running; 409 when it is over. Chunks of a table that are saved stay."""
        return Response(job_details(job_stop(actor=self.actor, job=self.job(uid))))


class JobRepeat(JobView):
    """The same file once more."""

    verbs = {"POST": Verb.CREATE}

    class Again(serializers.Serializer):
        """For real, or as another dry run."""

        dry_run = serializers.BooleanField(default=False)

    @extend_schema(request=Again, responses={201: JobDetails}, parameters=[IDEMPOTENCY_PARAMETER])
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """Queue the same work over the same file: after a dry run, for real."""
        job, data = self.job(uid), self.validated(self.Again)
        if job.state not in (JobState.DONE, JobState.FAILED, JobState.CANCELLED):
            raise InvalidInput(_("任务尚未结束"), field="state", value=job.state, cure=_("等它结束，或先取消"))

        def work() -> Mapping[str, Any]:
            return job_details(job_again(actor=self.actor, job=job, kind=job_kind(job.kind), dry_run=data["dry_run"]))

        return _once(request, self.client, {"again": str(uid), "dry_run": data["dry_run"]}, work)


class JobUndo(JobView):
    """Take an import back."""

    verbs = {"POST": Verb.CREATE}

    @extend_schema(request=None, responses={201: JobDetails}, parameters=[IDEMPOTENCY_PARAMETER])
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """Queue the taking back of all that an import did, or of nothing; 409 where somebody asked before or nothing is
        left to take back. What stands in the way later is the error of the job.
        """
        job = self.job(uid)

        def work() -> Mapping[str, Any]:
            return job_details(job_take_back(actor=self.actor, job=job, kind=job_kind(job.kind)))

        return _once(request, self.client, {"undo": str(uid)}, work)


def _digest(kind: JobKind, upload: Any) -> str:
    """The file as part of what a key belongs to."""
    if upload is None or upload.size > kind.bytes_at_most:
        return ""
    digest = hashlib.sha256()
    for block in upload.chunks():
        digest.update(block)
    return digest.hexdigest()


def _once(request: Request, client: str, wanted: Mapping[str, Any], work: Any) -> Response:
    """`core.api.repeatable.answered` for a body with a file."""
    key = request.headers.get(HEADER)
    if key is None:
        return Response(work(), status=status.HTTP_201_CREATED)
    answer = once(client, key, {"path": request.path, **wanted}, lambda: (status.HTTP_201_CREATED, work()))
    return Response(answer.body, status=answer.status, headers={REPEATED_HEADER: "true"} if answer.repeated else None)
