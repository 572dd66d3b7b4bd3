"""The week before the demonstration began: cases of every kind with who went, how they ended, and what came late.

Written by the services that take over another system's cases (`past_cases_put`, `past_tours_put`); seeded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.core.management import call_command

from core import clock
from demo.county.plan_types import OrganisationPlan, SegmentRow, UnitRow
from demo.loading.writing import Progress, Written, actor
from incidents import services as incidents
from patrols import services as patrols

ORIGIN = "示例数据"
DAYS = 7
# Cases stop so long before now: the current shift's people are not taken from it.
QUIET = timedelta(hours=3)
# Cases by hour of the day: two peaks.
HOURS = np.array([1, 1, 1, 1, 1, 2, 4, 8, 8, 6, 5, 5, 5, 5, 5, 6, 8, 9, 8, 6, 4, 3, 2, 1], dtype=float)
KIND_TITLES: dict[str, tuple[float, str, str]] = {
    # share, title, what the crew reported
    "illegal_parking": (0.16, "车辆违停占道", "已劝离，道路恢复通行"),
    "crash": (0.16, "两车追尾，无人受伤", "双方自行协商，车辆已移至路边"),
    "congestion": (0.1, "路口拥堵", "现场疏导后恢复"),
    "breakdown": (0.1, "货车抛锚", "拖移至应急车道外，清障车已到"),
    "hazard": (0.09, "路面坑洞", "已摆放锥桶并通知养护单位"),
    "obstacle": (0.07, "散落物占用车道", "散落物已清除"),
    "broken_facility": (0.06, "护栏损坏", "已设警示，报修"),
    "overload": (0.06, "三轮车违法载人", "已教育并转运乘客"),
    "dispute": (0.05, "行车纠纷", "现场调解，双方和解"),
    "other": (0.04, "其他求助", "已协助解决"),
    "crash_injury": (0.04, "摩托车碰撞，有人受伤", "伤者已送医，现场勘查完毕"),
    "drunk_driving": (0.02, "疑似酒驾", "呼气检测合格，放行"),
    "watchlist_hit": (0.02, "布控车辆经过卡口", "拦停核对，人车移交"),
    "roadworks": (0.01, "占道施工未设标志", "责令补设标志，已整改"),
    "sos": (0.01, "紧急求助", "到场核实，人员平安"),
    "hit_and_run": (0.005, "肇事逃逸", "调取沿线卡口，嫌疑车辆已查获"),
    "dangerous_goods": (0.005, "罐车泄漏险情", "消防处置完毕，解除管制"),
}
POLICE_KINDS = {"crash_injury", "drunk_driving", "watchlist_hit", "hit_and_run", "crash", "dangerous_goods", "sos"}
SOURCES = ("phone", "phone", "phone", "self_found", "community", "board_call", "citizen", "superior")
POLICE_AGENCIES = ("traffic", "police_station", "special")
# How a case ends; what is open is of the last two days, so that a chief's morning has something to press.
ENDS = (("closed", 0.86), ("reopened_closed", 0.03), ("false", 0.05), ("transferred", 0.03), ("merged", 0.03))
OPEN_ENDS = ("waiting", "returned", "reopened", "active", "reported", "reviewed")
LATE_SHARE, ORDERED_SHARE = 0.08, 0.05
LOWEST_RANK = 4
KM_PER_DEGREE = 111.32
SPEED_KM_S, WINDING, TURN_OUT_S = 0.0125, 1.35, 60.0


@dataclass(slots=True)
class _Drawn:
    """A case before somebody is sent: where, when, what, and how it will end."""

    key: str
    segment: SegmentRow
    metre: float
    side: str
    kind: str
    at: datetime
    end: str
    late: bool = False
    ordered: bool = False


def week_first(now: datetime, zone: str) -> date:
    """The first local day of the week; figures of another system end on the day before."""
    return now.astimezone(ZoneInfo(zone)).date() - timedelta(days=DAYS)


def week_write(plan: OrganisationPlan, written: Written, rates: Sequence[float], seed: int, progress: Progress) -> None:
    """`rates`: cases a day of each segment of the plan, in its order."""
    rng = np.random.default_rng([seed, 31])
    now, zone = clock.now(), ZoneInfo(written.organisations[plan.organisations[0].key].time_zone)
    drawn = _drawn(plan, written, np.asarray(rates), rng, now, zone)
    sent = _sent(plan, written, drawn, rng, now, zone)
    rows = [_case(each, sent.get(each.key), written, rng, now) for each in drawn]
    count = incidents.past_cases_put(actor=actor(), rows=_merged(rows), origin=ORIGIN, generated=True)
    first = week_first(now, str(zone))
    last = first + timedelta(days=DAYS - 1)
    call_command("build_statistics", "--from", str(first), "--to", str(last), stdout=StringIO(), stderr=StringIO())
    progress(f"{count} cases of the last {DAYS} days, {len({id(tour) for tour, _km in sent.values()})} tours")


def _drawn(
    plan: OrganisationPlan, written: Written, rates: Any, rng: np.random.Generator, now: datetime, zone: ZoneInfo
) -> list[_Drawn]:
    """Cases by the rates of the segments, each kind at least once, and some of yesterday on the demo chief's own."""
    first, shares = week_first(now, str(zone)), HOURS / HOURS.sum()
    kinds = list(KIND_TITLES)
    weights = np.array([share for share, _title, _text in KIND_TITLES.values()])
    found: list[_Drawn] = []

    def add(segment: SegmentRow, day: date, kind: str) -> None:
        """One case more; its hour is drawn."""
        hour = int(rng.choice(24, p=shares))
        at = datetime.combine(day, time(hour, int(rng.integers(60)), int(rng.integers(60))), zone)
        if at > now - QUIET:
            at -= timedelta(days=1)
        metre = round(float(rng.uniform(segment.from_m, segment.to_m)), 1)
        side = "down" if rng.random() < 0.5 else "up"
        end = str(rng.choice([name for name, _share in ENDS], p=[share for _name, share in ENDS]))
        late, ordered = bool(rng.random() < LATE_SHARE), bool(rng.random() < ORDERED_SHARE)
        found.append(_Drawn(f"week-{len(found)}", segment, metre, side, kind, at, end, late, ordered))

    for back in range(DAYS):
        counts = rng.poisson(rates)
        for index in np.flatnonzero(counts).tolist():
            for _each in range(int(counts[index])):
                add(
                    plan.segments[index],
                    first + timedelta(days=back),
                    str(rng.choice(kinds, p=weights / weights.sum())),
                )
    own = _own_segments(plan, written) or list(plan.segments[:2])
    yesterday = first + timedelta(days=DAYS - 1)
    for number, kind in enumerate(kinds):
        if number < len(OPEN_ENDS):
            add(own[number % len(own)], yesterday, kind)
        elif kind not in {each.kind for each in found}:
            add(plan.segments[int(rng.integers(len(plan.segments)))], yesterday - timedelta(days=number % DAYS), kind)
    return _some_open(found, yesterday, zone)


