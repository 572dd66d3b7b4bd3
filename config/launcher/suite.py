"""`./run test`: lint, types, import contracts, migrations, templates, translations, then pytest.

The chaos test kills the processes of a whole installation of its own; it comes last and has the machine to itself.
What all suites counted together is said in one closing line on stdout.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

from config.launcher import children
from config.launcher.places import Places, environment
from config.launcher.services import services
from config.launcher.speech import say

# One test at a time to whoever is free, in the order of collection: what empties tables comes after what reads what
# migrations wrote, and the browser tests last, in both workers. (By file, the first of these would not hold.)
# A browser on a laden machine is now and then slower than any patience. So many tests of it may fail and get one more
# try by themselves; they are named as unsteady. Whatever fails elsewhere, or twice, fails the run.
MOST_TRIED_AGAIN = 2
BROWSER = "tests.browser."

SUITES = (
    ("tests", ("-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder", "-m", "not chaos")),
    ("chaos", ("-m", "chaos", "tests/chaos")),
)


def _program(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def checks(where: Places) -> list[tuple[str, list[str]]]:
    """Everything but pytest: name and command line."""
    templates = sorted(str(folder.relative_to(where.root)) for folder in where.root.glob("*/templates"))
    found = [
        ("lint", [_program("ruff"), "check", "--quiet", "."]),
        ("format", [_program("ruff"), "format", "--check", "--quiet", "."]),
        ("types", [_program("mypy"), "--no-error-summary"]),
        ("imports", [_program("lint-imports"), "--no-logo"]),
        ("migrations", children.manage("makemigrations", "--check", "--dry-run")),
    ]
    if templates:
        found.append(("templates", [_program("djlint"), "--lint", "--quiet", *templates]))
    found.append(("translations", [sys.executable, "-m", "config.launcher", "translations"]))
    return found


def main(where: Places, words: list[str]) -> int:
    """With words: pytest with them and nothing else. Returns the exit code."""
    values = {**environment(where), "LUZHANG_SIMULATION": "1"}
    with services(where):
        if words:
            return _pytest(where, values, words)
        failed = _checked(where, values) + _suites(where, values)
    if failed:
        say(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def counted(report: Path) -> Counter[str]:
    """Outcomes in a JUnit report of pytest: passed, failed, error, skipped. One error where there is no report."""
    if not report.exists():
        return Counter({"error": 1})
    found: Counter[str] = Counter()
    # S314: the file was written by the pytest just run.
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314
        number = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
        found["failed"] += number["failures"]
        found["error"] += number["errors"]
        found["skipped"] += number["skipped"]
        found["passed"] += max(0, number["tests"] - number["failures"] - number["errors"] - number["skipped"])
    return found


def unsteady(report: Path) -> list[str]:
    """The failed tests of a JUnit report as pytest names them, if they are few and all drive a browser; else none."""
    if not report.exists():
        return []
    # S314: the file was written by the pytest just run.
    rows = ElementTree.parse(report).getroot().iter("testcase")  # noqa: S314
    failed = [row for row in rows if row.find("failure") is not None or row.find("error") is not None]
    names = {f"{row.get('classname', '').replace('.', '/')}.py::{row.get('name')}" for row in failed}
    few = len(names) <= MOST_TRIED_AGAIN
    return sorted(names) if few and all(row.get("classname", "").startswith(BROWSER) for row in failed) else []


def closing_line(counts: Mapping[str, int], seconds: float) -> str:
    """As pytest's own: `1 failed, 2 passed, 3 skipped in 4.50s`."""
    names = ("failed", "passed", "skipped", "error", "unsteady")
    said = [f"{counts[name]} {name}" for name in names if counts.get(name)]
    return f"{', '.join(said) or 'no tests ran'} in {seconds:.2f}s"


def _suites(where: Places, values: Mapping[str, str]) -> list[str]:
    """Run every suite; returns the names of those that failed."""
    failed = []
    counts: Counter[str] = Counter()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="luzhang-test-") as folder:
        for name, arguments in SUITES:
            report = Path(folder) / f"{name}.xml"
            code = _pytest(where, values, (*arguments, f"--junitxml={report}"))
            found = counted(report)
            again = unsteady(report) if code else []
            if again and _pytest(where, values, again) == 0:
                say(f"unsteady, passed when tried again: {', '.join(again)}")
                found = counted(report) - Counter(failed=len(again), error=len(again))
                found += Counter(passed=len(again), unsteady=len(again))
                code = 0
            if code:
                failed.append(name)
            counts += found
    print(closing_line(counts, time.monotonic() - begun), flush=True)
    return failed


def _pytest(where: Places, values: Mapping[str, str], arguments: Sequence[str]) -> int:
    say(f"pytest {' '.join(arguments)}")
    return children.run([sys.executable, "-m", "pytest", *arguments], folder=where.root, environment=values)


def _checked(where: Places, values: Mapping[str, str]) -> list[str]:
    failed = []
    for name, command in checks(where):
        begun = time.monotonic()
        code = children.run(command, folder=where.root, environment=values, stdout=sys.stderr)
        say(f"{name}: {'ok' if code == 0 else 'FAILED'} ({time.monotonic() - begun:.1f} s)")
        if code != 0:
            failed.append(name)
    return failed
