"""Python's collector of cyclic garbage, eased for servers.

A process of this project keeps some hundred thousand objects for good: models, forms, translations, the list of those
on duty. With Python's own thresholds (700, 10, 10) all of them are looked through again and again, while it starts and
while it works: 15 % of the processor time of a start. Free of Django, so that it can be called before that is loaded.
"""

from __future__ import annotations

import gc

# New objects between two collections of the youngest generation, and how many of these make one of the next.
THRESHOLDS = (50_000, 20, 20)


def collector_eased() -> None:
    """Collect less often. Call it first of all in a process."""
    gc.set_threshold(*THRESHOLDS)


def collector_settled() -> None:
    """What is there now stays: it is not looked through any more, and what is forked later shares its pages."""
    gc.collect()
    gc.freeze()
