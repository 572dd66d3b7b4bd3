"""Names of the kernel's SQL functions as Django expressions."""

from __future__ import annotations

from django.db.models import DateTimeField, Func


class CoreNow(Func):
    """`core_now()`: the clock of timers, staleness and deadlines in SQL (STABLE; reads the row of `core_clock`)."""

    function = "core_now"
    template = "%(function)s()"
    arity = 0
    output_field = DateTimeField()
