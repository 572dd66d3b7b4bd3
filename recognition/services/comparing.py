"""Passages against the watch-list in force: by plate and kind, by plate alone, by plates that only look alike.

In the transaction that stores the passages, against the rows of that moment and nothing kept: an entry that was
withdrawn a second ago does not fire. The list is found by keyed digests (ADR 0027).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import connection

from core import crypto
from core.geo.srid import STORE_SRID
from recognition.intake.incoming import Clock, PassageIn
from recognition.models import Alarm, WatchEntry
from recognition.models.watch import FOLDED_PURPOSE, PLATE_PURPOSE
from recognition.plates.grammar import ALPHABET, kind_of
from recognition.plates.likeness import apart, folded
from recognition.plates.plate import ANY, ONE, normalise
from recognition.selectors.cameras import KnownCamera

# Below this reliability a whole plate is not worth sending somebody without a person's look.
SURE_FROM = 0.6
LATE = timedelta(minutes=10)
MAX_EXPANDED = 80

# A vehicle is watched for all of a police authority: the first part of the paths has to be the same.
_SQL = """
select k.ord, k.way, e.id
  from unnest(%(ords)s::int[], %(ways)s::text[], %(digests)s::bytea[], %(times)s::timestamptz[], %(roots)s::text[])
       as k(ord, way, digest, at, root)
  cross join lateral (
      select w.id from recognition_watchentry w{join}
       where w.{index} = k.digest and w.in_force{more} and w.valid_from <= k.at and k.at < w.valid_until
         and starts_with(w.organisation_path, k.root)
         and (w.urgent_until is null or w.state not in ('applied', 'checked') or %(now)s < w.urgent_until)
  ) e