def _some_open(found: list[_Drawn], yesterday: date, zone: ZoneInfo) -> list[_Drawn]:
    """The last cases of yesterday did not end: one in each open state, half of them late, two of them pressed."""
    late_ones = [each for each in found if each.at.astimezone(zone).date() == yesterday][-len(OPEN_ENDS) :]
    for number, (each, end) in enumerate(zip(late_ones, OPEN_ENDS, strict=False)):
        each.end, each.late, each.ordered = end, end in {"returned", "active", "reopened"}, number in {0, 1}
    return found


def _own_segments(plan: OrganisationPlan, written: Written) -> list[SegmentRow]:
    """What the demonstration's chief answers for."""
    person = written.people["account:chief"].pk
    held = {key for (key, _rank), assignment in written.chiefs.items() if assignment.person_id == person}
    return [row for row in plan.segments if row.key in held]


def _sent(
    plan: OrganisationPlan, written: Written, drawn: Sequence[_Drawn], rng: np.random.Generator, now: datetime,
    zone: ZoneInfo,
) -> dict[str, tuple[Any, float]]:  # fmt: skip
    """For each case the tour of a near unit that was on shift then, and the kilometres it had to go by air."""
    units = [row for row in plan.units if row.kind != "drone"]
    lon, lat = (np.array([getattr(row, name) for row in units]) for name in ("post_lon", "post_lat"))
    officers = {row.key for row in plan.people if row.kind == "officer"}
    wanted: dict[tuple[str, int, date], patrols.PastTour] = {}
    chosen: dict[str, tuple[tuple[str, int, date], float]] = {}
    for each in drawn:
        if each.end in {"merged", "waiting"}:
            continue
        index, day = _shift_at(plan, each.at.astimezone(zone))
        middle = written.segments[each.segment.key].geom.centroid
        away = np.hypot((lon - middle.x) * np.cos(np.radians(middle.y)), lat - middle.y) * KM_PER_DEGREE
        for number in np.argsort(away + rng.exponential(1.0, away.size)).tolist():
            unit = units[number]
            if each.kind in POLICE_KINDS and not _is_police(unit, index, officers):
                continue
            key = (unit.key, index, day)
            wanted.setdefault(key, _tour(plan, unit, index, day, written, now, zone))
            chosen[each.key] = (key, float(away[number]))
            break
    tours = dict(zip(wanted, patrols.past_tours_put(actor=actor(), rows=wanted.values(), generated=True), strict=True))
    return {name: (tours[key], km) for name, (key, km) in chosen.items()}


