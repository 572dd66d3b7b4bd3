"""Somebody who is signed in without a page: what a test does or asks beside what it looks at, by the API."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings

from tests.browser.stack import Crew, Installation

SIGNED_IN = {settings.SESSION_COOKIE_NAME, "csrftoken"}


class Desk:
    """A person of the house and their session. A page takes a second of processor time to open, this takes none."""

    def __init__(self, kit: Any, house: Installation, user: str = "commander") -> None:
        self.house, self.user = house, user
        kept = {"cookies": house.sessions.get(user, []), "origins": []}
        self.request = kit.request.new_context(storage_state=kept)
        if "/login/" in self.request.get(f"{house.url}/account/").url:
            self._sign_in()

    def _sign_in(self) -> None:
        """By the form; whoever comes later goes on with this session, since sign-ins are rationed."""
        address = f"{self.house.url}/login/"
        self.request.get(address)
        fields = {"login": self.user, "password": self.house.passwords[self.user]}
        answer = self.request.post(address, form={**fields, "csrfmiddlewaretoken": self._token()}, headers=self._from())
        assert "/login/" not in answer.url, answer.text()
        cookies = self.request.storage_state()["cookies"]
        self.house.sessions[self.user] = [each for each in cookies if each["name"] in SIGNED_IN]

    def _token(self) -> str:
        cookies = self.request.storage_state()["cookies"]
        return str(next(each["value"] for each in cookies if each["name"] == "csrftoken"))

    def _from(self) -> dict[str, str]:
        return {"Referer": self.house.url}

    def get(self, path: str) -> Any:
        """The answer to a GET below /api/v1/."""
        answer = self.request.get(f"{self.house.url}/api/v1/{path}")
        assert answer.ok, answer.text()
        return answer.json()

    def post(self, path: str, data: dict[str, Any]) -> Any:
        """The answer to a POST below /api/v1/ that is taken."""
        answer = self.sent(path, data)
        assert answer.ok, answer.text()
        return answer.json()

    def sent(self, path: str, data: dict[str, Any]) -> Any:
        """The whole answer to a POST below /api/v1/, taken or refused."""
        headers = {"X-CSRFToken": self._token(), **self._from(), "Idempotency-Key": str(uuid.uuid4())}
        return self.request.post(f"{self.house.url}/api/v1/{path}", data=data, headers=headers)

    def close(self) -> None:
        """Leave; the session stays."""
        self.request.dispose()


def case_beside(desk: Desk, crew: Crew, title: str) -> str:
    """A case of the lowest grade (sixty seconds to sign for) beside a unit; its uid."""
    place = {"lon": crew.lon + 0.002, "lat": crew.lat + 0.001, "datum": "wgs84"}
    return str(desk.post("incidents/", {"kind": "hazard", "source": "phone", "title": title, **place})["uid"])


def case_of(desk: Desk, uid: str) -> Any:
    """The case as the desk reads it."""
    return desk.get(f"incidents/{uid}/")
