"""Boards of a district in one go: a job that prints each, goes on where a killed worker stopped, and leaves one ZIP."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core import clock
from core.errors import Conflict, InvalidInput, NotFound, TransitionRefused
from core.jobs import Work
from core.models import Job
from core.states import JobState
from roads.models import Board
from roads.selectors.boards import boards_wanted
from roads.services.board_prints import boards_archive, pdf_keep, pdf_name
from roads.services.boards import board_issue, boards_plan_missing
from stations.types import Actor

PRINT_KIND = "roads.print_boards"
FOLDER = "private/boards"
# Archives are copies of what can be printed again: for the print shop, then gone.
KEEP_DAYS = 14
WANTED, ALL = "wanted", "all"
WHICH = (WANTED, ALL)


def public_address(origin: str = "") -> str:
    """The site's origin that codes lead to: the first that browsers are told to show (`CSRF_TRUSTED_ORIGINS`), else the
    one through which somebody asks. Raises InvalidInput when there is neither.
    """
    found = next(iter(settings.CSRF_TRUSTED_ORIGINS), "") or origin
    if not found.startswith(("https://", "http://")):
        raise InvalidInput(
            _("不知道二维码应指向的网址"), field="address", value=found,
            cure=_("请在公示牌页面发起，或设置 CSRF_TRUSTED_ORIGINS"),
        )  # fmt: skip
    return found.rstrip("/")


def boards_print(*, work: Work, actor: Actor, organisation: Any, which: str, origin: str) -> Mapping[str, Any]:
    """Do the job. What is to be printed is settled once and kept beside the sheets; a sheet that lies there is done, so
    a second attempt prints only what is missing, and issues nothing twice.
    """
    if which not in WHICH:
        raise InvalidInput(_("没有这种选择"), field="which", value=which, cure=" / ".join(WHICH))
    address = public_address(origin)
    folder = _folder(work.job)
    work.step(_("核对路段"))
    plan = _plan(folder, actor, organisation, which)
    printed: list[Board] = []
    gone = 0
    for done, uid in enumerate(plan["boards"]):
        work.step(_("印制"), done, len(plan["boards"]))
        board = _sheet(actor, uid, address, folder)
        gone += board is None
        printed += [board] if board is not None else []
    work.step(_("打包"), len(plan["boards"]), len(plan["boards"]))
    size = boards_archive(folder, printed, _archive(work.job))
    shutil.rmtree(folder)
    if which == ALL:
        _replaced_remove(work.job)
    return {"boards": len(printed), "new_boards": plan["created"], "left_out": gone, "bytes": size}


def print_archive(job: Job) -> Path:
    """The ZIP of a finished job. Raises NotFound when it is not there (any more)."""
    path = _archive(job)
    if job.kind != PRINT_KIND or not path.is_file():
        raise NotFound(
            _("印制文件已不在"), field="job", value=str(job.uid),
            cure=_("文件保留 %(days)s 天，请重新印制") % {"days": KEEP_DAYS},
        )  # fmt: skip
    return path


def prints_sweep() -> int:
    """Remove archives past their days, and sheets of jobs that gave up. Returns how many went."""
    root, removed = Path(settings.MEDIA_ROOT) / FOLDER, 0
    limit = (clock.wall_now() - timedelta(days=KEEP_DAYS)).timestamp()
    for path in root.glob("*"):
        if path.stat().st_mtime < limit:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            removed += 1
    return removed


def _replaced_remove(job: Job) -> None:
    """All boards of an organisation were printed anew: earlier archives of it, and of what lies below, say less."""
    earlier = Job.objects.filter(
        kind=PRINT_KIND, state=JobState.DONE, organisation_path__startswith=job.organisation_path, pk__lt=job.pk
    )
    for other in earlier:
        _archive(other).unlink(missing_ok=True)


def _plan(folder: Path, actor: Actor, organisation: Any, which: str) -> dict[str, Any]:
    """What this job prints, settled by its first attempt."""
    kept = folder / "plan.json"
    if kept.is_file():
        return dict(json.loads(kept.read_text(encoding="utf-8")))
    created = boards_plan_missing(actor=actor, organisation=organisation)
    boards = boards_wanted(organisation.path or "", all_live=which == ALL)
    plan = {"created": created, "boards": [str(board.uid) for board in boards]}
    part = kept.with_suffix(".part")
    part.write_text(json.dumps(plan), encoding="utf-8")
    part.replace(kept)
    return plan


def _sheet(actor: Actor, uid: str, address: str, folder: Path) -> Board | None:
    """Issue and print one board; None for one whose place nobody answers for any more."""
    try:
        board = board_issue(actor=actor, board_uid=uid, address=address)
    except (Conflict, TransitionRefused):
        return None
    if not (folder / pdf_name(board)).is_file():
        pdf_keep(folder, board)
    return board


def _folder(job: Job) -> Path:
    folder = Path(settings.MEDIA_ROOT) / FOLDER / str(job.uid)
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    return folder


def _archive(job: Job) -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER / f"{job.uid}.zip"
