"""Progress goes to stderr; stdout is for a command's own output."""

from __future__ import annotations

import contextlib
import sys


def say(text: str) -> None:
    """One line of progress."""
    bold = ("\033[1m", "\033[0m") if sys.stderr.isatty() else ("", "")
    # Whoever listened may be gone (a closed terminal); what is being said about goes on to its end all the same.
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{bold[0]}== {text}{bold[1]}\n")
        sys.stderr.flush()
