"""All layers of the house by name, as the rooms declare them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.errors import NotFound
from core.geo.layer import Layer
from incidents.layers import LAYERS as INCIDENT_LAYERS
from patrols.layers import LAYERS as PATROL_LAYERS
from roads.layers import LAYERS as ROAD_LAYERS
from stations.layers import LAYERS as STATION_LAYERS

LAYERS: dict[str, Layer] = {
    layer.name: layer for layer in (*ROAD_LAYERS, *STATION_LAYERS, *PATROL_LAYERS, *INCIDENT_LAYERS)
}


def layer_named(name: str) -> Layer:
    """The layer, or NotFound naming those that exist."""
    layer = LAYERS.get(name)
    if layer is None:
        raise NotFound(_("没有这个图层"), field="layer", value=name, cure="、".join(LAYERS))
    return layer
