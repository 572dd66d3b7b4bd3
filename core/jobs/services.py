"""Writers of jobs: queue, claim, finish, cancel, find again. Who may is asked before, by the room that knows policy."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import Conflict, InvalidInput
from core.imports.undo import UNDO_DAYS, undo_until
from core.jobs.files import KeptFile, file_again, file_keep, file_remove
from core.jobs.registry import JobKind, job_kind
from core.jobs.work import JobStopped
from core.models import ImportRun, Job
from core.states import JOB_LIFECYCLE, JobState

logger = logging.getLogger(__name__)

DEAD_AFTER_S = 30.0
RESEND_AFTER_S = 10.0
ATTEMPTS = 3


def job_queue(
    *,
    kind: JobKind,
    actor_id: int | None,
    organisation_path: str,
    blocks: Iterable[bytes] | None = None,
    file_name: str = "",
    params: Mapping[str, Any] | None = None,
    dry_run: bool = False,
) -> Job:
    """Keep the file, write the row, and tell the workers after commit. Raises InvalidInput, TooLarge.

    The file is written and synced first, so a row never points to nothing; `files_sweep` removes one without a row.
    """
    if blocks is None:
        if kind.needs_file:
            raise InvalidInput(_("请选择文件"), field="file", cure=" ".join(kind.files))
        return _queued(kind, KeptFile("", "", 0), "", actor_id, organisation_path, params or {}, dry_run)
    suffix = kind.suffix_of(file_name)
    kept = file_keep(blocks, suffix=suffix, bytes_at_most=kind.bytes_at_most, name=file_name)
    try:
        return _queued(kind, kept, file_name, actor_id, organisation_path, params or {}, dry_run)
    except BaseException:
        file_remove(kept.path)
        raise


def job_repeat(*, job: Job, actor_id: int | None, dry_run: bool) -> Job:
    """The same work over the same file once more (after a dry run: for real). Raises InvalidInput, file gone."""
    kind = job_kind(job.kind)
    kept = file_again(job) if job.file_path or kind.needs_file else KeptFile("", "", 0)
    try:
        return _queued(kind, kept, job.file_name, actor_id, job.organisation_path, job.params, dry_run)
    except BaseException:
        file_remove(kept.path)
        raise


def job_undo(*, job: Job, actor_id: int | None) -> Job:
    """Queue the taking back of what a job did. Raises InvalidInput for a kind that cannot be, Conflict where nothing is
    left to take back or somebody asked before.
    """
    kind = job_kind(job.kind)
    if kind.undo is None:
        raise InvalidInput(_("这种任务不能撤销"), field="kind", value=kind.name, cure=_("请手工核对后修改"))
    if not job_may_undo(job):
        raise Conflict(
            _("没有可撤销的改动"), field="import", value=job.file_name,
            cure=_("改动记录保留 %(n)s 天；试导入不改动数据") % {"n": UNDO_DAYS},
        )  # fmt: skip
    try:
        with transaction.atomic():
            return _queued(
                kind, KeptFile("", "", 0), job.file_name, actor_id, job.organisation_path, job.params, False, job
            )
    except IntegrityError as error:
        if "job_one_undo" not in str(error):
            raise
        raise Conflict(
            _("已有人在撤销，或已经撤销"), field="import", value=job.file_name, cure=_("刷新后查看")
        ) from error


def job_may_undo(job: Job) -> bool:
    """The job did something that can still be taken back, as far as its own rows tell."""
    if job.dry_run or job.undoes_id is not None or not JobState(job.state).is_over or job_kind(job.kind).undo is None:
        return False
    run = job.import_run
    if run is None:
        return bool(job.result.get("undoable")) and not job.result.get("undone_at")
    return bool(run.report.get("changes")) and run.undone_at is None and clock.now() < undo_until(run)


def _queued(
    kind: JobKind,
    kept: KeptFile,
    file_name: str,
    actor_id: int | None,
    path: str,
    params: Mapping[str, Any],
    dry_run: bool,
    undoes: Job | None = None,
) -> Job:
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind.name, lane=kind.lane, organisation_path=path, actor_id=actor_id, params=dict(params),
            undoes=undoes, language=get_language() or "zh-hans", dry_run=dry_run, file_name=file_name[:255],
            file_path=kept.path, file_sha256=kept.sha256, file_bytes=kept.size_bytes,
        )  # fmt: skip
        details = {"kind": kind.name, "file": file_name, "sha256": kept.sha256, "dry_run": dry_run}
        details |= {"undoes": str(undoes.uid)} if undoes is not None else {}
        _record(job, "core.job_queued", actor_id, details)
        transaction.on_commit(partial(_send, str(job.uid)), robust=True)
    return job


def job_claim(uid: str) -> Job | None:
    """Take a queued job: it runs now, under a new attempt. None when it is taken, over, or its lane is busy.

    One statement decides (state), and a unique index (lane): two messages for one job run it once.
    """
    try:
        with transaction.atomic():
            mine = Job.objects.filter(uid=uid, state=JobState.QUEUED).update(
                state=JOB_LIFECYCLE.check(JobState.QUEUED, JobState.RUNNING), attempt=F("attempt") + 1,
                heartbeat_at=Now(), started_at=Coalesce("started_at", clock.now()),
            )  # fmt: skip
    except IntegrityError:
        return None
    return Job.objects.get(uid=uid) if mine else None


def job_finish(
    job: Job, state: JobState, *, result: Mapping[str, Any] | None = None, error: Mapping[str, Any] | None = None
) -> None:
    """End the attempt that `job` holds. Raises JobStopped when it is not this attempt's any more: nothing is written.

    The file of work that is done for real goes: it holds what the tables now hold, in the clear.
    """
    JOB_LIFECYCLE.check(JobState.RUNNING, state)
    with transaction.atomic():
        mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempt=job.attempt)
        if not mine.update(state=state, result=dict(result or {}), error=error, finished_at=clock.now(), word=""):
            raise JobStopped(f"job {job.uid} is not attempt {job.attempt}'s any more")
        details = {"kind": job.kind, "dry_run": job.dry_run, "attempt": job.attempt, **dict(error or {})}
        _record(job, f"core.job_{state.value}", job.actor_id, details)
        if state is JobState.DONE and not job.dry_run and job.file_path:
            Job.objects.filter(pk=job.pk).update(file_path="")
            transaction.on_commit(lambda: file_remove(job.file_path), robust=True)
        transaction.on_commit(lambda: _next_send(job.lane), robust=True)


def job_cancel(*, job: Job, actor_id: int | None) -> Job:
    """Stop a job that is queued or running; a worker notices within seconds. Raises Conflict when it is over.

    What an import of a table has committed by then stays, as the run's figures say.
    """
    with transaction.atomic():
        row = Job.objects.select_for_update().get(pk=job.pk)
        if JobState.CANCELLED not in JOB_LIFECYCLE.allowed(row.state):
            raise Conflict(
                _("任务已结束"), field="state", value=row.state, cure=_("已结束的任务不能取消，刷新后查看结果")
            )
        _over(row, JobState.CANCELLED, None)
        _record(row, "core.job_cancelled", actor_id, {"kind": row.kind, "was": job.state})
        transaction.on_commit(lambda: _next_send(row.lane), robust=True)
    return row


def jobs_recover(*, dead_after_s: float = DEAD_AFTER_S, resend_after_s: float = RESEND_AFTER_S) -> int:
    """Put jobs whose worker gave no sign of life back into the queue (after `ATTEMPTS` attempts they fail, and say so),
    and send again for the oldest that waits in each idle lane. Returns how many jobs it moved or sent.

    Runs in any number of workers at once.
    """
    moved = _dead_take_back(dead_after_s)
    busy = Job.objects.filter(state=JobState.RUNNING).values("lane")
    waiting = (
        Job.objects.filter(state=JobState.QUEUED, sent_at__lte=Now() - timedelta(seconds=resend_after_s))
        .exclude(lane__in=busy)
        .order_by("lane", "id")
        .distinct("lane")
    )
    for job in waiting:
        moved += _send_again(job)
    return moved


def _dead_take_back(dead_after_s: float) -> int:
    with transaction.atomic():
        dead = list(
            Job.objects.select_for_update(skip_locked=True).filter(
                state=JobState.RUNNING, heartbeat_at__lte=Now() - timedelta(seconds=dead_after_s)
            )
        )
        for job in dead:
            details = {"kind": job.kind, "attempt": job.attempt}
            if job.attempt >= ATTEMPTS:
                with override(job.language):
                    error = _lost(job.attempt)
                _over(job, JobState.FAILED, error)
                _record(job, "core.job_failed", None, {**details, "code": error["code"]})
            else:
                job.state = JOB_LIFECYCLE.check(job.state, JobState.QUEUED)
                job.word, job.sent_at = "", Now()
                job.save(update_fields=["state", "word", "sent_at"])
                _record(job, "core.job_taken_back", None, details)
                transaction.on_commit(partial(_send, str(job.uid)), robust=True)
    return len(dead)


def _lost(attempts: int) -> dict[str, Any]:
    return {
        "code": "worker_lost",
        "message": _("执行任务的进程中断了 %(n)s 次") % {"n": attempts},
        "cure": _("多为内存不足：请拆小文件后重新提交，或请运维查看 worker 日志"),
    }


def _over(job: Job, state: JobState, error: dict[str, Any] | None) -> None:
    job.state = JOB_LIFECYCLE.check(job.state, state)
    job.error, job.finished_at, job.word = error, clock.now(), ""
    job.save(update_fields=["state", "error", "finished_at", "word"])
    ImportRun.objects.filter(job=job, state=ImportRun.State.RUNNING).update(
        state=ImportRun.State.FAILED, finished_at=clock.now()
    )


def _send(uid: str) -> bool:
    # The task calls these services, so it is looked up when it is needed.
    from core.jobs.tasks import job_send

    return job_send(uid)


def _next_send(lane: str) -> None:
    """A lane is free: hurry the one that waits longest."""
    job = Job.objects.filter(lane=lane, state=JobState.QUEUED).order_by("id").first()
    if job is not None:
        _send_again(job)


def _send_again(job: Job) -> int:
    Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(sent_at=Now())
    return int(_send(str(job.uid)))


def _record(job: Job, action: str, actor_id: int | None, details: Mapping[str, Any]) -> None:
    audit.record(
        actor_id=actor_id, action=action, object_type="job", object_id=job.uid,
        organisation_path=job.organisation_path, details=dict(details),
    )  # fmt: skip
