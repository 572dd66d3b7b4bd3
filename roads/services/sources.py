"""Sources of roads that are not files: a higher room registers how to make them (the generated county does)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from core.errors import NotFound

if TYPE_CHECKING:
    from roads.network.source import SourceNetwork
    from roads.services.axis_import import PostOnRoad

# By name, the dotted path of a function (nodes, seed) -> the network and its kilometre posts.
_generators: dict[str, str] = {}


def generator_register(name: str, dotted_path: str) -> None:
    """Make a generated network known, by the path of its function; called when the application starts."""
    _generators[name] = dotted_path


def generated_source(name: str, *, nodes: int, seed: int) -> tuple[SourceNetwork, Sequence[PostOnRoad]]:
    """A generated network. Raises NotFound when no room brought that generator."""
    path = _generators.get(name)
    if path is None:
        raise NotFound(_("没有这个路网生成器"), field="demo", value=name, cure=_("启用 demo 应用"))
    generator: Callable[[int, int], tuple[SourceNetwork, Sequence[PostOnRoad]]] = import_string(path)
    return generator(nodes, seed)
