"""The code of a board: its page's address as a QR code."""

from __future__ import annotations

import segno

# A board hangs in sun and rain for years: a third of the code may be lost (level H).
_QUIET_MODULES = 4


def qr_path(address: str) -> tuple[int, str]:
    """The code of an address as (side in modules, quiet zone included; path of an SVG with one unit a module)."""
    code = segno.make(address, error="h", micro=False, boost_error=False)
    parts = []
    for row, modules in enumerate(code.matrix):
        column = 0
        while column < len(modules):
            run = column
            while run < len(modules) and modules[run]:
                run += 1
            if run > column:
                parts.append(
                    f"M{column + _QUIET_MODULES} {row + _QUIET_MODULES}h{run - column}v1H{column + _QUIET_MODULES}z"
                )
            column = max(run, column + 1)
    return len(code.matrix) + 2 * _QUIET_MODULES, "".join(parts)
