"""The public directory: roads, segments and places by name, code, pinyin or initials, best first."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from core.errors import InvalidInput

LIMIT = 20
MAX_LIMIT = 50
MAX_CHARACTERS = 60

# Rank: 0 the very name or code, 1 its beginning, 2 somewhere inside, 3 the beginning of its pinyin or initials. Each
# kind is limited by itself, so that a thousand segments of a road do not push the road off the list.
_SQL = """
    (SELECT 'axis' AS kind, f.uid::text, f.code, f.name, '' AS detail, ST_X(m.point), ST_Y(m.point), f.rank
       FROM (SELECT a.uid, a.code, a.name, a.geom, {axis_rank} AS rank FROM roads_roadaxis a
              WHERE a.is_active AND ({axis_match})
              ORDER BY rank, a.length_m DESC, a.id LIMIT %(limit)s) f,
            LATERAL (SELECT ST_LineInterpolatePoint(f.geom, 0.5) AS point) m)
    UNION ALL
    (SELECT 'segment', f.uid::text, f.code, f.name, o.name, ST_X(m.point), ST_Y(m.point), f.rank
       FROM (SELECT s.uid, s.code, s.name, s.geom, s.area, s.organisation_id, {segment_rank} AS rank
               FROM roads_segment s
              WHERE s.valid @> (SELECT core_now()) AND ({segment_match})
              ORDER BY rank, s.code LIMIT %(limit)s) f
       JOIN stations_organisation o ON o.id = f.organisation_id,
            LATERAL (SELECT ST_PointOnSurface(coalesce(f.geom, f.area)) AS point) m)
    UNION ALL
    (SELECT 'place', p.id::text, '', p.name, p.kind, ST_X(p.geom), ST_Y(p.geom), {place_rank} AS rank
       FROM roads_gazetteerplace p
      WHERE {place_match}
      ORDER BY rank, length(p.name), p.id LIMIT %(limit)s)
"""

# Letters have cases in ASCII only: compared in the collation "C", thousands of names a millisecond. The trigram indexes
# have the database's own collation; they serve what has three characters at least. For less they would be read from end
# to end, and every row after them.
_INDEXED_CHARACTERS = 3

_NAME_RANK = 'CASE WHEN {t}.name = %(text)s THEN 0 WHEN {t}.name COLLATE "C" ILIKE %(begins)s THEN 1 ELSE {inside} END'
_CODE_RANK = (
    "CASE WHEN upper({t}.code) = %(upper)s OR {t}.name = %(text)s THEN 0"
    ' WHEN {t}.code COLLATE "C" ILIKE %(begins)s OR {t}.name COLLATE "C" ILIKE %(begins)s THEN 1 ELSE {inside} END'
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One find. `kind`: axis, segment or place; `detail`: the organisation of a segment, the kind of a place. The point
    (WGS-84) is for showing it on a map."""

    kind: str
    uid: str
    code: str
    name: str
    detail: str
    lon: float
    lat: float

    def as_json(self) -> dict[str, Any]:
        """The shape of the API."""
        return asdict(self)


def directory_search(text: str, *, limit: int = LIMIT) -> list[Entry]:
    """Find roads, segments and places. Raises InvalidInput for nothing to look for, or too much of it."""
    # Control characters are nobody's name, and a NUL is no text to the database.
    wanted = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    if not wanted:
        raise InvalidInput(
            _("请输入要查找的内容"), field="q", value=text, cure=_("道路名称或编号、路段、地名、拼音首字母")
        )
    if len(wanted) > MAX_CHARACTERS:
        raise InvalidInput(_("查找内容过长"), field="q", value=text, cure=f"≤ {MAX_CHARACTERS}")
    # Letters alone may be pinyin; anything with a Chinese character is not, and need not be compared with it.
    letters = re.sub(r"[^a-z0-9]", "", wanted.lower()) if wanted.isascii() else ""
    plain = wanted.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(
                bool(letters),
                indexed=len(wanted) >= _INDEXED_CHARACTERS,
                cased=wanted.lower() != wanted.upper(),
                alone=len(letters) == len(wanted) == 1,
            ),
            {
                "text": wanted,
                "upper": wanted.upper(),
                "begins": f"{plain}%",
                "inside": f"%{plain}%",
                "spelled": f"% {letters}%",
                "alone": f" {letters}%",
                "letters": f"{letters}%",
                "limit": max(1, min(limit, MAX_LIMIT)),
            },
        )
        rows = cursor.fetchall()
    order = {"axis": 0, "segment": 1, "place": 2}
    rows.sort(key=lambda row: (row[7], order[row[0]]))
    return [Entry(*row[:7]) for row in rows[:limit]]


def _statement(spelled: bool, *, indexed: bool = True, cased: bool = True, alone: bool = False) -> str:
    """`spelled`: the text may be pinyin or initials. `indexed`: it is long enough for the trigram indexes. `cased`: it
    has letters that are written large or small. `alone`: it is one letter or figure, with which names and codes begin:
    it stands somewhere inside a third of them, and says nothing there.
    """
    inside = 'CASE WHEN {t}.name COLLATE "C" ILIKE %(inside)s THEN 2 ELSE 3 END' if spelled else "2"
    like = "ILIKE" if indexed else 'COLLATE "C" ILIKE'
    coded = f"{{t}}.name {like} %(inside)s OR {{t}}.code {like} %(inside)s"
    place = f"p.name {like} %(inside)s"
    if spelled:
        begins = "LIKE" if indexed else 'COLLATE "C" LIKE'
        coded += f" OR {{t}}.spelling {begins} %(spelled)s"
        place += " OR p.initials LIKE %(letters)s OR p.pinyin LIKE %(letters)s"
    if alone:
        coded = '{t}.spelling COLLATE "C" LIKE %(alone)s OR {t}.code COLLATE "C" ILIKE %(begins)s'
        place = 'p.initials COLLATE "C" LIKE %(letters)s OR p.name COLLATE "C" ILIKE %(begins)s'
    sql = _SQL.format(
        axis_rank=_CODE_RANK.format(t="a", inside=inside.format(t="a")),
        axis_match=coded.format(t="a"),
        segment_rank=_CODE_RANK.format(t="s", inside=inside.format(t="s")),
        segment_match=coded.format(t="s"),
        place_rank=_NAME_RANK.format(t="p", inside=inside.format(t="p")),
        place_match=place,
    )
    return sql if cased else sql.replace(" ILIKE ", " LIKE ")
