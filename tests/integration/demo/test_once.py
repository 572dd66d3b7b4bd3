"""`./run demo --once --json`, really: every key of the contract, figures that fit together, nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.environment import ROOT

KEYS = {
    "network", "units", "incidents", "assigned", "closed", "shortfalls", "waited", "decisions",
    "alert_to_assignment_ms", "nearest_exact_share", "straight_line_wrong_share", "mean_travel_s", "lost", "duplicated",
    "snapshot",
}  # fmt: skip
UNITS, MINUTES = 12, 0.5


def _run() -> subprocess.CompletedProcess[str]:
    words = ["--once", "--json", "--nodes", "600", "--units", str(UNITS), "--minutes", str(MINUTES)]
    return subprocess.run(
        [sys.executable, "-m", "config.launcher", "demo", *words],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=280, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_a_short_run() -> None:
    """One test: runs of two workers at once would refuse each other."""
    done = _run()
    report = _report(done)
    _one_object_with_every_key(done, report)
    _figures_that_fit_together(report)
    _the_snapshot_holds_the_network_of_the_report(report)


def _report(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _one_object_with_every_key(done: subprocess.CompletedProcess[str], report: dict[str, Any]) -> None:
    assert set(report) == KEYS
    assert len(done.stdout.splitlines()) == 1, "progress goes to stderr"
    assert set(report["network"]) == {"nodes", "edges", "km"}
    assert set(report["decisions"]) == {"engine", "solver", "manual"}
    assert set(report["alert_to_assignment_ms"]) == {"p50", "p95", "p99"}


def _figures_that_fit_together(report: dict[str, Any]) -> None:
    assert report["units"] == UNITS
    assert report["incidents"] == round(21 * MINUTES) or report["incidents"] == int(21 * MINUTES)
    assert 0 < report["assigned"] <= report["incidents"]
    assert report["closed"] <= report["assigned"]
    assert sum(report["decisions"].values()) >= report["assigned"]
    assert report["nearest_exact_share"] == 1.0
    assert 0 <= report["straight_line_wrong_share"] <= 1
    assert 0 < report["mean_travel_s"] < 3600
    delays = report["alert_to_assignment_ms"]
    assert delays["p50"] is None or 0 < delays["p50"] <= delays["p95"] <= delays["p99"]
    assert (report["lost"], report["duplicated"]) == (0, 0)


def _the_snapshot_holds_the_network_of_the_report(report: dict[str, Any]) -> None:
    folder = Path(report["snapshot"])
    network = np.load(folder / "network.npz")
    assert 600 < report["network"]["edges"] <= network["edge_id"].size
    assert 500 < report["network"]["nodes"] <= network["lon"].size
    decisions = (folder / "decisions.jsonl").read_text("utf-8").splitlines()
    assert len(decisions) == sum(report["decisions"].values())
