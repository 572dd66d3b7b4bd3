"""Slow work of this room that a worker carries (`core.jobs`). Loaded on use: keep the imports light."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.jobs import Work, job, job_kind, table_import, table_undo
from stations.types import DataClass


def _undo(work: Work) -> Mapping[str, Any]:
    """Take an import of a table back, with the right of who asks for it."""
    from stations.selectors.actors import actor_of_job

    importer = job_kind(work.job.kind).importer()
    assert importer is not None
    return table_undo(work, importer, actor_of_job(work.job.actor_id))


@job(
    "stations.import_stations", label=_("导入站点、卡口和摄像机"), data_class=DataClass.STATION.value,
    options=("datum", "organisation"),
    rank=20, table="stations.imports.tables:StationTable", undo=_undo,
)  # fmt: skip
def import_stations(work: Work) -> Mapping[str, Any]:
    """As `import_stations` does."""
    from stations.imports.tables import StationTable
    from stations.selectors.actors import actor_of_job

    actor = actor_of_job(work.job.actor_id)
    return table_import(
        work, StationTable(actor=actor, datum=work.option("datum"), organisation=work.option("organisation"))
    )


@job(
    "stations.import_people", label=_("导入人员"), data_class=DataClass.PERSON.value, options=("organisation",),
    rank=10, table="stations.imports.tables:PersonTable", undo=_undo,
)  # fmt: skip
def import_people(work: Work) -> Mapping[str, Any]:
    """As `import_people` does."""
    from stations.imports.tables import PersonTable
    from stations.selectors.actors import actor_of_job

    return table_import(
        work, PersonTable(actor=actor_of_job(work.job.actor_id), organisation=work.option("organisation"))
    )
