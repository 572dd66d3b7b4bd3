"""What the roads room does in the urgent processes: live weights within a second; and what it keeps for how long."""

from __future__ import annotations

from core import urgent
from core.retention import RetentionClass
from core.retention import register as retain
from roads.services import live_weights
from roads.services.board_pictures import board_pictures_past_term
from roads.services.inspection_terms import inspection_pictures_past_term

retain(RetentionClass("board_pictures", 1095, 180, board_pictures_past_term))
retain(RetentionClass("inspection_pictures", 1095, 180, inspection_pictures_past_term))

# Not exclusive by advisory lock: that would be one process of the deployment, while every host has weights of its own.
# The file lock of the weights makes it one writer a host.
urgent.register("roads.weights", live_weights.EVERY_S, live_weights.weights_refresh, lane="weights")
