"""What the maps room does periodically in `run_urgent`."""

from __future__ import annotations

from core.urgent import register
from maps.board import EVERY_S, boards_make

# In every process: each host keeps its own files. A lane of its own: it reads much.
register("maps.boards", EVERY_S, boards_make, lane="boards")
