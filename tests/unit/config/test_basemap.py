"""A raster base map of the deployment's choice: what its setting may be, and what it opens in the content policy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import environment
from config.environment import BadEnvironment

ROOT = Path(__file__).parents[3]


def _read(**more: str) -> environment.Environment:
    return environment.read({**os.environ, **more})


def test_without_it_there_is_none() -> None:
    assert _read(LUZHANG_BASEMAP_URL="").basemap_url == ""


@pytest.mark.parametrize(
    "url", ["/basemap/{z}/{x}/{y}.png", "https://localhost/{z}/{x}/{-y}.png", "http://127.0.0.1:8080/t/{z}/{y}/{x}"]
)
def test_a_template_on_this_site_or_one_host(url: str) -> None:
    assert _read(LUZHANG_BASEMAP_URL=url).basemap_url == url


@pytest.mark.parametrize(
    "url",
    [
        "//localhost/{z}/{x}/{y}",
        "https://{s}.localhost/{z}/{x}/{y}",
        "https://localhost/{z}/{x}",
        "javascript:{z}{x}{y}",
        "maps/{z}/{x}/{y}.png",
        "https:///{z}/{x}/{y}",
    ],
)
def test_others_stop_the_start_with_a_sentence(url: str) -> None:
    with pytest.raises(BadEnvironment, match="LUZHANG_BASEMAP_URL"):
        _read(LUZHANG_BASEMAP_URL=url)


@pytest.mark.parametrize("zoom", ["0", "21", "deep", "-1"])
def test_zooms_without_tiles(zoom: str) -> None:
    with pytest.raises(BadEnvironment, match="LUZHANG_BASEMAP_MAX_ZOOM"):
        _read(LUZHANG_BASEMAP_MAX_ZOOM=zoom)


def _policy(**more: str) -> list[str]:
    """`img-src` of a process with these settings."""
    text = "import json; from config.settings.security import CONTENT_SECURITY_POLICY as it; "
    text += "print(json.dumps(it['DIRECTIVES']['img-src']))"
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=ROOT, env={**os.environ, **more}, capture_output=True, text=True, check=True
    )
    return list(json.loads(done.stdout))


def test_pictures_come_from_that_host_and_no_other() -> None:
    plain = {"'self'", "data:", "blob:"}
    assert set(_policy(LUZHANG_BASEMAP_URL="")) == plain
    assert set(_policy(LUZHANG_BASEMAP_URL="/basemap/{z}/{x}/{y}.png")) == plain
    other = _policy(LUZHANG_BASEMAP_URL="https://localhost:8443/t/{z}/{x}/{y}.png")
    assert set(other) - plain == {"https://localhost:8443"}
