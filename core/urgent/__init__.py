"""What the urgent processes do besides the outbox and timers: a registry of periodic jobs.

Rooms register theirs in `handlers.py`; `run_urgent` runs them.
"""

from core.urgent.registry import Job, jobs, register

__all__ = ["Job", "jobs", "register"]
