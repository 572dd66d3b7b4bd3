"""The desk without its page, for tests of the phone: a signed-in session that acts through the API."""

from __future__ import annotations

import uuid
from typing import Any

from tests.browser.stack import Crew, Installation


def desk_post(desk: Any, house: Installation, path: str, data: dict[str, Any]) -> Any:
    """The answer to a POST below /api/v1/ by whoever is signed in on this page."""
    token = next(cookie["value"] for cookie in desk.context.cookies() if cookie["name"] == "csrftoken")
    headers = {"X-CSRFToken": token, "Referer": house.url, "Idempotency-Key": str(uuid.uuid4())}
    answer = desk.request.post(f"{house.url}/api/v1/{path}", data=data, headers=headers)
    assert answer.ok, answer.text()
    return answer.json()


def case_beside(desk: Any, house: Installation, crew: Crew, title: str) -> str:
    """A case of the lowest grade (sixty seconds to sign for) beside a unit; its uid."""
    place = {"lon": crew.lon + 0.002, "lat": crew.lat + 0.001, "datum": "wgs84"}
    return str(
        desk_post(desk, house, "incidents/", {"kind": "hazard", "source": "phone", "title": title, **place})["uid"]
    )


def case_of(desk: Any, house: Installation, uid: str) -> Any:
    """The case as the desk reads it."""
    return desk.request.get(f"{house.url}/api/v1/incidents/{uid}/").json()
