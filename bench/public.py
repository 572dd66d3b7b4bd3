"""`./run bench public`: the directory over 39,524 road axes (invented names) and 4,000 segments, as one types.

Every letter and figure alone, beginnings, initials, codes, middles of names, nonsense. Measured in one process: the
search by itself, and the whole page `/?q=` with what it is drawn from. The peer asks every name and code for the text
inside (`icontains`), as a first version would.
"""

from __future__ import annotations

import json
import os
import random
import string
import subprocess
import sys
import time
from collections import Counter
from typing import Any

from bench.chaos_house import House, empty_house
from bench.report import Report

# As many as the largest real network that the house was tried on has.
AXES = 39_524
SEGMENTS = 4000
PLACES = [
    "南京",
    "北京",
    "四川",
    "河南",
    "江西",
    "武进",
    "中山",
    "淮海",
    "延安",
    "西藏",
    "浦东",
    "世纪",
    "张江",
    "金桥",
    "川沙",
    "惠南",
    "周浦",
    "康桥",
    "三林",
    "塘桥",
    "洋泾",
    "花木",
    "博鳌",
    "嘉积",
    "潭门",
    "那环",
]
WAYS = ("路", "东路", "西路", "南路", "北路", "大道", "街", "巷", "公路", "弄")
QUERIES = 400
PAGES = 150
LIMIT_MS = 50.0
SLOWEST = 3


def prepare() -> dict[str, Any]:
    """Inside the installation: a root, axes with invented names as a large city's have them, segments on some."""
    from django.contrib.gis.geos import LineString, MultiLineString
    from django.db import connection
    from django.db.backends.postgresql.psycopg_any import DateTimeTZRange, NumericRange

    from core import clock
    from core.geo.srid import STORE_SRID
    from roads.models import RoadAxis, Segment
    from stations.services import organisation_create
    from stations.types import system_actor

    city = organisation_create(actor=system_actor("bench"), kind="city", code="990000", name="示例市", generated=True)
    chance, since = random.Random(3), DateTimeTZRange(clock.now(), None, "[)")
    axes: list[RoadAxis] = []
    parts: Counter[tuple[str, str]] = Counter()
    for number in range(AXES):
        lon, lat = 121.0 + chance.random(), 31.0 + chance.random()
        line = LineString((lon, lat), (lon + 0.01, lat + 0.005), srid=STORE_SRID)
        name = f"{chance.choice(PLACES)}{chance.choice(PLACES)}{chance.choice(WAYS)}"
        code = f"{chance.choice('GSXYC')}{number}" if number % 20 == 0 else ""
        parts[code, name] += 1
        axes.append(
            RoadAxis(
                organisation=city, code=code, name=name, part=parts[code, name], road_class=3 + number % 10,
                length_m=1100.0, geom=line,
            )
        )  # fmt: skip
    made = RoadAxis.objects.bulk_create(axes, batch_size=2000)
    rows = [
        Segment(
            organisation=city, code=f"SH-{number:05d}", name=f"{axis} 第 {1 + number % 3} 段", axis=axis, from_m=0.0,
            to_m=1100.0, sides=NumericRange(0, 2, "[)"), geom=MultiLineString(axis.geom, srid=STORE_SRID), valid=since,
        )
        for number, axis in enumerate(made[:SEGMENTS])
    ]  # fmt: skip
    Segment.objects.bulk_create(rows, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE roads_segment, roads_roadaxis")
    return {"axes": RoadAxis.objects.count(), "segments": Segment.objects.count()}


def queries() -> list[str]:
    """What people type; the same for every run."""
    from roads.models import RoadAxis

    chance = random.Random(7)
    names = list(RoadAxis.objects.exclude(name="").order_by("id").values_list("name", "spelling"))
    found = [*string.ascii_lowercase, *string.digits, "G", "S", "路", "东", "南京", "nj", "zs", "SH-0", "K", "%", "🚓"]
    while len(found) < QUERIES:
        name, spelled = chance.choice(names)
        full, _space, initials = spelled.strip().partition(" ")
        start = chance.randrange(max(1, len(name)))
        found += [name, name[:2], name[start : start + 2], initials, full[: chance.randint(2, 8)], f"{name}不存在"]
    return [text for text in found if text][:QUERIES]


def measure() -> dict[str, Any]:
    """Inside the installation: milliseconds of each query."""
    from django.db.models import Q
    from django.test import Client, override_settings

    from roads.models import RoadAxis, Segment
    from roads.selectors import directory_search

    def icontains(text: str) -> None:
        wanted = Q(name__icontains=text) | Q(code__icontains=text) | Q(spelling__icontains=text)
        list(RoadAxis.objects.filter(wanted).order_by("-length_m")[:20])
        list(Segment.objects.filter(wanted).select_related("organisation").order_by("code")[:20])

    def page(text: str) -> None:
        client.get("/", {"q": text})

    texts, client = queries(), Client()
    shuffled = random.Random(11).sample(texts, len(texts))
    found = {}
    with override_settings(LUZHANG_RATE_LIMITS={}, ALLOWED_HOSTS=["*"]):
        for name, ask, some in (("ours", directory_search, shuffled), ("page", page, shuffled[:PAGES]),
                                ("peer", icontains, shuffled)):  # fmt: skip
            for text in some[:20]:
                ask(text)
            found[name] = [_timed(ask, text) for text in some]
    return found


def _timed(ask: Any, text: str) -> tuple[float, str]:
    began = time.perf_counter()
    ask(text)
    return 1000 * (time.perf_counter() - began), text


def _percentile(timed: list[list[Any]], share: float) -> float:
    ordered = sorted(ms for ms, _text in timed)
    return float(ordered[min(len(ordered) - 1, int(share * len(ordered)))])


def _answer(house: House, *words: str) -> dict[str, Any]:
    told = subprocess.run(
        [sys.executable, "-m", "bench.public", *words],
        cwd=house.where.root, env=dict(house.values), stdout=subprocess.PIPE, text=True, check=True, timeout=600,
    )  # fmt: skip
    return dict(json.loads(told.stdout.splitlines()[-1]))


def run(as_json: bool) -> dict[str, Any]:
    """Measure and judge."""
    report = Report("public")
    with empty_house() as house:
        sizes = _answer(house, "prepare")
        timed = _answer(house, "measure")
    what = f"{sizes['axes']:,} axes, {sizes['segments']:,} segments"
    for share in (0.5, 0.95, 0.99):
        ours, peer = _percentile(timed["ours"], share), _percentile(timed["peer"], share)
        report.row(f"search, {what}: p{share * 100:.0f}", ours, "ms", peer, "icontains")
    p95, page = _percentile(timed["ours"], 0.95), _percentile(timed["page"], 0.95)
    report.row("page /?q=: p95", page, "ms")
    for ms, text in sorted(timed["ours"], reverse=True)[:SLOWEST]:
        report.row(f"slowest: {text!r}", ms, "ms")
    report.check("directory_p95", round(p95, 1), f"< {LIMIT_MS:.0f} ms", p95 < LIMIT_MS)
    report.check("page_p95", round(page, 1), f"< {2 * LIMIT_MS:.0f} ms", page < 2 * LIMIT_MS)
    return report.as_dict()


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps({"prepare": prepare, "measure": measure}[sys.argv[1]]()))
