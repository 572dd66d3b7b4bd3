"""The generated county: a seeded, invented road network with towns, axes, villages and places. Django-free."""

from .generate import county_generate
from .types import County, CountyAxis, Place, Post, Town, Village

__all__ = ["County", "CountyAxis", "Place", "Post", "Town", "Village", "county_generate"]
