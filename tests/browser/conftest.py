"""A real stack, started once: uvicorn, run_urgent, a small county; a Chromium that reports what pages must not do."""

from __future__ import annotations

import json
import os
import shutil
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.desk_by_api import SIGNED_IN, Desk
from tests.browser.profiles import Profiles
from tests.browser.stack import Crew, Installation, installation

playwright = pytest.importorskip("playwright.sync_api")
playwright.expect.set_options(timeout=20_000)
# The first that is installed. The shell is Chromium without a window of its own: a page takes half the processor time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
WINDOW = [
    "WebUIReloadButton",
    "InitialWebUI",
    "WebUIReloadButtonPrewarmWebUI",
    "WebUIReloadButtonProfilePrewarming",
    "PreloadTopChromeWebUI",
]
DRIVERS = [
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "Translate",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
    "CDPScreenshotNewSurface",
    "SkipListAccountsWithoutGaiaCookies",
]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Chromium prepares parts of its own window for every new profile, a third of a second of processor time each; the
    # driver's own list is said again, since the last one counts.
    f"--disable-features={','.join(WINDOW + DRIVERS)}",
]
PATIENCE_MS = 20_000
# Colours that are on their way to others are judged when they have come to rest.
AT_REST = """async () => {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  const over = document.getAnimations().filter((each) => each.effect.getTiming().iterations !== Infinity);
  await Promise.all(over.map((each) => each.finished.catch(() => null)));
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder drives a browser; each worker that comes here has a stack and a Chromium of its own."""
    for item in items:
        if "/tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


def _chromium() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The running installation."""
    if _chromium() is None:
        pytest.skip("chromium is not installed: ./run setup")
    name = f"luzhang_browser_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with installation(name=name, folder=tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture(scope="session")
def kit(house: Installation) -> Iterator[Any]:
    """The browser's driver."""
    with playwright.sync_playwright() as kit:
        yield kit


@pytest.fixture(scope="session")
def browser(kit: Any) -> Iterator[Any]:
    """One Chromium for the session."""
    made = kit.chromium.launch(executable_path=_chromium(), args=ARGUMENTS)
    yield made
    made.close()


class Watch:
    """What pages did that they must not: errors, refused content, requests to elsewhere."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.faults: list[str] = []

    def page(self, page: Any) -> Any:
        """Listen to a page."""
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda problem: self.faults.append(f"error: {problem}"))
        page.on("console", self._console)
        page.on("request", self._request)
        return page

    def _console(self, message: Any) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.faults.append(f"refused: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.faults.append(f"outside: {request.url}")


@pytest.fixture
def watch(house: Installation) -> Iterator[Watch]:
    """Fails the test when a page did what it must not."""
    made = Watch(house.url)
    yield made
    assert made.faults == []


@pytest.fixture(scope="session")
def profiles(browser: Any, house: Installation) -> Profiles:
    """Those of this browser."""
    return Profiles(browser, house.url)


@pytest.fixture
def visit(profiles: Profiles, house: Installation, watch: Watch) -> Iterator[Callable[..., Any]]:
    """A page of a browser profile in which nothing is stored, signed in: `visit("/command/", "dispatcher")`."""

    def signed_in(page: Any, path: str, user: str) -> None:
        """By the session that this person already has in the house, else by the form: sign-ins are rationed."""
        known = house.sessions.get(user, [])
        page.context.add_cookies(known)
        page.goto(f"{house.url}{path}" if known else f"{house.url}/login/?next={quote(path)}")
        if "/login/" not in page.url:
            return
        crew = next((crew for crew in house.crews if crew.user == user), None)
        page.fill("[name=login]", user)
        page.fill("[name=password]", crew.password if crew else house.passwords[user])
        page.click("button[type=submit]")
        page.wait_for_url(f"{house.url}{path}")
        house.sessions[user] = [each for each in page.context.cookies() if each["name"] in SIGNED_IN]

    def visit(path: str, user: str = "", *, phone: bool = False, script: str = "", **options: Any) -> Any:
        size = {"width": 360, "height": 740} if phone else {"width": 1280, "height": 800}
        kept = {"viewport": size, "locale": "zh-CN", "has_touch": phone, "is_mobile": phone, **options}
        # Neither a script for every page nor a service worker is got rid of again.
        page = watch.page(profiles.page(kept, fresh=bool(script) or path.startswith("/duty/")))
        if script:
            page.context.add_init_script(script)
        if user:
            signed_in(page, path, user)
        else:
            page.goto(f"{house.url}{path}")
        return page

    yield visit
    profiles.give_back()


@pytest.fixture
def fixes(house: Installation) -> Callable[[], None]:
    """Every unit reports from its post, through the real tracker endpoint."""

    def send() -> None:
        for unit in house.units:
            query = f"id={unit['tracker']}&lat={unit['lat']}&lon={unit['lon']}&timestamp={int(time.time())}&speed=8"
            with urllib.request.urlopen(f"{house.url}/trackers/osmand?{query}", timeout=10) as answer:
                assert answer.status == 200

    return send


@pytest.fixture
def commander(kit: Any, house: Installation) -> Iterator[Desk]:
    """The commander, without a page."""
    desk = Desk(kit, house)
    yield desk
    desk.close()


@pytest.fixture
def tidy(kit: Any, house: Installation) -> Iterator[None]:
    """Afterwards nothing is open any more: the next test finds every unit free."""
    yield
    desk = Desk(kit, house)
    for feature in desk.get("incidents/?open=1")["features"]:
        if feature["properties"]["state"] in {"pending", "active", "waiting"}:
            desk.sent(f"incidents/{feature['id']}/false/", {"reason": "测试结束"})
    desk.close()


@pytest.fixture
def first_of(house: Installation) -> Callable[[str], Any]:
    """The first feature of a public collection: `first_of("stations/?kind=service")`."""

    def ask(collection: str) -> Any:
        with urllib.request.urlopen(f"{house.url}/api/v1/{collection}", timeout=20) as answer:
            return json.load(answer)["features"][0]

    return ask


@pytest.fixture
def patrol_car(house: Installation) -> Crew:
    """A traffic police car on duty."""
    return next(crew for crew in house.crews if crew.kind == "car" and crew.agency == "traffic")


def take_in(page: Any, crew: Crew, *, title: str, kind: str = "crash") -> str:
    """Fill the form for a new incident beside a unit; returns the incident's uid."""
    playwright.expect(page.locator("#intake")).to_be_hidden()
    page.keyboard.press("n")
    page.select_option("#intake-form [name=kind]", kind)
    page.fill("#intake-form [name=title]", title)
    page.fill("#intake-form [name=place]", f"{crew.lon + 0.002:.6f}, {crew.lat + 0.001:.6f}")
    with page.expect_response(
        lambda answer: answer.url.endswith("/api/v1/incidents/") and answer.request.method == "POST"
    ) as waiting:
        page.click("#intake-form [type=submit]")
    body = json.loads(waiting.value.text())
    assert waiting.value.status == 201, body
    return str(body["uid"])