def _is_police(unit: UnitRow, shift: int, officers: set[str]) -> bool:
    return unit.agency in POLICE_AGENCIES and unit.crews[shift][0] in officers


def _shift_at(plan: OrganisationPlan, local: datetime) -> tuple[int, date]:
    """Which shift a local moment belongs to, and the day on which that one began."""
    for index, row in enumerate(plan.shifts):
        start, end = time.fromisoformat(row.starts_at), time.fromisoformat(row.ends_at)
        if start < end and start <= local.time() < end:
            return index, local.date()
        if start > end and (local.time() >= start or local.time() < end):
            return index, local.date() if local.time() >= start else local.date() - timedelta(days=1)
    return 0, local.date()


def _tour(
    plan: OrganisationPlan, unit: UnitRow, shift: int, day: date, written: Written, now: datetime, zone: ZoneInfo
) -> patrols.PastTour:
    row = plan.shifts[shift]
    start, end = (datetime.combine(day, time.fromisoformat(text), zone) for text in (row.starts_at, row.ends_at))
    if end <= start:
        end += timedelta(days=1)
    return patrols.PastTour(
        unit=written.units[unit.key],
        starts_at=start,
        ends_at=min(end, now - timedelta(hours=2)),
        person_ids=[written.people[key].pk for key in unit.crews[shift]],
        shift=written.shifts[shift],
        vehicle=written.vehicles.get(unit.vehicle),
    )


def _case(
    each: _Drawn, sent: tuple[Any, float] | None, written: Written, rng: np.random.Generator, now: datetime
) -> incidents.PastCase:
    _share, title, result = KIND_TITLES[each.kind]
    row = incidents.PastCase(
        key=each.key, segment=written.segments[each.segment.key], metre=each.metre, side=each.side, kind=each.kind,
        source=str(rng.choice(SOURCES)), title=title, received_at=each.at,
        risk={"injured": 1} if each.kind == "crash_injury" else {},
    )  # fmt: skip
    if sent is None:
        if each.end == "waiting":
            moves = [("waiting", each.at + timedelta(minutes=4), "等养护单位明日上门（示例）")]
        else:
            moves = [("merged", each.at + timedelta(minutes=2), "同一起警情")]
        return _pressed(replace(row, moves=moves), each, now)
    tour, km = sent
    travel_s = TURN_OUT_S + km * WINDING / SPEED_KM_S
    way = _way(each, travel_s, result, rng)
    crew = incidents.PastCrew(
        tour=tour, moves=way, travel_s=round(travel_s, 1), road_m=round(km * WINDING * 1000, 1),
        origin=str(rng.choice(["engine", "solver", "manual"], p=[0.78, 0.14, 0.08])),
    )  # fmt: skip
    return _pressed(replace(row, crew=crew, moves=_moves(each, way, rng)), each, now)


