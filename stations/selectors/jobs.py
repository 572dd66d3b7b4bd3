"""Slow work: which kinds somebody may ask for, where, and which jobs they see."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from core.jobs import JobKind, job_kinds
from core.models import Job
from stations.models import Organisation
from stations.selectors.scope import path_filter
from stations.selectors.tree import organisation_root
from stations.types import Actor, DataClass, Verb


def right_of(kind: JobKind) -> tuple[Verb, DataClass]:
    """The right that asking for this kind of work needs, beside `import_run`."""
    return Verb(kind.verb), DataClass(kind.data_class)


def job_kinds_for(actor: Actor) -> list[JobKind]:
    """Kinds of work that this actor may ask for somewhere, in the order of set-up."""
    if not actor.may(Verb.CREATE, DataClass.IMPORT_RUN):
        return []
    found = [kind for kind in job_kinds().values() if organisations_for_job(actor, kind).exists()]
    return sorted(found, key=lambda kind: (kind.rank, kind.name))


def organisations_for_job(actor: Actor, kind: JobKind) -> QuerySet[Organisation]:
    """Organisations for which this actor may ask for such work, the highest first; for work over the whole deployment
    that is its root or nothing.
    """
    verb, data_class = right_of(kind)
    rows = Organisation.objects.filter(
        path_filter(actor, verb, data_class, field="path"),
        path_filter(actor, Verb.CREATE, DataClass.IMPORT_RUN, field="path"),
        is_active=True,
    ).order_by(Length("path"), "path")
    if kind.whole:
        rows = rows.filter(pk=organisation_root().pk)
    return rows


def jobs_visible_to(actor: Actor) -> QuerySet[Job]:
    """Jobs that this actor may see, the latest first: of organisations whose imports they may see, and only kinds whose
    data they may enter there. Refused rows show what was in them.
    """
    seen = path_filter(actor, Verb.VIEW, DataClass.IMPORT_RUN)
    mine = Q(pk__in=[])
    for kind in job_kinds().values():
        mine |= Q(kind=kind.name) & path_filter(actor, *right_of(kind))
    return Job.objects.filter(seen, mine).order_by("-id")
