"""`/help/`: how a new county's data gets in: each table with its columns, as the importers themselves name them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import NotFound
from core.jobs import JobKind
from maps.doors.context import page_context
from stations.selectors import actor_for_request
from stations.selectors.jobs import job_kinds_for
from stations.services import page_access
from stations.types import DataClass, Verb


@require_safe
@page_access(Verb.CREATE, DataClass.IMPORT_RUN)
def help_page(request: HttpRequest) -> HttpResponse:
    """Every kind of import that the reader may ask for."""
    kinds = [_described(kind) for kind in job_kinds_for(actor_for_request(request)) if kind.needs_file]
    return render(request, "maps/help.html", page_context(request, "help", kinds=kinds))


@require_safe
@page_access(Verb.CREATE, DataClass.IMPORT_RUN)
def template_file(request: HttpRequest, kind: str) -> HttpResponse:
    """A table to fill in: the headings and one invented row. Raises NotFound for a kind without a table."""
    found = next((each for each in job_kinds_for(actor_for_request(request)) if each.name == kind), None)
    importer = found.importer() if found is not None else None
    if importer is None:
        raise NotFound(_("没有这种任务"), field="kind", value=kind[:60], cure=_("请从帮助页选择"))
    columns = [column for column in importer.columns if column in importer.example]
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(_heading(importer.columns[column], column) for column in columns)
    rows.writerow(importer.example[column] for column in columns)
    # A spreadsheet takes UTF-8 for what it is only with the mark in front.
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{kind.rpartition(".")[2]}.csv"'
    return answer


def _described(kind: JobKind) -> dict[str, Any]:
    importer = kind.importer()
    columns = [] if importer is None else [
        {
            "name": _heading(headings, column),
            "others": [*headings[1:], column],
            "required": column in importer.required,
            "example": importer.example.get(column, ""),
        }
        for column, headings in importer.columns.items()
    ]  # fmt: skip
    return {
        "kind": kind.name,
        "label": kind.label,
        "files": kind.files,
        "columns": columns,
        "may_dry_run": kind.may_dry_run,
    }


def _heading(headings: Sequence[str], column: str) -> str:
    return headings[0] if headings else column