"""
_EXACT = _SQL.format(join="", index="plate_index", more="")
_ALIKE = _SQL.format(
    join=" join recognition_watchcategory c on c.id = w.category_id",
    index="folded_index",
    more=" and c.look_alikes",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A newly stored passage with what comparison needs. `place` WGS-84 degrees."""

    passage: PassageIn
    passed_at: datetime
    received_at: datetime
    clock: Clock
    organisation_path: str
    camera: KnownCamera | None
    place: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate that may be a watched vehicle: how sure, and what speaks against sending somebody at once."""

    entry: WatchEntry
    match: Alarm.Match
    doubts: tuple[str, ...]

    @property
    def ask(self) -> bool:
        """Whether a person looks first."""
        return self.match is not Alarm.Match.EXACT or bool(self.doubts) or not self.entry.category.auto


_RANK = {Alarm.Match.EXACT: 0, Alarm.Match.PLATE: 1, Alarm.Match.PARTIAL: 2, Alarm.Match.ALIKE: 3}


def hits_among(candidates: Sequence[Candidate], *, now: datetime) -> list[tuple[Candidate, Hit]]:
    """For each candidate that hits anything its best hit, the gravest first among equals."""
    exact, alike = _probes(candidates)
    found: dict[int, set[tuple[str, int]]] = {}
    for sql, probes in ((_EXACT, exact), (_ALIKE, alike)):
        for ord_, way, entry_id in _asked(sql, probes, candidates, now):
            found.setdefault(ord_, set()).add((way, entry_id))
    if not found:
        return []
    ids = {entry_id for ways in found.values() for _way, entry_id in ways}
    entries = WatchEntry.objects.select_related("category").in_bulk(sorted(ids))
    hits = []
    for ord_, ways in sorted(found.items()):
        candidate = candidates[ord_]
        possible = [hit for way, entry_id in ways if (hit := _hit(candidate, entries[entry_id], way)) is not None]
        if possible:
            hits.append((candidate, min(possible, key=_order)))
    return hits


def _order(hit: Hit) -> tuple[int, int, int]:
    return _RANK[hit.match], hit.entry.category.grade, hit.entry.pk


Probe = tuple[int, str, bytes]


def _probes(candidates: Sequence[Candidate]) -> tuple[list[Probe], list[Probe]]:
    """What is looked up: plates by themselves, parts of plates by what they may be, folded keys of unsure readings."""
    exact: list[Probe] = []
    alike: list[Probe] = []
    limit = float(settings.LUZHANG_LOOK_ALIKE_BELOW)
    for ord_, candidate in enumerate(candidates):
        passage = candidate.passage
        if passage.plate is None:
            for text in _expanded(passage.text):
                exact += [(ord_, "partial", digest) for digest in crypto.blind_indexes(text, purpose=PLATE_PURPOSE)]
            continue
        text = passage.plate.text
        exact += [(ord_, "plate", digest) for digest in crypto.blind_indexes(text, purpose=PLATE_PURPOSE)]
        if passage.reliability is None or passage.reliability < limit:
            keys = crypto.blind_indexes(folded(text), purpose=FOLDED_PURPOSE)
            alike += [(ord_, "alike", digest) for digest in keys]
    return exact, alike


def _expanded(text: str) -> Iterator[str]:
    """The plates that a text with one unread character may be."""
    if ONE not in text and "？" not in text:
        return
    pattern = normalise(text[:16])
    if pattern.count(ONE) != 1 or ANY in pattern:
        return
    yield from [one for char in sorted(ALPHABET) if kind_of(one := pattern.replace(ONE, char))][:MAX_EXPANDED]


def _asked(
    sql: str, probes: Sequence[Probe], candidates: Sequence[Candidate], now: datetime
) -> list[tuple[int, str, int]]:
    if not probes:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {
                "ords": [ord_ for ord_, _way, _digest in probes],
                "ways": [way for _ord, way, _digest in probes],
                "digests": [digest for _ord, _way, digest in probes],
                "times": [candidates[ord_].passed_at for ord_, _way, _digest in probes],
                "roots": [_root(candidates[ord_].organisation_path) for ord_, _way, _digest in probes],
                "now": now,
            },
        )
        return list(cursor.fetchall())


def _root(path: str) -> str:
    return path.partition(".")[0] + "."


def _hit(candidate: Candidate, entry: WatchEntry, way: str) -> Hit | None:
    """What one entry says about one candidate; None where it is not meant."""
    doubts = _doubts(candidate)
    where = _covers(entry, candidate)
    if where is False:
        return None
    if where is None:
        doubts.append("place")
    match = Alarm.Match.PARTIAL
    if way == "alike":
        read = candidate.passage.plate
        # The key is shared by the plate itself, which the other way finds, and by plates two characters away.
        if read is None or apart(read.text, str(entry.plate)) != 1:
            return None
        match = Alarm.Match.ALIKE
    elif way == "plate":
        same = bool(entry.kind_code) and entry.kind_code == candidate.passage.kind_code
        match = Alarm.Match.EXACT if same else Alarm.Match.PLATE
    return Hit(entry, match, tuple(doubts))


def _doubts(candidate: Candidate) -> list[str]:
    """What speaks against the reading, by name."""
    passage = candidate.passage
    doubts = [doubt.value for doubt in passage.plate.doubts] if passage.plate is not None else []
    if passage.reliability is not None and passage.reliability < SURE_FROM:
        doubts.append("reliability")
    if candidate.clock.impossible:
        doubts.append("clock")
    if candidate.received_at - candidate.passed_at > LATE:
        doubts.append("late")
    return doubts


def _covers(entry: WatchEntry, candidate: Candidate) -> bool | None:
    """Whether the entry is meant where the candidate was seen; None where nobody knows where that was."""
    limited = entry.area is not None or entry.rings or entry.checkpoints
    if not limited:
        return True
    camera = candidate.camera
    if entry.rings or entry.checkpoints:
        if camera is None:
            return None
        if entry.rings and camera.ring not in entry.rings:
            return False
        if entry.checkpoints and camera.checkpoint_code not in entry.checkpoints:
            return False
    if entry.area is None:
        return True
    if candidate.place is None:
        return None
    return bool(entry.area.covers(Point(*candidate.place, srid=STORE_SRID)))
