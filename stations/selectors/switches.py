"""Feature switches of organisations that other rooms ask about while they work."""

from __future__ import annotations

from time import monotonic
from typing import Any

from stations.models import Organisation
from stations.selectors.tree import ancestor_paths
from stations.types import ZONES

# Name and what holds where no organisation on the way up names it. What may be switched at all: nothing else is taken.
SWITCHES: dict[str, bool] = {
    "auto_dispatch": True,  # units are sent without a person's confirmation
    "sms": True,  # an offer that the page did not receive goes out by the message gateway
    "dispatch_pool": False,  # units of all below are sent to all below
    "shared_units": False,  # its units are sent everywhere below its parent
}
# Beside switches: what is chosen from a few words. Where none on the way up says its zone, the road of a
# place decides.
CHOICES: dict[str, tuple[str, ...]] = {"zone": ZONES}
# Asked with every incident: rows are kept for so long (wall).
KEEP_S = 1.0

_kept: tuple[float, dict[str, dict[str, Any]]] | None = None


def switch_on(organisation_path: str, name: str) -> bool:
    """Whether a feature is on at an organisation: the nearest at or above it that names the switch decides. Another
    process's change is seen after KEEP_S.
    """
    return bool(_nearest(organisation_path, name, SWITCHES[name]))


def zone_said(organisation_path: str) -> str:
    """'town', 'suburb' or 'village' as the nearest organisation at or above it says; '' where none does."""
    return str(_nearest(organisation_path, "zone", ""))


def switches_forget() -> None:
    """Ask the database next time."""
    global _kept
    _kept = None


def _nearest(organisation_path: str, name: str, default: Any) -> Any:
    rows = _rows()
    for path in reversed(ancestor_paths(organisation_path)):
        if name in rows.get(path, {}):
            return rows[path][name]
    return default


def _rows() -> dict[str, dict[str, Any]]:
    global _kept
    if _kept is None or monotonic() - _kept[0] > KEEP_S:
        found = Organisation.objects.exclude(features={}).values_list("path", "features")
        _kept = (monotonic(), {path: features for path, features in found if path})
    return _kept[1]
