"""Nothing points outside the deployment, and lock files hold versions and hashes, never addresses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOMS, name_of, project_files, room_of, with_suffix

ADDRESS = re.compile(r"""https?://(?!127\.0\.0\.1|localhost|\[::1\]|\{|%s)[\w.-]+""")
# Names of vocabularies, not addresses: nothing fetches them.
VOCABULARIES = (
    "http://www.w3.org/",
    "https://www.w3.org/",
    "http://www.opengis.net/",
    "https://www.opengis.net/",
    "https://geojson.org/",
)
WHERE_PACKAGES_COME_FROM = re.compile(
    r"\b(?:registry\.|index-url|find-links|files\.pythonhosted|pypi\.org|npmjs|deb\.debian|archive\.ubuntu|mirrors?\.)",
)


def _addresses(path: Path) -> list[str]:
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        for match in ADDRESS.finditer(line):
            if not line[match.start() :].startswith(VOCABULARIES):
                found.append(f"{name_of(path)}:{number} {match.group()}")
    return found


# The only hosts that files of the project name, and why; everything else is vocabularies, ourselves, or a mistake.
HOSTS = {
    "127.0.0.1": "this machine",
    "localhost": "this machine",
    "testserver": "the host that Django's test client gives itself",
    "example.org": "reserved for examples",
    "phones": "base address of a client in a test, answered in the process",
    "county.test": "the same; .test is reserved",
    "www.traccar.org": "describes the protocol of OsmAnd",
    "owntracks.org": "describes the protocol of OwnTracks",
    "graphml.graphdrawing.org": "namespace of GraphML",
    "www.w3.org": "namespaces",
    "www.opengis.net": "namespaces",
    "schema.org": "vocabulary of structured data",
    "www.sitemaps.org": "namespace of sitemaps",
}
HOST_IN_ADDRESS = re.compile(
    r"""(?:https?|git|ssh|ftp|wss?)(?:\+\w+)?:(?://|\\/\\/)(?:[^\s/@"'<>{}]*@)?([A-Za-z0-9][\w.-]*\w)"""
)
# Package sources and CDNs also without a scheme, as settings of tools write them.
KNOWN_HOSTS = re.compile(
    r"\b(?:[\w-]+\.)*(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|npmmirror\.com|yarnpkg\.com|debian\.org|ubuntu\.com"
    r"|docker\.io|ghcr\.io|quay\.io|github(?:usercontent)?\.com|gitee\.com|gitlab\.com|unpkg\.com|jsdelivr\.net|cdnjs\.com"
    r"|cloudflare\.com|googleapis\.com|gstatic\.com|google\.com|bootcdn\.net|staticfile\.org|aliyun(?:cs)?\.com|huaweicloud\.com"
    r"|tencent\.com|tuna\.tsinghua\.edu\.cn|ustc\.edu\.cn|openstreetmap\.org|overpass-api\.de|tianditu\.(?:gov\.)?cn|amap\.com"
    r"|mapbox\.com|anaconda\.org|conda\.io|huggingface\.co)\b"
)
PACKAGE_SOURCE = re.compile(
    r"--(?:extra-)?index-url|--find-links|--trusted-host|--registry|^\s*registry\s*=", re.MULTILINE
)


def _hosts(text: str) -> set[str]:
    """Hosts that a text names, but the ones that may be named."""
    found = set(HOST_IN_ADDRESS.findall(text)) | {match.group() for match in KNOWN_HOSTS.finditer(text)}
    return {host for host in found if host.lower() not in HOSTS}


def test_no_file_names_a_host() -> None:
    """Neither a registry nor a CDN nor anything else outside, in whatever kind of file (design invariant 13)."""
    here = Path(__file__).resolve()
    found = []
    for path in project_files():
        if path == here:
            continue
        text = path.read_bytes().decode("utf-8", errors="replace")
        found += [f"{name_of(path)}: {host}" for host in sorted(_hosts(text))]
        found += [f"{name_of(path)}: {match.group()}" for match in PACKAGE_SOURCE.finditer(text)]
    assert found == []


