"""The kinds of incident that may be reported, for forms."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.models import IncidentKind


@dataclass(frozen=True, slots=True)
class KindChoice:
    """One kind as a form offers it."""

    code: str
    name: str


def incident_kinds() -> list[KindChoice]:
    """Kinds in use, in their order."""
    rows = IncidentKind.objects.filter(is_active=True).order_by("order", "code").values_list("code", "name")
    return [KindChoice(code, name) for code, name in rows]


def kind_names() -> dict[str, str]:
    """Names by code, of kinds that are no longer in use, too."""
    return dict(IncidentKind.objects.values_list("code", "name"))
