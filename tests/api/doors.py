"""Who passes which door of the site: address × method × callers, written by hand. `test_every_address.py` asks.

None of it is derived from the policy table or from the views.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stations.types import Role

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

# How somebody without a session is turned away: 401 by machines' addresses, to /login/ by pages. A device's token means
# something to the REST API only: elsewhere it is a wrong token (machines' addresses) or no session at all (pages).
API = """
GET    api/schema/                                     everybody
GET    api/docs/                                       everybody
GET    api/v1/organisations/                           everybody
POST   api/v1/organisations/                           M
GET    api/v1/organisations/<uuid:uid>/                everybody
PATCH  api/v1/organisations/<uuid:uid>/                M
POST   api/v1/organisations/<uuid:uid>/move/           M
GET    api/v1/stations/                                everybody
POST   api/v1/stations/                                M
GET    api/v1/stations/<uuid:uid>/                     everybody
PATCH  api/v1/stations/<uuid:uid>/                     CM
GET    api/v1/checkpoints/                             CDOWSRLM
POST   api/v1/checkpoints/                             M
GET    api/v1/checkpoints/<uuid:uid>/                  CDOWSRLM
PATCH  api/v1/checkpoints/<uuid:uid>/                  M
GET    api/v1/cameras/                                 CDOLM
POST   api/v1/cameras/                                 M
GET    api/v1/cameras/<uuid:uid>/                      CDOLM
PATCH  api/v1/cameras/<uuid:uid>/                      M
GET    api/v1/devices/                                 CDMK
POST   api/v1/devices/                                 M
GET    api/v1/devices/<uuid:uid>/                      CDMK
POST   api/v1/devices/<uuid:uid>/lock/                 M
POST   api/v1/devices/<uuid:uid>/unlock/               M
POST   api/v1/devices/<uuid:uid>/token/                M
POST   api/v1/devices/<uuid:uid>/bind/                 M
GET    api/v1/people/                                  CDOWHSMK
POST   api/v1/people/                                  M
GET    api/v1/people/<uuid:uid>/                       CDOWHSMK
PATCH  api/v1/people/<uuid:uid>/                       M
GET    api/v1/role-grants/                             K
POST   api/v1/role-grants/                             K
POST   api/v1/role-grants/<int:grant_id>/revoke/       K
GET    api/v1/jobs/                                    LM
POST   api/v1/jobs/                                    LM
GET    api/v1/jobs/kinds/                              LM
GET    api/v1/jobs/<uuid:uid>/                         LM
GET    api/v1/jobs/<uuid:uid>/errors/                  LM
POST   api/v1/jobs/<uuid:uid>/cancel/                  LM
POST   api/v1/jobs/<uuid:uid>/repeat/                  LM
GET    api/v1/roads/where/                             everybody
GET    api/v1/roads/chainage/                          everybody
GET    api/v1/roads/search/                            everybody
GET    api/v1/places/suggest/                          CDOAWHPSV
GET    api/v1/axes/                                    everybody
GET    api/v1/axes/<uuid:uid>/                         everybody
GET    api/v1/networks/                                everybody
GET    api/v1/networks/current/                        everybody
GET    api/v1/segments/                                everybody
POST   api/v1/segments/                                LM
POST   api/v1/segments/join/                           LM
GET    api/v1/segments/without-chief/                  CDOAWHPSRLM
GET    api/v1/segments/<uuid:uid>/                     everybody
POST   api/v1/segments/<uuid:uid>/cut/                 LM
POST   api/v1/segments/<uuid:uid>/retire/              LM
GET    api/v1/review-items/                            LM
POST   api/v1/review-items/<int:item_id>/settle/       LM
GET    api/v1/chiefs/                                  CDOAWHPSRLM
POST   api/v1/chiefs/                                  M
GET    api/v1/chiefs/levels/                           CDOAWHPSRLM
POST   api/v1/chiefs/levels/                           M
GET    api/v1/chiefs/leave/                            CDOAWHPSRLM
POST   api/v1/chiefs/leave/                            CDOAWHPSRLM
POST   api/v1/chiefs/leave/<int:leave_id>/change/      CDOAWHPSRLM
POST   api/v1/chiefs/leave/<int:leave_id>/end/         CDOAWHPSRLM
POST   api/v1/chiefs/leave/<int:leave_id>/cancel/      CDOAWHPSRLM
GET    api/v1/inspections/                             CDOAWHP
POST   api/v1/inspections/                             COAWHP
GET    api/v1/inspections/<uuid:uid>/pictures/<uuid:attachment>/ CDOAWHP
POST   api/v1/chiefs/<uuid:uid>/end/                   M
GET    api/v1/chiefs/<uuid:uid>/deputies/              CDOAWHPSRLM
POST   api/v1/chiefs/<uuid:uid>/deputies/              M
GET    api/v1/boards/                                  CDWHLM
POST   api/v1/boards/                                  CLM
GET    api/v1/boards/reprint/                          CDWHLM
POST   api/v1/boards/prints/                           CLM
GET    api/v1/boards/prints/<uuid:uid>/                CLM
POST   api/v1/boards/<uuid:uid>/issue/                 CLM
POST   api/v1/boards/<uuid:uid>/post/                  CWHLM
POST   api/v1/boards/<uuid:uid>/remove/                CLM
GET    api/v1/boards/<uuid:uid>/pdf/                   CDWHLM
GET    api/v1/closures/                                everybody
POST   api/v1/closures/                                CDO
POST   api/v1/closures/<uuid:uid>/end/                 CD
POST   api/v1/speeds/                                  CDO
GET    api/v1/patrols/units/                           CDOWAHP
GET    api/v1/patrols/call-signs/                      CDOWHAPLM
GET    api/v1/patrols/duty/                            tours
GET    api/v1/patrols/tours/                           tours
POST   api/v1/patrols/tours/                           desk
GET    api/v1/patrols/tours/<uuid:uid>/                tours
POST   api/v1/patrols/tours/<uuid:uid>/open/           tours
POST   api/v1/patrols/tours/<uuid:uid>/close/          tours
POST   api/v1/patrols/tours/<uuid:uid>/cancel/         tours
POST   api/v1/patrols/tours/<uuid:uid>/break-start/    tours
POST   api/v1/patrols/tours/<uuid:uid>/break-end/      tours
POST   api/v1/patrols/tours/<uuid:uid>/members/join/   tours
POST   api/v1/patrols/tours/<uuid:uid>/members/leave/  tours
GET    api/v1/patrols/tours/<uuid:uid>/track/          CDOWA
GET    api/v1/patrols/tasks/                           CDOWAHPS
POST   api/v1/patrols/tasks/                           CDH
POST   api/v1/patrols/tasks/<uuid:uid>/done/           CDOWAHPS
GET    api/v1/patrols/shifts/                          CDLM
POST   api/v1/patrols/shifts/                          CDM
GET    api/v1/patrols/requirements/                    CDLM
POST   api/v1/patrols/requirements/                    CDM
GET    api/v1/patrols/coverage-holes/                  CDOWAHP
GET    api/v1/patrols/gaps/                            CDLM
GET    api/v1/incidents/                               incidents
POST   api/v1/incidents/                               CDOAWHPSV
GET    api/v1/incidents/duplicates/                    incidents
POST   api/v1/incidents/similar/                       CDY
GET    api/v1/incidents/<uuid:uid>/                    incidents
POST   api/v1/incidents/<uuid:uid>/own/                AHPS
GET    api/v1/incidents/<uuid:uid>/proposal/           CDL
POST   api/v1/incidents/<uuid:uid>/reporter/           CDY
POST   api/v1/incidents/<uuid:uid>/dispatch/           desk
GET    api/v1/incidents/<uuid:uid>/attachments/        CDOAWHPSR
POST   api/v1/incidents/<uuid:uid>/attachments/        CDOAWHPSV
GET    api/v1/incidents/<uuid:uid>/attachments/<uuid:attachment>/ CDOAWHPSR
POST   api/v1/incidents/<uuid:uid>/false/              desk
POST   api/v1/incidents/<uuid:uid>/wait/               desk
POST   api/v1/incidents/<uuid:uid>/resume/             desk
POST   api/v1/incidents/<uuid:uid>/transfer/           desk
POST   api/v1/incidents/<uuid:uid>/take-back/          desk
POST   api/v1/incidents/<uuid:uid>/merge/              desk
POST   api/v1/incidents/<uuid:uid>/unmerge/            desk
POST   api/v1/incidents/<uuid:uid>/grade/              desk
POST   api/v1/incidents/<uuid:uid>/attach/             desk
POST   api/v1/incidents/<uuid:uid>/detach/             desk
POST   api/v1/incidents/<uuid:uid>/conclude/           desk
GET    api/v1/incidents/<uuid:uid>/parents/            desk
GET    api/v1/incidents/<uuid:uid>/tasks/              CDOAWHPS
POST   api/v1/incidents/<uuid:uid>/tasks/              CDH
POST   api/v1/incidents/<uuid:uid>/tasks/<uuid:task>/step/ CDOAWHPS
POST   api/v1/incidents/<uuid:uid>/reports/            CDOAWHPSV
POST   api/v1/incidents/<uuid:uid>/recordings/         CDV
POST   api/v1/incidents/<uuid:uid>/recordings/<uuid:recording>/ CDR
GET    api/v1/marks/                                   CDOAWR
POST   api/v1/marks/                                   desk
POST   api/v1/marks/<uuid:uid>/end/                    desk
POST   api/v1/transfers/                               CDMV
POST   api/v1/incidents/<uuid:uid>/return/             CR
POST   api/v1/incidents/<uuid:uid>/review/             CR
POST   api/v1/incidents/<uuid:uid>/close/              CR
POST   api/v1/incidents/<uuid:uid>/reopen/             CR
POST   api/v1/incidents/<uuid:uid>/supervise/          CR
GET    api/v1/assignments/                             incidents
GET    api/v1/assignments/<uuid:uid>/                  incidents
POST   api/v1/assignments/<uuid:uid>/steps/            incidents
POST   api/v1/assignments/<uuid:uid>/seen/             incidents
POST   api/v1/assignments/<uuid:uid>/safe/             incidents
GET    api/v1/broadcasts/                              CDOAWPS
POST   api/v1/broadcasts/                              desk
POST   api/v1/broadcasts/<uuid:uid>/seen/              CDOAWPS
POST   api/v1/broadcasts/<uuid:uid>/withdraw/          desk
GET    api/v1/handovers/                               desk
POST   api/v1/handovers/                               desk
GET    api/v1/handovers/<uuid:uid>/                    desk
POST   api/v1/handovers/<uuid:uid>/sign/               desk
POST   api/v1/handovers/<uuid:uid>/accept/             desk
POST   api/v1/handovers/<uuid:uid>/cancel/             desk
POST   api/v1/assignments/<uuid:uid>/backup/           incidents
GET    api/v1/assignments/<uuid:uid>/way/              incidents
GET    api/v1/supervisions/                            incidents
POST   api/v1/supervisions/<int:supervision_id>/settle/ incidents
POST   api/v1/supervisions/<int:supervision_id>/defer/ incidents
POST   api/v1/supervisions/<int:supervision_id>/hand-down/ incidents
GET    api/v1/statistics/incidents/                    CDRL
GET    api/v1/statistics/segments/                     CDOAWHSRYL
POST   api/v1/months/sign/                             OAWHSY
"""
MACHINES = """
GET    ogc/                                            everybody
GET    ogc/api                                         everybody
GET    ogc/conformance                                 everybody
GET    ogc/collections                                 no-device
GET    posts.json                                      everybody
GET    duty/app.webmanifest                            everybody
GET    duty/worker.js                                  everybody
GET    words/<str:language>.json                       everybody
GET    robots.txt                                      everybody
GET    sitemap.xml                                     everybody
GET    sitemap-<str:section>-<int:number>.xml          everybody
GET    healthz                                         everybody
GET    readyz                                          everybody
GET    metrics                                         MKU
"""
# An address with a layer in it has a line for each layer.
LAYERS = {
    "roads": "everybody",
    "segments": "everybody",
    "stations": "everybody",
    "checkpoints": "CDOWSRLM",
    "units": "CDOW",
    "incidents": "CDOWRL",
}
LAYERED = (
    "tiles/<str:layer>/<int:z>/<int:x>/<int:y>.mvt",
    "ogc/collections/<str:name>",
    "ogc/collections/<str:name>/items",
    "ogc/collections/<str:name>/items/<str:feature_id>",
)
PAGES = """
GET    <root>                                          everybody
GET    roads/<uuid:uid>/                               everybody
GET    segments/<uuid:uid>/                            everybody
GET    b/<str:number>/                                 everybody
GET    boards/                                         CDWHLM
GET    stations/                                       everybody
GET    stations/<uuid:uid>/                            everybody
GET    chief/                                          OAWHP
GET    chief/districts/                                OAWHP
GET    chief/segments/<uuid:uid>/                      OAWHP
GET    command/                                        incidents
GET    command/snapshot/                               incidents
GET    command/around/                                 CDOWAHP
GET    command/districts/                              incidents
POST   command/replay/                                 CD
GET    command/briefing/<uuid:uid>/                    CDL
GET    command/resources/                              incidents
GET    command/shift/                                  incidents
GET    command/presses/                                incidents
GET    command/board/                                  desk
GET    command/handovers/                              desk
GET    command/handovers/<uuid:uid>/                   desk
GET    duty/                                           OAWP
GET    duty/log/                                       OAWP
GET    jobs/                                           LM
GET    session.json                                    everybody
GET    signed-in/                                      everybody
GET    styleguide/                                     CDOAWHPSRLMKU
"""
# The library's forms: here PUT is what POST is, so methods without a line are not asked. The old overview of factors
# sends everybody on to the account page, which asks who it is.
ACCOUNT = """
GET    login/                                          everybody
POST   login/                                          everybody
GET    login/code/                                     people
POST   login/code/                                     people
GET    login/inactive/                                 -
GET    logout/                                         everybody
POST   logout/                                         everybody
GET    account/                                        people
GET    account/password/                               people
POST   account/password/                               people
GET    account/confirm/                                people
POST   account/confirm/                                people
GET    account/factor/                                 everybody
GET    account/factor/confirm/                         people
POST   account/factor/confirm/                         people
GET    account/factor/activate/                        people
POST   account/factor/activate/                        people
GET    account/factor/deactivate/                      people
POST   account/factor/deactivate/                      people
GET    account/factor/recovery/                        people
GET    account/factor/recovery/new/                    people
POST   account/factor/recovery/new/                    people
"""
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
