"""What the roads room does in the urgent processes: live weights within a second."""

from __future__ import annotations

from core import urgent
from roads.services import live_weights

# Not exclusive by advisory lock: that would be one process of the deployment, while every host has weights of its own.
# The file lock of the weights makes it one writer a host.
urgent.register("roads.weights", live_weights.EVERY_S, live_weights.weights_refresh, lane="weights")
