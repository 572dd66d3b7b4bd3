"""One attempt at one job: claim, work, finish."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from django.db.utils import InterfaceError, OperationalError
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.errors import InvalidInput, LuzhangError
from core.jobs.registry import Runner, job_kind
from core.jobs.services import job_claim, job_finish
from core.jobs.work import BEAT_EVERY_S, JobStopped, Work, beating
from core.models import Job
from core.states import JobState

logger = logging.getLogger(__name__)


def job_run(uid: str, *, beat_every_s: float = BEAT_EVERY_S) -> str:
    """Run a job if it waits. Returns its state afterwards, or '' when somebody else has it or its lane is busy.

    A typed error fails the job with its words; a fault of ours fails it with an incident id that is in the log. A lost
    database is neither: the job stays as it is and is found again.
    """
    job = job_claim(uid)
    if job is None:
        return ""
    work = Work(job)
    with override(job.language):
        try:
            with beating(work, beat_every_s):
                result = dict(_runner(job)(work))
            job_finish(job, JobState.DONE, result={**result, "log": list(work.log)})
        except JobStopped:
            logger.info("job %s: attempt %d was stopped", job.uid, job.attempt)
        except (OperationalError, InterfaceError):
            raise
        except Exception as problem:
            _failed(job, work, problem)
    return str(Job.objects.values_list("state", flat=True).get(pk=job.pk))


def _runner(job: Job) -> Runner:
    kind = job_kind(job.kind)
    if job.undoes_id is None:
        return kind.run
    if kind.undo is None:
        raise InvalidInput(_("这种任务不能撤销"), field="kind", value=kind.name, cure=_("请手工核对后修改"))
    return kind.undo


def _failed(job: Job, work: Work, problem: Exception) -> None:
    if isinstance(problem, LuzhangError):
        error: dict[str, Any] = problem.as_dict()["error"]
    else:
        number = secrets.token_hex(6)
        logger.error("incident %s: job %s (%s)", number, job.uid, job.kind, exc_info=problem)
        error = {"code": "internal", "message": _("系统内部错误"), "value": number, "cure": _("请把编号告诉管理员")}
    try:
        job_finish(job, JobState.FAILED, result={"log": list(work.log)}, error=error)
    except JobStopped:
        logger.info("job %s: attempt %d ended after it was stopped", job.uid, job.attempt)
