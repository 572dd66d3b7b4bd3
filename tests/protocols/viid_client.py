"""A camera that speaks GA/T 1400, written from the standard and RFC 7616 alone: it shares no code with our server."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx

CHINA = timezone(timedelta(hours=8))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@dataclass
class VehicleCamera:
    """One device over one HTTP client."""

    http: httpx.Client
    device_id: str
    username: str
    password: str
    count: int = 0
    last_answer: str = ""

    def send(self, path: str, body: Any, *, method: str = "POST", **headers: str) -> httpx.Response:
        """One message as devices send it: VIID's own content type and the device's number."""
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        sent = {"Content-Type": "application/VIID+JSON;charset=UTF-8", "User-Identify": self.device_id}
        return self.http.request(method, f"/VIID/{path}", content=content, headers=sent | headers)

    def register(self, *, password: str | None = None, replay: str | None = None) -> httpx.Response:
        """The two steps of signing in; with `replay` an answer that was used before."""
        body = {"RegisterObject": {"DeviceID": self.device_id, "ProtocolVersion": "2.0"}}
        first = self.send("System/Register", body)
        if first.status_code != 401:
            return first
        header = replay or self.answer(first.headers["WWW-Authenticate"], "/VIID/System/Register", password)
        self.last_answer = header
        return self.send("System/Register", body, Authorization=header)

    def answer(self, challenge: str, uri: str, password: str | None = None, method: str = "POST") -> str:
        """An Authorization header, RFC 7616 §3.4.1 with MD5 and qop auth."""
        parts = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge.removeprefix("Digest ")))
        self.count += 1
        nc, cnonce = f"{self.count:08x}", "0a4f113b"
        ha1 = _md5(f"{self.username}:{parts['realm']}:{password or self.password}")
        ha2 = _md5(f"{method}:{uri}")
        response = _md5(f"{ha1}:{parts['nonce']}:{nc}:{cnonce}:auth:{ha2}")
        return (
            f'Digest username="{self.username}", realm="{parts["realm"]}", nonce="{parts["nonce"]}", uri="{uri}", '
            f'qop=auth, nc={nc}, cnonce="{cnonce}", response="{response}", opaque="{parts["opaque"]}", algorithm=MD5'
        )

    def keepalive(self) -> httpx.Response:
        """Still here."""
        return self.send("System/Keepalive", {"KeepaliveObject": {"DeviceID": self.device_id}})

    def unregister(self) -> httpx.Response:
        """Gone."""
        return self.send("System/UnRegister", {"UnRegisterObject": {"DeviceID": self.device_id}})


def statuses(answer: httpx.Response) -> list[tuple[str, int]]:
    """(Id, StatusCode) of a list answer."""
    listed = answer.json()["ResponseStatusListObject"]["ResponseStatusObject"]
    return [(one["Id"], int(one["StatusCode"])) for one in listed]


def a_vehicle(device: str, at: datetime, plate: str, number: int = 1, **other: Any) -> dict[str, Any]:
    """A MotorVehicleObject: identifiers of 41 and 48 digits, times in UTC+8."""
    stamp = at.astimezone(CHINA).strftime("%Y%m%d%H%M%S")
    image = f"{device}02{stamp}{number:05d}"
    plain: dict[str, Any] = {
        "MotorVehicleID": f"{image}02{number:05d}",
        "InfoKind": 1,
        "SourceID": image,
        "DeviceID": device,
        "LaneNo": 1,
        "HasPlate": True,
        "PlateClass": "02",
        "PlateColor": "2",
        "PlateNo": plate,
        "PassTime": stamp,
        "PlateReliability": "95",
        "SubImageList": {"SubImageInfoObject": [{"ImageID": image, "EventSort": 16, "DeviceID": device, "Type": "01",
                                                 "FileFormat": "Jpeg", "ShotTime": stamp}]},
    }  # fmt: skip
    return plain | other


def a_list(*vehicles: dict[str, Any]) -> dict[str, Any]:
    """The body of POST /VIID/MotorVehicles."""
    return {"MotorVehicleListObject": {"MotorVehicleObject": list(vehicles)}}
