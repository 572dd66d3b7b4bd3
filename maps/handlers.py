"""What the maps room does periodically in `run_urgent`."""

from __future__ import annotations

from core.urgent import register
from maps.fallback_sheet import EVERY_S, fallback_sheets_make

# In every process: each host keeps its own files. A lane of its own: it reads much.
register("maps.fallback_sheets", EVERY_S, fallback_sheets_make, lane="fallback_sheets")
