"""The closing line of `./run test`: what all suites counted together."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from config.launcher.suite import closing_line, counted, unsteady

TESTS = """
import pytest
def test_good(): pass
def test_good_too(): pass
def test_bad(): assert False
@pytest.mark.skip
def test_left_out(): pass
@pytest.fixture
def broken(): raise ValueError
def test_never_begun(broken): pass
"""


def test_a_report_of_pytest_is_counted(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:django", "-c", "/dev/null"]
    subprocess.run(
        [*command, f"--rootdir={tmp_path}", f"--junitxml={tmp_path / 'report.xml'}", str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert counted(tmp_path / "report.xml") == Counter(passed=2, failed=1, skipped=1, error=1)


def test_a_suite_that_left_no_report_is_an_error(tmp_path: Path) -> None:
    assert counted(tmp_path / "none.xml") == Counter(error=1)


def test_the_line_reads_as_pytest_does() -> None:
    both = Counter(passed=4, skipped=1) + Counter(passed=1, failed=1)
    assert closing_line(both, 12.345) == "1 failed, 5 passed, 1 skipped in 12.35s"
    assert closing_line(Counter(), 0.0) == "no tests ran in 0.00s"


@pytest.mark.parametrize(
    ("failed", "tried_again"),
    [
        (["tests.browser.test_a"], ["tests/browser/test_a.py::test_it[light]"]),
        (["tests.browser.test_b", "tests.browser.test_a", "tests.browser.test_a"], 2),
        (["tests.browser.test_a", "tests.api.test_b"], []),
        (["tests.browser.test_a", "tests.browser.test_b", "tests.browser.test_c"], []),
        ([], []),
    ],
)
def test_only_a_few_browser_tests_are_tried_again(tmp_path: Path, failed: list[str], tried_again: object) -> None:
    rows = [f'<testcase classname="{name}" name="test_it[light]"><failure/></testcase>' for name in failed]
    rows.append('<testcase classname="tests.api.test_good" name="test_good"/>')
    (tmp_path / "tests.xml").write_text(f"<testsuites><testsuite>{''.join(rows)}</testsuite></testsuites>")
    found = unsteady(tmp_path / "tests.xml")
    assert (len(found) if isinstance(tried_again, int) else found) == tried_again
