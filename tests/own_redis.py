"""A database of Redis for each process of the test run, chosen before Django and Celery read where Redis is.

Loaded by `-p` (pyproject.toml). A queue that two processes shared would give one's messages to the other's workers.
"""

from __future__ import annotations

import os

# Of the 16 that Redis has: 0 to 7 for processes of tests, 8 to 15 for the stacks that their browser tests start.
PROCESSES = 8


def redis_url(url: str, database: int) -> str:
    """The address of another database of the same Redis."""
    if url.startswith("unix:"):
        return f"{url.split('?', maxsplit=1)[0]}?db={database}"
    return f"{url.rsplit('/', 1)[0]}/{database}" if url.count("/") > 2 else f"{url}/{database}"


def process_number() -> int:
    """Which process of the test run this is; 0 when there is one only."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % PROCESSES


if os.environ.get("REDIS_URL"):
    os.environ["REDIS_URL"] = redis_url(os.environ["REDIS_URL"], process_number())
