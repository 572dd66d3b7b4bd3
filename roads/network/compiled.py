"""One way to compile a numeric function with numba: cached on disk, without the interpreter lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from numba import njit


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile `function` in nopython mode. `warm.warm()` fills the cache at set-up, so that no request compiles."""
    return cast("Callable[..., Any]", njit(cache=True, nogil=True, boundscheck=False)(function))