def test_every_host_that_may_be_named_is() -> None:
    """The list does not outgrow its reasons."""
    here = Path(__file__).resolve()
    texts = [path.read_bytes().decode("utf-8", errors="replace") for path in project_files() if path != here]
    named = {host for text in texts for host in HOST_IN_ADDRESS.findall(text)}
    assert set(HOSTS) - named == set()


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("resolved: https://registry.npmjs.org/a", "registry.npmjs.org"),
        ("pip install git+https://github.com/a/b", "github.com"),
        ('"https:\\/\\/mirror.corp\\/simple"', "mirror.corp"),
        ("https://user:word@packages.corp/simple", "packages.corp"),
        ("url = 'cdn.jsdelivr.net/npm/a'", "cdn.jsdelivr.net"),
        ("http://10.1.2.3:8080/simple", "10.1.2.3"),
    ],
)
def test_a_host_is_found(text: str, host: str) -> None:
    """In the forms that files write it."""
    assert _hosts(text) == {host}


@pytest.mark.parametrize(
    "text", ["http://127.0.0.1:8000/", "http://www.w3.org/2000/svg", "https://{host}/", "http://localhost"]
)
def test_what_may_be_named_is_no_host(text: str) -> None:
    """Ourselves, and vocabularies."""
    assert _hosts(text) == set()


@pytest.mark.parametrize("name", ["requirements.lock", "package-lock.json", "package.json", "pyproject.toml", ".npmrc"])
def test_set_up_files_name_no_host(root: Path, name: str) -> None:
    """A lock file made behind somebody's mirror installs anywhere."""
    text = (root / name).read_text(encoding="utf-8")
    assert ADDRESS.findall(text) == []
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line for line in lines if WHERE_PACKAGES_COME_FROM.search(line) and "omit-lockfile" not in line] == []


def test_lock_header_names_no_machine(root: Path) -> None:
    """The command that made it is the same everywhere."""
    header = [
        line for line in (root / "requirements.lock").read_text(encoding="utf-8").splitlines() if line.startswith("#")
    ]
    assert not [line for line in header if re.search(r"(?<![\w.])/\w", line)]


def test_every_requirement_is_locked(root: Path) -> None:
    """Each line of the .in files has its exact version and hashes."""
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    locked = {match.group(1).lower().replace("_", "-") for match in re.finditer(r"^([\w.-]+)==\S+", lock, re.MULTILINE)}
    wanted = set()
    for name in ("requirements.in", "requirements-dev.in"):
        for line in (root / name).read_text(encoding="utf-8").splitlines():
            match = re.match(r"([\w.-]+)", line.split("#")[0].strip())
            if match and not line.startswith("-r"):
                wanted.add(match.group(1).lower().replace("_", "-"))
    assert wanted - locked == set()
    assert "--hash=sha256:" in lock


def test_package_lock_matches(root: Path) -> None:
    """`npm ci` refuses otherwise, but only on a fresh clone."""
    wanted = json.loads((root / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lock = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))
    assert lock["packages"][""]["dependencies"] == wanted
    assert all("integrity" in row for name, row in lock["packages"].items() if name)


def test_pages_need_nothing_from_outside() -> None:
    """Scripts, styles, templates: no address but our own (design invariant 13)."""
    pages = [
        path
        for path in with_suffix(".html", ".js", ".mjs", ".css", ".svg")
        if room_of(path) in {*ROOMS, "demo", "config"}
    ]
    assert [line for path in pages for line in _addresses(path)] == []


def test_no_third_party_code_is_committed() -> None:
    """Browser libraries are copied out of node_modules at set-up."""
    bundled = [
        name_of(path)
        for path in project_files()
        if {"vendor", "node_modules"} & set(path.parts) or ".min." in path.name
    ]
    assert bundled == []


def test_settings_allow_only_our_own_scripts() -> None:
    """The content security policy has neither inline code nor other origins."""
    from django.conf import settings

    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    for name, sources in directives.items():
        extra = set(sources) - {"'self'", "'none'"}
        assert extra <= ({"data:", "blob:"} if name == "img-src" else set()), name
