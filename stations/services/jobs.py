"""Asking for slow work, stopping it, doing it again: who may, then `core.jobs`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from core.errors import Conflict, InvalidInput
from core.jobs import JobKind, job_cancel, job_queue, job_repeat, job_undo
from core.models import Job
from core.states import JobState
from stations.models import Organisation
from stations.selectors.jobs import organisations_for_job, right_of
from stations.selectors.tree import organisation_root
from stations.services.require import require
from stations.types import Actor, DataClass, Verb

WAITING_AT_MOST = 20


def job_request(
    *,
    actor: Actor,
    kind: JobKind,
    organisation: Organisation | None = None,
    blocks: Iterable[bytes] | None = None,
    file_name: str = "",
    options: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> Job:
    """Queue a piece of slow work. Rows of a table that name no organisation belong to `organisation` (default: the
    highest for which the actor may ask). Raises Forbidden; InvalidInput and TooLarge for options and files.
    """
    if dry_run and not kind.may_dry_run:
        raise InvalidInput(_("这种任务没有试运行"), field="dry_run", value=dry_run, cure=_("直接执行"))
    _room_for_one_more(actor)
    home = organisation or organisations_for_job(actor, kind).first()
    _require(actor, kind, home.path if home is not None else None)
    given = {name: text for name, text in (options or {}).items() if text}
    unknown = sorted(set(given) - set(kind.options))
    if unknown:
        raise InvalidInput(
            _("这种任务没有此选项"),
            field=unknown[0],
            value=given[unknown[0]],
            cure="、".join(kind.options) or _("留空"),
        )
    if "organisation" in kind.options and home is not None:
        given["organisation"] = home.code
    return job_queue(
        kind=kind,
        actor_id=actor.user_id,
        organisation_path=(home.path if home is not None else "") or "",
        blocks=blocks,
        file_name=file_name,
        params=given,
        dry_run=dry_run,
    )


def job_again(*, actor: Actor, job: Job, kind: JobKind, dry_run: bool) -> Job:
    """The same file once more; after a dry run, for real. Raises Forbidden, InvalidInput when the file is gone."""
    _require(actor, kind, job.organisation_path)
    _room_for_one_more(actor)
    return job_repeat(job=job, actor_id=actor.user_id, dry_run=dry_run)


def job_take_back(*, actor: Actor, job: Job, kind: JobKind) -> Job:
    """Take back what an import did. Raises Forbidden, InvalidInput, Conflict: see `core.jobs.job_undo`."""
    _require(actor, kind, job.organisation_path)
    _room_for_one_more(actor)
    return job_undo(job=job, actor_id=actor.user_id)


def job_stop(*, actor: Actor, job: Job) -> Job:
    """Cancel one's own job; that of another with the right to manage imports. Raises Forbidden, Conflict when over."""
    own = actor.user_id is not None and job.actor_id == actor.user_id
    require(actor, Verb.CREATE if own else Verb.MANAGE, DataClass.IMPORT_RUN, job.organisation_path)
    return job_cancel(job=job, actor_id=actor.user_id)


def _room_for_one_more(actor: Actor) -> None:
    """Files lie on the disk until their job is done: nobody fills it by asking again and again."""
    waiting = Job.objects.filter(actor_id=actor.user_id, state__in=(JobState.QUEUED, JobState.RUNNING)).count()
    if waiting >= WAITING_AT_MOST:
        raise Conflict(
            _("您已有 %(n)s 个任务未结束") % {"n": waiting}, field="kind", value=waiting, cure=_("等它们结束，或先取消")
        )


def _require(actor: Actor, kind: JobKind, path: str | None) -> None:
    verb, data_class = right_of(kind)
    if kind.whole:
        path = organisation_root().path
    require(actor, Verb.CREATE, DataClass.IMPORT_RUN, path)
    require(actor, verb, data_class, path)
