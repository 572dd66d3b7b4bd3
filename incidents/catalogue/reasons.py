"""Reasons that the tables of a new system give, marked for translation: tables are data, and no tool reads them.

A reason that an administrator writes into a table is said as it was written.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext

from core.messages import gettext_noop

TABLE_REASONS = (
    gettext_noop("城区重点警情 3 分钟到场、24 小时办结"),
    gettext_noop("城区关注警情 5 分钟到场、48 小时办结"),
    gettext_noop("城区一般警情 5 分钟到场、72 小时办结"),
    gettext_noop("城郊重点警情 10 分钟到场、24 小时办结"),
    gettext_noop("城郊关注警情 10 分钟到场、48 小时办结"),
    gettext_noop("城郊一般警情 10 分钟到场、72 小时办结"),
    gettext_noop("乡村重点警情 20 分钟到场、24 小时办结"),
    gettext_noop("乡村关注警情 20 分钟到场、48 小时办结"),
    gettext_noop("乡村一般警情 20 分钟到场、72 小时办结"),
    gettext_noop("有人员受伤"),
    gettext_noop("涉及危险品"),
    gettext_noop("涉及凶器"),
    gettext_noop("类别属重点警情"),
    gettext_noop("发生在高速公路"),
    gettext_noop("类别需要关注"),
    gettext_noop("标注三次及以上"),
    gettext_noop("有风险标注"),
    gettext_noop("同一地点短期内反复发生"),
    gettext_noop("一般警情"),
    gettext_noop("辖区划为城区"),
    gettext_noop("辖区划为城郊"),
    gettext_noop("辖区划为乡村"),
    gettext_noop("高速公路或国道干线"),
    gettext_noop("没有编号的村道或机耕路"),
    gettext_noop("附近没有道路"),
    gettext_noop("辖区未划定地带，按城区"),
)


def table_reasons_said(kept: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Stored reasons of tables in the reader's language. What a person gave as reason of a grade stays their word."""
    return [row if row.get("code") == "person" else {**row, "reason": _said(row)} for row in kept]


def _said(row: dict[str, str]) -> str:
    if row.get("code") == "mark":
        return gettext("地点标签「%(label)s」") % {"label": row["label"]}
    if row.get("code") == "marks":
        return gettext("另有 %(count)s 个标签") % {"count": row["count"]}
    return gettext(row["reason"])
