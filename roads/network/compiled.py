"""One way to compile a numeric function with numba: cached on disk, without the interpreter lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile `function` in nopython mode. The cache is warmed at set-up (`kernel.warm`), so that no request compiles."""
    return cast(Function, njit(cache=True, nogil=True, boundscheck=False)(function))
