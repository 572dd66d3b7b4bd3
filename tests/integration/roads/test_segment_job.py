"""Segments by a job whose worker dies: doubtful rows of before are told too, and none is listed twice."""

from __future__ import annotations

from typing import Any

import pytest

from core import broker
from core.jobs import job_kind, job_run, jobs_recover
from core.models import Job
from roads.imports import tables
from roads.models import ReviewItem, Segment
from stations.services.jobs import job_request
from stations.types import Role
from tests.factories.roads import the_axis
from tests.factories.stations import an_actor

pytestmark = pytest.mark.django_db(transaction=True)


class _Crash(BaseException):
    """Nothing of ours catches it."""


def test_what_an_earlier_worker_found_doubtful_is_told(
    city: Any, network: Any, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(broker, "send", lambda *_a, **_k: False)
    rows = ["X201,无名村,K2+000"]
    rows += [f"X201,K{m // 1000}+{m % 1000:03d},K{(m + 5) // 1000}+{(m + 5) % 1000:03d}" for m in range(0, 1250, 5)]
    content = "\n".join(["道路,起点,止点", *rows]).encode()
    actor = an_actor(city, Role.ADMINISTRATOR)
    kind = job_kind("roads.import_segments")
    job = job_request(actor=actor, kind=kind, blocks=[content], file_name="路段.csv")
    take = tables.SegmentTable.row

    def crash(self: Any, row: Any) -> object:
        if row.line == 240:
            raise _Crash
        return take(self, row)

    with monkeypatch.context() as patched, pytest.raises(_Crash):
        patched.setattr(tables.SegmentTable, "row", crash)
        job_run(str(job.uid))
    assert Job.objects.get().done == 200
    assert jobs_recover(dead_after_s=0) == 1
    assert job_run(str(job.uid)) == "done"
    row = Job.objects.get()
    assert (row.import_run.accepted, row.import_run.rejected) == (251, 0), list(row.import_run.errors.values())[:2]
    # Most of these were the first worker's; what the run says is what the list holds.
    assert row.result["doubtful"] == ReviewItem.objects.count() > 200 and row.result["doubtful_rows"][0][0] == 2
    assert ReviewItem.objects.count() + Segment.objects.filter(axis=the_axis("X201")).count() == 251
