"""What the database says after the last kill. Every figure but the totals has to be 0."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from bench.chaos_clients import OFFERED, Desk, Phone
from bench.chaos_house import House

# The clock is read shortly before a row is written: an overlap has to be longer than this to be one.
TOLERANCE_S = 0.01

# How long an assignment held its unit, from the row and, where the row was moved on, from its appended history.
_HELD = """
    held AS (
        SELECT a.id, a.tour_id, a.incident_id, a.is_lead, a.offered_at AS begun,
               coalesce((SELECT min(s.at) FROM incidents_assignmentstep s WHERE s.assignment_id = a.id
                          AND s.to_state IN ('cleared', 'reported', 'declined', 'expired', 'recalled')
                          AND NOT s.stale_fence), 'infinity'::timestamptz) AS ended
          FROM incidents_assignment a WHERE a.offered_at IS NOT NULL
    )
"""
_BOOKED_TWICE = f"""
    WITH {_HELD}
    SELECT count(*) FROM held x JOIN held y ON x.tour_id = y.tour_id AND x.id < y.id
     WHERE least(x.ended, y.ended) - greatest(x.begun, y.begun) > make_interval(secs => {TOLERANCE_S})
"""
_SENT_TWICE = f"""
    WITH {_HELD}
    SELECT count(DISTINCT x.incident_id)
      FROM held x JOIN held y ON x.incident_id = y.incident_id AND x.id < y.id
      JOIN incidents_incident i ON i.id = x.incident_id AND i.units_needed = 1
     WHERE least(x.ended, y.ended) - greatest(x.begun, y.begun) > make_interval(secs => {TOLERANCE_S})
"""
_TWO_LEADS = """
    SELECT count(*) FROM (
        SELECT incident_id FROM incidents_assignment
         WHERE is_lead AND state NOT IN ('declined', 'expired', 'recalled')
         GROUP BY incident_id HAVING count(*) > 1) twice
"""
# Nobody was ever sent and nobody is told that it waits.
_FORGOTTEN = """
    SELECT count(*) FROM incidents_incident i
     WHERE i.client_key = ANY(%s) AND i.shortfall = ''
       AND i.state IN ('received', 'graded', 'pending')
       AND NOT EXISTS (SELECT 1 FROM incidents_assignment a WHERE a.incident_id = i.id
                        AND a.state NOT IN ('declined', 'expired', 'recalled'))
"""
_OPEN = """
    SELECT (SELECT count(*) FROM core_outboxtask WHERE done_at IS NULL)
         + (SELECT count(*) FROM core_event WHERE feed_seq IS NULL)
         + (SELECT count(*) FROM incidents_incident i WHERE i.state = 'pending'
              AND NOT EXISTS (SELECT 1 FROM incidents_assignment a WHERE a.incident_id = i.id
                               AND a.state IN ('offered', 'delivered', 'acknowledged', 'en_route', 'on_scene')))
"""


def still_open(house: House) -> int:
    """Duties, unnumbered events and unserved incidents that are left."""
    return int(house.rows(_OPEN)[0][0])


def counted(house: House, acknowledged: Collection[str]) -> dict[str, int]:
    """Totals and faults of the urgent path."""
    keys = list(acknowledged)
    missing = "SELECT count(*) FROM unnest(%s::text[]) k WHERE NOT EXISTS"
    incidents = "(SELECT 1 FROM incidents_incident i WHERE i.client_key = k)"
    figures: dict[str, Any] = {
        "stored": "SELECT count(*) FROM incidents_incident",
        "assignments": "SELECT count(*) FROM incidents_assignment WHERE offered_at IS NOT NULL",
        "cleared": "SELECT count(*) FROM incidents_assignment WHERE cleared_at IS NOT NULL",
        "waiting_with_shortfall": "SELECT count(*) FROM incidents_incident WHERE state = 'pending' AND shortfall <> ''",
        "stored_twice": "SELECT count(*) FROM (SELECT 1 FROM incidents_incident GROUP BY client_scope, client_key"
        " HAVING count(*) > 1) twice",
        "two_leads": _TWO_LEADS,
        "sent_twice": _SENT_TWICE,
        "booked_twice": _BOOKED_TWICE,
        "stuck_duties": "SELECT count(*) FROM core_outboxtask WHERE stuck AND done_at IS NULL",
    }
    found = {name: int(house.rows(statement)[0][0]) for name, statement in figures.items()}
    found["not_stored"] = int(house.rows(f"{missing} {incidents}", [keys])[0][0])
    found["forgotten"] = int(house.rows(_FORGOTTEN, [keys])[0][0])
    return found


def feed_faults(house: House, desk: Desk, phones: list[Phone]) -> dict[str, int]:
    """Events that a reader who reconnected missed or saw twice."""
    published = {
        int(seq): str(uid)
        for seq, uid in house.rows(
            "SELECT feed_seq, subject->>'assignment' FROM core_event WHERE topic = %s AND feed_seq > %s",
            [OFFERED, desk.began_after],
        )
    }
    offered = set(published.values())
    on_phones: set[str] = {uid for phone in phones for uid in phone.offers}
    known: set[str] = {uid for phone in phones for uid in phone.known}
    return {
        "offers": len(offered),
        "desk_missed": sum(uid not in desk.offered for uid in offered),
        "desk_twice": sum(count > 1 for count in desk.numbers.values()),
        "desk_backwards": desk.backwards,
        "desk_resets": desk.resets_later,
        "desk_connects": desk.stream.connects,
        "phones_missed": sum(uid not in known for uid in offered),
        "phones_late": len(known - on_phones),
        "phones_twice": sum(count > 1 for phone in phones for count in phone.offers.values()),
        "phones_connects": sum(phone.stream.connects for phone in phones),
    }
