"""Who passes which door of the site: address × method × callers, written by hand. `test_every_address.py` asks.

None of it is derived from the policy table or from the views.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stations.types import Role
from tests.api.door_tables import ACCOUNT, API, LAYERED, LAYERS, MACHINES, PAGES

# One letter a caller: N nobody signed in, Z a citizen (signed in, holds no role), V a device by its token.
LETTERS: dict[str, Role | str] = {
    "N": "nobody",
    "Z": "citizen",
    "C": Role.COMMANDER,
    "D": Role.DISPATCHER,
    "O": Role.OFFICER,
    "A": Role.AUXILIARY,
    "W": Role.WARDEN,
    "H": Role.CHIEF,
    "P": Role.PERSUADER,
    "S": Role.STATION_STAFF,
    "R": Role.REVIEWER,
    "Y": Role.PAYEE_DESK,
    "L": Role.ANALYST,
    "M": Role.ADMINISTRATOR,
    "K": Role.SECURITY_ADMINISTRATOR,
    "U": Role.AUDITOR,
    "V": "device",
}
EVERYBODY = "NZCDOAWHPSRYLMKUV"
WORDS = {
    "everybody": EVERYBODY,
    "signed-in": EVERYBODY.replace("N", ""),
    "people": EVERYBODY.replace("N", "").replace("V", ""),
    "no-device": EVERYBODY.replace("V", ""),
    "incidents": "CDOAWHPSRL",  # sees all or its own
    "tours": "CDOAWHPSL",
    "desk": "CD",
    "-": "",
}

UNKNOWN = "00000000-0000-0000-0000-000000000000"
VALUES = {
    "<root>": "",
    "<uuid:uid>": UNKNOWN,
    "<uuid:attachment>": UNKNOWN,
    "<uuid:task>": UNKNOWN,
    "<uuid:recording>": UNKNOWN,
    "<int:grant_id>": "0",
    "<int:item_id>": "0",
    "<int:leave_id>": "0",
    "<int:supervision_id>": "0",
    "<str:language>": "en",
    "<int:z>/<int:x>/<int:y>": "14/13216/7309",
    "<str:feature_id>": "0",
    "<str:code>": "no-such-camera",
    "<str:number>": "00000",
    "<str:section>": "roads",
    "<int:number>": "1",
}


@dataclass(frozen=True, slots=True)
class Door:
    """A line of the tables: who passes; `room` says how others are turned away."""

    room: str
    method: str
    route: str
    callers: str
    layer: str = ""

    @property
    def address(self) -> str:
        """A request's path, of rows that do not exist."""
        text = self.route.replace("<str:layer>", self.layer).replace("<str:name>", self.layer)
        for name, value in VALUES.items():
            text = text.replace(name, value)
        return f"/{text}"


def _lines(room: str, text: str) -> Iterator[Door]:
    for line in text.strip().splitlines():
        method, route, callers = line.split()
        yield Door(room, method, route, WORDS.get(callers, callers))


DOORS = [
    *_lines("api", API),
    *_lines("machine", MACHINES),
    *(
        Door("machine", "GET", route, WORDS.get(callers, callers), layer)
        for route in LAYERED
        for layer, callers in LAYERS.items()
    ),
    *_lines("page", PAGES),
    *_lines("account", ACCOUNT),
]
