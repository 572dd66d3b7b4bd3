"""A queryset compiled once, planned once a session, and run many times.

For the few statements of the urgent path where building SQL costs more than running it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

from core.db.prepared import prepared

M = TypeVar("M", bound=Model)


class KeptQuery(Generic[M]):
    """`build` gives a queryset over whole rows of one model, without joins or annotations.

    Its parameters, in the order of the placeholders, are replaced by those of `rows`.
    """

    def __init__(self, build: Callable[[], QuerySet[M]]) -> None:
        self._build = build
        self._compiled: tuple[str, type[M], list[str], Any] | None = None

    def rows(self, params: Sequence[Any]) -> Iterator[M]:
        """The model's instances, as the queryset would give them. Raises what the database raises."""
        sql, model, names, converted = self._compiled or self._compile()
        with connection.cursor() as cursor:
            prepared(cursor, sql, params)
            found = cursor.fetchall()
        for row in converted(found):
            yield model.from_db(connection.alias, names, row)

    def first(self, params: Sequence[Any]) -> M | None:
        """The first row, or None."""
        return next(self.rows(params), None)

    def _compile(self) -> tuple[str, type[M], list[str], Any]:
        compiler = self._build().query.get_compiler(connection=connection)
        sql, _params = compiler.as_sql()
        info = compiler.klass_info
        if info is None or info.get("related_klass_infos"):
            raise ValueError("a kept query selects whole rows of one model")
        names = [compiler.select[i][0].target.attname for i in info["select_fields"]]
        converters = compiler.get_converters([column[0] for column in compiler.select])

        def converted(rows: list[Any]) -> Any:
            return compiler.apply_converters(rows, converters) if converters else rows

        self._compiled = (sql, info["model"], names, converted)
        return self._compiled