def _way(each: _Drawn, travel_s: float, result: str, rng: np.random.Generator) -> list[incidents.PastMove]:
    """What the crew did: signed within seconds, drove about as long as was foreseen, worked, reported."""
    late = 2.5 if each.late else 1.0
    steps: list[tuple[str, float, str]] = [
        ("offered", 1.0, ""),
        ("delivered", 2.0, ""),
        ("acknowledged", float(rng.uniform(4, 25)), ""),
        ("en_route", float(rng.uniform(5, 40)), ""),
        ("on_scene", travel_s * late * float(rng.lognormal(0.0, 0.25)), ""),
    ]
    if each.end in {"false", "transferred"}:
        steps.append(
            ("recalled", float(rng.uniform(120, 600)), "现场未发现异常" if each.end == "false" else "移交主管单位")
        )
    else:
        steps.append(("cleared", float(rng.uniform(300, 2400)), ""))
        if each.end != "active":
            steps.append(("reported", float(rng.uniform(60, 600)), result))
    at, way = each.at, []
    for state, after_s, text in steps:
        at += timedelta(seconds=round(after_s, 1))
        way.append((state, at, text))
    return way


def _moves(each: _Drawn, way: Sequence[incidents.PastMove], rng: np.random.Generator) -> list[incidents.PastMove]:
    """What became of the case, after its crew."""
    at = {state: moment for state, moment, _text in way}
    moves: list[incidents.PastMove] = [("active", at["acknowledged"], "")]
    if each.end in {"false", "transferred"}:
        return [*moves, (each.end, way[-1][1], way[-1][2])]
    if each.end == "active":
        return moves
    moves.append(("reported", at["reported"], ""))
    then = at["reported"]

    def follow(state: str, low_min: float, high_min: float, text: str) -> None:
        nonlocal then
        then += timedelta(minutes=round(float(rng.uniform(low_min, high_min)), 2))
        moves.append((state, then, text))

    if each.end == "reported":
        return moves
    if each.end == "returned":
        follow("returned", 10, 60, "反馈缺少现场照片，请补充")
        return moves
    follow("reviewed", 10, 180, "反馈属实")
    if each.end == "reviewed":
        return moves
    follow("closed", 2, 60, "办结")
    if each.end.startswith("reopened"):
        follow("reopened", 30, 60, "群众反映问题仍在")
    if each.end == "reopened_closed":
        follow("pending", 1, 5, "重新受理")
        follow("reported", 20, 60, "养护单位已复修")
        follow("reviewed", 10, 60, "属实")
        follow("closed", 2, 20, "办结")
    return moves


def _pressed(row: incidents.PastCase, each: _Drawn, now: datetime) -> incidents.PastCase:
    """Lateness and presses; of what is over they are answered. Moves that would lie ahead of now are left out."""
    row = replace(row, moves=[move for move in row.moves if move[1] < now])
    settled = (
        row.moves[-1][1] if row.moves and row.moves[-1][0] in {"closed", "false", "merged", "transferred"} else None
    )
    last = settled or now
    presses = []
    late_at = min(each.at + timedelta(minutes=40), last - timedelta(minutes=1))
    if each.late:
        stage = "close" if settled is None else "arrive"
        presses.append(incidents.PastPress("overdue", stage, LOWEST_RANK, late_at, settled_at=settled))
    if each.ordered:
        moment = min(each.at + timedelta(minutes=55), last - timedelta(seconds=30))
        presses.append(
            incidents.PastPress("ordered", "ordered", LOWEST_RANK, moment, "请今日办结并回复（示例）", settled)
        )
    return replace(row, presses=presses, overdue_since=late_at if each.late else None)


def _merged(rows: Sequence[incidents.PastCase]) -> list[incidents.PastCase]:
    """What was the same case goes into one near it in time; the first of all has nothing to go into."""
    found = []
    for number, row in enumerate(rows):
        if row.moves and row.moves[-1][0] == "merged":
            target = rows[number - 1] if number else rows[-1]
            if target.moves and target.moves[-1][0] == "merged":
                target = next((each for each in rows if not each.moves or each.moves[-1][0] != "merged"), row)
            row = replace(row, merged_into=target.key if target is not row else "")
        found.append(row)
    return found
