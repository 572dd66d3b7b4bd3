"""Places as a caller says them, while they are typed: a kilometre post, two roads that meet, a name or its pinyin."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from core.errors import InvalidInput, LuzhangError
from roads.selectors.chainage import points_of_chainage
from roads.selectors.junctions import junctions_of_roads

LIMIT = 8
MAX_LIMIT = 20
MAX_CHARACTERS = 80
# Two letters of pinyin are the beginning of thousands of names: letters anywhere inside count from three on.
LETTERS_INSIDE = 3
ROADS_TRIED = 3

# Rank: 0 the very name, 1 its beginning, 2 inside it, 3 the beginning of its pinyin or initials, 4 initials inside,
# 5 some of its initials in their order: `qhz` for 琼海汽车站.
_SQL = """
    (SELECT 'place' AS kind, p.name, p.kind AS detail, ST_X(p.geom), ST_Y(p.geom), {rank} AS rank
       FROM roads_gazetteerplace p WHERE {match} ORDER BY rank, length(p.name), p.id LIMIT %(limit)s)
    UNION ALL
    (SELECT 'station', s.name, s.kind, ST_X(s.geom), ST_Y(s.geom),
            CASE WHEN s.name = %(text)s THEN 0 WHEN s.name LIKE %(begins)s THEN 1 WHEN s.name LIKE %(inside)s THEN 2
                 ELSE 3 END AS rank
       FROM stations_station s WHERE s.is_active AND (s.name LIKE %(inside)s {station_spelled})
      ORDER BY rank, length(s.name), s.id LIMIT %(limit)s)
    UNION ALL
    (SELECT 'road', coalesce(nullif(a.name, ''), a.code), a.code, NULL, NULL,
            min(CASE WHEN a.name = %(text)s OR upper(a.code) = %(upper)s THEN 0
                     WHEN a.name LIKE %(begins)s OR upper(a.code) LIKE %(upper_begins)s THEN 1 ELSE 3 END) AS rank
       FROM roads_roadaxis a
      WHERE a.is_active AND (a.name LIKE %(begins)s OR upper(a.code) LIKE %(upper_begins)s {spelled})
      GROUP BY 2, 3 ORDER BY rank, max(a.length_m) DESC LIMIT %(limit)s)
"""
_TWO_ROADS = re.compile(
    r"^(?P<one>[^与和/、,，&]+?)\s*(?:与|和|/|、|,|，|&| )\s*(?P<two>[^与和/、,，&]+?)"
    r"(?:的?(?:交叉口|交汇处|交界处|路口|口))?$"
)
_POST = re.compile(r"[kKｋＫ]\s*[-+]?\d|\d\s*公里|\d\s*千米")
_KINDS = {"chainage": 0, "junction": 1, "place": 2, "station": 3, "road": 4}


@dataclass(frozen=True, slots=True)
class PlaceSuggestion:
    """One reading of what was typed. A point in WGS-84 degrees; None for a road, which is only the beginning of a
    place. `kind`: chainage, junction, place, station, road; `detail`: the side, the kind of a place, a road's code.
    """

    kind: str
    name: str
    detail: str
    lon: float | None
    lat: float | None
    course_deg: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The shape of the API."""
        return asdict(self)


def places_suggest(text: str, *, limit: int = LIMIT) -> list[PlaceSuggestion]:
    """Readings of a place as it is typed, best first; [] when nothing is like it.

    `K12+300 G98` gives both carriageways, `人民路与海兴路口` every crossing of the two, a name or its pinyin places,
    stations and roads. Raises InvalidInput for nothing to look for, or too much of it.
    """
    wanted = " ".join(text.split())
    if not wanted:
        raise InvalidInput(_("请输入地点"), field="q", value=text, cure=_("桩号、路口、地名或拼音首字母"))
    if len(wanted) > MAX_CHARACTERS:
        raise InvalidInput(_("查找内容过长"), field="q", value=text[:200], cure=f"≤ {MAX_CHARACTERS}")
    if "\0" in wanted:
        raise InvalidInput(_("查找内容无效"), field="q", cure=_("桩号、路口、地名或拼音首字母"))
    if _POST.search(wanted):
        found = _posts(wanted)
        if found:
            return found[: max(1, min(limit, MAX_LIMIT))]
    found = [*_junctions(wanted), *_names(wanted, limit)]
    return found[: max(1, min(limit, MAX_LIMIT))]


