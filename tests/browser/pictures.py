"""The pictures of README and of the help pages, taken anew from a running demonstration; and any page to be looked at.

    ./run demo --port 8000                                # in one terminal
    .venv/bin/python -m tests.browser.pictures            # in another: takes all that LISTED names
    .venv/bin/python -m tests.browser.pictures --look FOLDER /chief/ /duty/   # every size, theme and language

Pictures are of a palette of 128 colours, so that all of them together stay small.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
DOCS, HELP = ROOT / "docs" / "screenshots", ROOT / "maps" / "static" / "maps" / "help"
COLOURS, SETTLE_MS = 128, 2500
PHONE, DESK, LAPTOP = (390, 780), (1440, 900), (1024, 720)
SIZES, THEMES, LANGUAGES = ((360, 740), (1280, 800), (2560, 1440)), ("light", "dark"), ("zh-CN", "en")


@dataclass(frozen=True, slots=True)
class Picture:
    """One file: whose page it is, in which size, and what has to be there before it is taken."""

    file: Path
    address: str
    user: str
    size: tuple[int, int]
    theme: str = "light"
    wait: str = "main"
    # Cut out of the page instead of the window.
    part: str = ""


LISTED = (
    Picture(DOCS / "command.png", "/command/", "dispatcher", DESK, wait="#map canvas"),
    Picture(DOCS / "command-dark.png", "/command/", "dispatcher", DESK, "dark", "#map canvas"),
    Picture(DOCS / "chief.png", "/chief/", "chief", PHONE),
    Picture(DOCS / "duty.png", "/duty/", "officer", PHONE, wait="#duty section"),
    Picture(DOCS / "public.png", "/", "", LAPTOP),
    Picture(DOCS / "admin.png", "/admin/", "administrator", LAPTOP, wait="#content"),
    Picture(HELP / "jobs.webp", "/jobs/", "administrator", LAPTOP, wait="#job-kind option", part="#job-form"),
    Picture(HELP / "setup.webp", "/setup/", "administrator", LAPTOP),
    Picture(HELP / "boards.webp", "/boards/", "administrator", LAPTOP),
)


class Camera:
    """A browser against one address; each person signs in once."""

    def __init__(self, browser: Any, url: str, passwords: dict[str, str]) -> None:
        self._browser, self._url, self._passwords = browser, url, passwords
        self._cookies: dict[str, list[Any]] = {}

    def page(self, address: str, user: str, size: tuple[int, int], theme: str, language: str = "zh-CN") -> Any:
        """The page as this person sees it; close its context afterwards."""
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=theme, locale=language,
            extra_http_headers={"Accept-Language": language}, reduced_motion="reduce",
        )  # fmt: skip
        context.add_cookies(self._cookies.get(user, []))
        page = context.new_page()
        if not user or user in self._cookies:
            page.goto(f"{self._url}{address}")
            return page
        page.goto(f"{self._url}/login/?next={quote(address)}")
        page.fill("[name=login]", user)
        page.fill("[name=password]", self._passwords[user])
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login/" not in url)
        self._cookies[user] = [each for each in context.cookies() if each["name"] in ("luzhang_session", "csrftoken")]
        return page

    def take(self, picture: Picture) -> int:
        """Take one and keep it. Returns its bytes."""
        page = self.page(picture.address, picture.user, picture.size, picture.theme)
        page.wait_for_selector(picture.wait, state="attached")
        page.wait_for_timeout(SETTLE_MS)
        raw = page.locator(picture.part).screenshot() if picture.part else page.screenshot()
        page.context.close()
        return _keep(raw, picture.file)

    def look(self, folder: Path, address: str, user: str, *, whole: bool) -> Iterator[Path]:
        """A page in every size, theme and language, as files to be opened; tells what sticks out."""
        name = address.strip("/").replace("/", "-").split("?")[0] or "home"
        for size in SIZES:
            for theme in THEMES:
                for language in LANGUAGES:
                    page = self.page(address, user, size, theme, language)
                    page.wait_for_load_state("load")
                    page.wait_for_timeout(SETTLE_MS)
                    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                    file = folder / f"{name}-{size[0]}-{theme}-{language[:2]}.png"
                    page.screenshot(path=str(file), full_page=whole)
                    if wide > 0:
                        sys.stdout.write(f"{file.name}: {wide} px too wide\n")
                    page.context.close()
                    yield file


def _keep(raw: bytes, file: Path) -> int:
    file.parent.mkdir(parents=True, exist_ok=True)
    image = Image.open(io.BytesIO(raw)).convert("RGB")
    if file.suffix == ".webp":
        image.save(file, quality=60, method=6)
    else:
        image.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    return file.stat().st_size


def main(words: Sequence[str] | None = None) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at", default="http://127.0.0.1:8000")
    parser.add_argument("--accounts", type=Path, default=ROOT / "var" / "demo" / "accounts.json")
    parser.add_argument("--look", type=Path)
    parser.add_argument("--user", default="")
    parser.add_argument("--whole", action="store_true", help="the whole length of pages, not only the window")
    parser.add_argument("pages", nargs="*")
    given = parser.parse_args(words)
    with sync_playwright() as kit:
        browser = kit.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--enable-unsafe-swiftshader"])
        camera = Camera(browser, given.at, json.loads(given.accounts.read_text(encoding="utf-8")))
        if given.look:
            given.look.mkdir(parents=True, exist_ok=True)
            for address in given.pages:
                for _file in camera.look(given.look, address, given.user, whole=given.whole):
                    pass
        else:
            wanted = [each for each in LISTED if not given.pages or each.file.name in given.pages]
            total = sum(camera.take(each) for each in wanted)
            sys.stdout.write(f"{len(wanted)} pictures, {total / 1024:.0f} kB\n")
        browser.close()


if __name__ == "__main__":
    main()
