"""A rate limit as settings write it (Django-free: settings are read before there are applications)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `hits` requests a window and address. `names`: the addresses (names of url patterns) counted together;
    `method`: only these requests; `signed_in`: whether people who are signed in count as well.
    """

    hits: int
    window_s: float
    names: frozenset[str]
    method: str = "GET"
    signed_in: bool = False
