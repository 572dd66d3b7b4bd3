"""Which engines there are, which of them can work here, and the one to take."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from recognition.reading import weights
from recognition.reading.engine import READY, EngineNotReady, PlateReader, Readiness
from recognition.reading.types import Profile
from recognition.reading.weights import Role, WeightsMissing

MODELS = "models"
TRAIN = "python -m bench.plates_train makes one; name it in models/weights.toml under LUZHANG_VAR"
INSTALL = "uv pip install easyocr torch into the environment"


@dataclass(frozen=True, slots=True)
class Engine:
    """`make(folder, profile)` and `ready(folder)` for the folder in which a deployment's own weights lie."""

    name: str
    make: Callable[[Path, Profile], PlateReader]
    ready: Callable[[Path], Readiness]


def _fused(folder: Path, profile: Profile) -> PlateReader:
    from recognition.reading.fused import FusedReader

    return FusedReader(weights.manifest(folder), profile)


def _fused_ready(folder: Path) -> Readiness:
    if importlib.util.find_spec("onnxruntime") is None:
        return Readiness(False, "not installed: onnxruntime", "./run setup")
    try:
        missing = weights.manifest(folder).missing()
    except WeightsMissing as problem:
        return Readiness(False, str(problem), "mend that file, or remove it to read with the packaged weights")
    return Readiness(False, "; ".join(missing), "./run setup") if missing else READY


def _own(folder: Path, profile: Profile) -> PlateReader:
    from recognition.reading.engines.own import OwnReader

    return OwnReader(weights.manifest(folder), profile)


def _together(folder: Path, profile: Profile) -> PlateReader:
    from recognition.reading.engines.own import TogetherReader

    return TogetherReader(weights.manifest(folder), profile)


def _own_ready(folder: Path) -> Readiness:
    state = _fused_ready(folder)
    missing = weights.manifest(folder).missing([Role.OWN_RECOGNISER]) if state.ready else []
    return Readiness(False, "; ".join(missing), TRAIN) if missing else state


def _easyocr(folder: Path, profile: Profile) -> PlateReader:
    from recognition.reading.engines.easyocr import EasyOcrReader

    return EasyOcrReader(folder / "easyocr")


def _easyocr_own(folder: Path, profile: Profile) -> PlateReader:
    from recognition.reading.engines.easyocr_own import EasyOcrOwnReader

    return EasyOcrOwnReader(weights.manifest(folder))


def _easyocr_own_ready(folder: Path) -> Readiness:
    from recognition.reading.engines.easyocr import not_installed

    if not_installed():
        return Readiness(False, not_installed(), INSTALL)
    state = _fused_ready(folder)
    missing = weights.manifest(folder).missing([Role.OWN_FOR_EASYOCR]) if state.ready else []
    return Readiness(False, "; ".join(missing), TRAIN) if missing else state


def _easyocr_ready(folder: Path) -> Readiness:
    from recognition.reading.engines.easyocr import readiness

    return readiness(folder / "easyocr")


def _rapidocr(folder: Path, profile: Profile) -> PlateReader:
    from recognition.reading.engines.rapidocr import RapidOcrReader

    return RapidOcrReader()


def _rapidocr_ready(folder: Path) -> Readiness:
    from recognition.reading.engines.rapidocr import readiness

    return readiness()


def _hyperlpr2(folder: Path, profile: Profile) -> PlateReader:
    from recognition.reading.engines.hyperlpr2 import HyperLpr2Reader

    return HyperLpr2Reader()


def _hyperlpr2_ready(folder: Path) -> Readiness:
    from recognition.reading.engines.hyperlpr2 import readiness

    return readiness()


def _outline(folder: Path, profile: Profile) -> PlateReader:
    from recognition.reading.engines.outline import OutlineReader

    return OutlineReader()


def _always(folder: Path) -> Readiness:
    return READY


# In the order in which one is taken where none is named; the last works everywhere and reads nothing.
_ENGINES = (
    Engine("fused", _fused, _fused_ready),
    Engine("fused-own", _together, _own_ready),
    Engine("own", _own, _own_ready),
    Engine("easyocr", _easyocr, _easyocr_ready),
    Engine("easyocr-own", _easyocr_own, _easyocr_own_ready),
    Engine("rapidocr", _rapidocr, _rapidocr_ready),
    Engine("hyperlpr2", _hyperlpr2, _hyperlpr2_ready),
    Engine("outline", _outline, _always),
)
ENGINES: Mapping[str, Engine] = MappingProxyType({one.name: one for one in _ENGINES})
DEFAULTS = ("fused", "easyocr", "outline")


def make_reader(folder: Path, profile: Profile = Profile.EVIDENCE, name: str | None = None) -> PlateReader:
    """A reader by name, or the first of DEFAULTS that can work here. `folder`: where own weights lie, may be absent.

    Raises EngineNotReady for a named engine that cannot work, KeyError for an unknown name.
    """
    if name is not None:
        engine = ENGINES[name]
        state = engine.ready(folder)
        if not state.ready:
            raise EngineNotReady(name, state)
        return engine.make(folder, profile)
    chosen = next(ENGINES[default] for default in DEFAULTS if ENGINES[default].ready(folder).ready)
    return chosen.make(folder, profile)
