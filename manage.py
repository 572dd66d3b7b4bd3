#!/usr/bin/env python
"""Django's command line. From a shell use `./run manage …`: it starts the private services and sets the environment."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command named on the command line; a bad environment ends with one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.environment import BadEnvironment
    from core.collector import collector_eased

    collector_eased()
    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except BadEnvironment as problem:
        sys.exit(f"luzhang: {problem}")


if __name__ == "__main__":
    main()
