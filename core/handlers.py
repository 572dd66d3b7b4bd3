"""What the kernel itself does in the urgent processes."""

from __future__ import annotations

from core import audit_seal, housekeeping, retained, urgent

__all__ = ["retained"]

urgent.register("audit-seal", 1.0, audit_seal.seal_once, exclusive=True, lane="house")
urgent.register("housekeeping", 60.0, housekeeping.run_once, exclusive=True, lane="house")
