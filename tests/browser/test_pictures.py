"""A picture of the scene: sent from outside, seen small in the drawer and on the phone, the copy made or not."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from tests.browser.conftest import take_in
from tests.browser.stack import Crew, Installation

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.usefixtures("tidy")


def _is_drawn(image: Any) -> None:
    """Loaded, with a size, on the page; the drawer may draw itself anew meanwhile, so each is waited for."""
    expect(image).to_have_js_property("complete", True)
    expect(image).not_to_have_js_property("naturalWidth", 0)
    expect(image).to_be_visible()


def _photo() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((1600, 1200), 40).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def test_desk_and_phone_show_the_small_picture(
    house: Installation, visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    phone = visit("/duty/", patrol_car.user, phone=True)
    desk = visit("/command/", "dispatcher")
    expect(desk.locator("#n-units")).not_to_have_text("–")
    uid = take_in(desk, patrol_car, title="现场有图")
    phone.wait_for_selector("#sign")
    expect(desk.locator("#drawer .pictures")).to_have_count(0)

    token = next(cookie["value"] for cookie in desk.context.cookies() if cookie["name"] == "csrftoken")
    upload = {"file": {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": _photo()}}
    headers = {"X-CSRFToken": token, "Referer": house.url}
    address = f"{house.url}/api/v1/incidents/{uid}/attachments/"
    assert desk.request.post(address, multipart=upload, headers=headers).status == 201

    image = desk.locator("#drawer .pictures img")
    expect(image).to_have_attribute("src", re.compile(rf"^/api/v1/incidents/{uid}/attachments/[-\w]+/\?size=small$"))
    _is_drawn(image)
    expect(image).to_have_attribute("alt", re.compile("^现场图片 1，"))
    phone.click("#sign")
    shown = phone.locator(".pictures img")
    expect(shown).to_have_count(1)
    _is_drawn(shown)