def _posts(text: str) -> list[PlaceSuggestion]:
    try:
        points = points_of_chainage(text)
    except LuzhangError:
        return []  # not finished yet, or no such kilometre: nothing to suggest is no mistake of the typist
    return [
        PlaceSuggestion("chainage", point.text, point.side, round(point.lon, 6), round(point.lat, 6), point.course_deg)
        for point in points
    ]


def _junctions(text: str) -> list[PlaceSuggestion]:
    two = _TWO_ROADS.match(text)
    if two is None:
        return []
    found = []
    for one in _roads_like(two["one"]):
        for other in _roads_like(two["two"]):
            if one == other:
                continue
            try:
                points = junctions_of_roads(one, other)
            except LuzhangError:
                continue
            name = _("%(one)s与%(other)s路口") % {"one": one, "other": other}
            found += [PlaceSuggestion("junction", name, "", round(lon, 6), round(lat, 6)) for lon, lat in points]
    return found


def _roads_like(text: str) -> list[str]:
    """The road that is called so, and a few whose names or pinyin begin so."""
    found = [text.strip()]
    if len(found[0]) < 2:
        return []
    for row in _rows(found[0], ROADS_TRIED):
        if row[0] == "road":
            found += [name for name in (row[1],) if name not in found]
    return found[: ROADS_TRIED + 1]


def _names(text: str, limit: int) -> list[PlaceSuggestion]:
    rows = _rows(text, max(1, min(limit, MAX_LIMIT)))
    rows.sort(key=lambda row: (row[5], _KINDS[row[0]], len(row[1])))
    return [
        PlaceSuggestion(
            kind, name, detail, None if lon is None else round(lon, 6), None if lat is None else round(lat, 6)
        )
        for kind, name, detail, lon, lat, _rank in rows
    ]


def _rows(text: str, limit: int) -> list[Any]:
    letters = re.sub(r"[^a-z0-9]", "", text.lower()) if text.isascii() else ""
    plain = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    rank = "CASE WHEN p.name = %(text)s THEN 0 WHEN p.name LIKE %(begins)s THEN 1 WHEN p.name LIKE %(inside)s THEN 2"
    match, spelled, station_spelled = "p.name LIKE %(inside)s", "", ""
    if letters:
        rank += " WHEN p.initials LIKE %(letters)s OR p.pinyin LIKE %(letters)s THEN 3"
        match += " OR p.initials LIKE %(letters)s OR p.pinyin LIKE %(letters)s"
        spelled, station_spelled = " OR a.spelling LIKE %(spelled)s", " OR s.spelling LIKE %(spelled)s"
        if len(letters) >= LETTERS_INSIDE:
            rank += " WHEN p.initials LIKE %(letters_inside)s THEN 4"
            match += " OR p.initials LIKE %(letters_inside)s OR p.initials LIKE %(some)s"
    sql = _SQL.format(rank=f"{rank} ELSE 5 END", match=match, spelled=spelled, station_spelled=station_spelled)
    values: dict[str, Any] = {
        "text": text,
        "upper": text.upper(),
        "begins": f"{plain}%",
        "upper_begins": f"{plain.upper()}%",
        "inside": f"%{plain}%",
        "letters": f"{letters}%",
        "letters_inside": f"%{letters}%",
        "some": "%".join(letters) + "%",
        "spelled": f"% {letters}%",
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
