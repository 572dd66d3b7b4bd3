"""Sources of roads that are not files: a higher room registers how to make them (the generated county does)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.errors import NotFound
from roads.network.source import SourceNetwork
from roads.services.axis_import import PostOnRoad

# (nodes, seed) -> the network and its kilometre posts.
Generator = Callable[[int, int], tuple[SourceNetwork, Sequence[PostOnRoad]]]

_generators: dict[str, Generator] = {}


def generator_register(name: str, generator: Generator) -> None:
    """Make a generated network known; called when the application starts."""
    _generators[name] = generator


def generated_source(name: str, *, nodes: int, seed: int) -> tuple[SourceNetwork, Sequence[PostOnRoad]]:
    """A generated network. Raises NotFound when no room brought that generator."""
    generator = _generators.get(name)
    if generator is None:
        raise NotFound("没有这个路网生成器", field="demo", value=name, cure="启用 demo 应用")
    return generator(nodes, seed)
