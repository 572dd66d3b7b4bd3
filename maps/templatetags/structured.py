"""Structured data of a page for search engines: a data block that browsers never run."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from core.jsontext import dumps

register = template.Library()

# What could end the block or begin another one; JSON says the same with escapes.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


@register.simple_tag
def json_ld(data: Any) -> str:
    """A JSON-LD block; nothing without data."""
    if not data:
        return ""
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(dumps(data).translate(_ESCAPES)))  # noqa: S308  escaped above
