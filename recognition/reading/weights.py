"""Model files by role: found in the packages that ship them or in a deployment's folder, and checked by SHA-256."""

from __future__ import annotations

import hashlib
import importlib.util
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

MANIFEST = Path(__file__).with_name("weights.toml")
OWN_MANIFEST = "weights.toml"


class Role(StrEnum):
    """What a file is for."""

    DETECTOR = "detector"
    PLATE_RECOGNISER = "plate_recogniser"
    PLATE_CHARACTERS = "plate_characters"
    TEXT_RECOGNISER = "text_recogniser"
    OWN_RECOGNISER = "own_recogniser"
    OWN_FOR_EASYOCR = "own_for_easyocr"


# Without these the house's own engine does not read; the others are one more opinion, and may be left out.
NEEDED = (Role.DETECTOR, Role.PLATE_RECOGNISER, Role.PLATE_CHARACTERS, Role.TEXT_RECOGNISER)


class WeightsMissing(Exception):
    """A model file is not where the manifest says, or is another one than it says."""


@dataclass(frozen=True, slots=True)
class Weight:
    """One file: where it should lie and what it must be. `path` None: its package is not installed."""

    role: Role
    path: Path | None
    sha256: str
    origin: str

    def missing(self) -> str:
        """Why it cannot be used, empty if it lies there (its contents are checked by `data`)."""
        if self.path is None:
            return f"package {self.origin} is not installed"
        return "" if self.path.is_file() else f"{self.path} is not there"

    def data(self) -> bytes:
        """The bytes. Raises WeightsMissing when they are absent or not those of the manifest."""
        why = self.missing()
        if why or self.path is None:
            raise WeightsMissing(f"{self.role.value}: {why}")
        data = self.path.read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found != self.sha256:
            raise WeightsMissing(f"{self.role.value}: {self.path} has sha256 {found}, the manifest wants {self.sha256}")
        return data


@dataclass(frozen=True, slots=True)
class Manifest:
    """All files of one set of models; `version` names the set in every read."""

    version: str
    weights: Mapping[Role, Weight]

    def missing(self, roles: Iterable[Role] = NEEDED) -> list[str]:
        """What is missing of these, in words; empty if every file lies there."""
        return [f"{role.value}: {why}" for role in roles if (why := self._missing(role))]

    def of(self, role: Role) -> Weight:
        """Raises WeightsMissing where no manifest names any."""
        if role not in self.weights:
            raise WeightsMissing(f"{role.value}: {self._missing(role)}")
        return self.weights[role]

    def _missing(self, role: Role) -> str:
        return self.weights[role].missing() if role in self.weights else "no manifest names one"


def manifest(folder: Path | None = None) -> Manifest:
    """The manifest of the house, with the entries of `folder`/weights.toml in place of its own where there are any.

    Raises WeightsMissing when the folder's manifest is no such file or names unknown roles.
    """
    table = _table(MANIFEST)
    weights = {role: _found(role, table[role.value]) for role in Role if role in NEEDED or role.value in table}
    own = folder / OWN_MANIFEST if folder is not None else None
    if own is None or folder is None or not own.is_file():
        return Manifest(str(table["version"]), weights)
    replaced = _table(own)
    for name, entry in replaced.items():
        if name == "version":
            continue
        try:
            role = Role(name)
            weights[role] = Weight(role, folder / str(entry["file"]), str(entry["sha256"]).lower(), str(own))
        except (ValueError, KeyError, TypeError) as problem:
            raise WeightsMissing(f"{own}: [{name}] needs a known role, file and sha256: {problem}") from problem
    return Manifest(f"{table['version']}+{replaced.get('version', 'own')}", weights)


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as problem:
        raise WeightsMissing(f"{path}: {problem}") from problem


def _found(role: Role, entry: Mapping[str, Any]) -> Weight:
    """A file inside an installed package, which is never imported; without a package, one of the house's own."""
    if "package" not in entry:
        return Weight(role, MANIFEST.parent / str(entry["file"]), str(entry["sha256"]), "the house")
    package = str(entry["package"])
    spec = importlib.util.find_spec(package)
    folder = Path(spec.origin).parent if spec is not None and spec.origin else None
    path = None if folder is None else folder / str(entry["file"])
    return Weight(role, path, str(entry["sha256"]), package)
