"""A queue of incidents solved as an assignment at every event, against first come, first served.

Real Porto, junction level, 50 units, Poisson arrivals for 12 h, exponential service of 30 min, places uniform over the
roads, a tenth of the incidents red and three tenths yellow: the set-up of trials/dispatch.md §5, with grades. Travel
times between 300 sites come from full searches of the product's network; the queue is solved by the product's
`incidents.dispatch.queue`. All policies get the same incidents; the first fifth (warming up) is not counted, whoever
still waits at the end is served and counted.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.networks import BenchNetwork, porto
from bench.report import Report, percentile, say
from incidents.dispatch.policy import DispatchPolicy
from incidents.dispatch.queue import Waiting, solve
from roads.network.nearest import Units, seeds_of
from roads.network.oracle import ArcPlace, Oracle
from roads.network.placement import Placement
from roads.network.profiles import Profile

SITES, UNITS = 300, 50
HOURS, SERVICE_S, SITE_SEED, SEEDS = 12, 30 * 60.0, 5, (1, 2, 3)
MORE_SEEDS = tuple(range(4, 13))  # whether a queue forms at 54/h at all is a matter of the day
GRADES, SHARES = ("red", "yellow", "blue"), (0.1, 0.3, 0.6)
NEVER_S = 1e9
WARM_UP = 0.2
ROAD = "road, first come"
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class City:
    """Seconds by road and metres in a straight line from site to site."""

    road_s: Matrix
    straight_m: Matrix


@dataclass(frozen=True, slots=True)
class Demand:
    """One day: arrival times, sites, grades, service times; and where the units start."""

    at_s: Matrix
    site: npt.NDArray[np.int64]
    grade: list[str]
    service_s: Matrix
    start: npt.NDArray[np.int64]


@dataclass(slots=True)
class Outcome:
    """Seconds by incident: until somebody was sent, and until they were there. Share of the units' time in use."""

    wait_s: Matrix
    response_s: Matrix
    in_use: float = 0.0


# Free units' sites, waiting incidents, now -> (position in the free list, incident) of those to send now.
Dispatch = Callable[[list[int], list[int], Demand, float], list[tuple[int, int]]]


def city_of(net: BenchNetwork, rng: np.random.Generator) -> City:
    """Sites at random places that can reach each other. A few columns are checked by plain Dijkstra."""
    places = net.places(SITES, rng)
    road_s = _road_matrix(net, places)
    kept = np.flatnonzero((road_s < NEVER_S).mean(axis=0) > 0.9)
    kept = kept[(road_s[np.ix_(kept, kept)] < NEVER_S).all(axis=1)]
    _confirm(net.oracle(), places, road_s, kept[:3])
    lon, lat = (np.array([getattr(several[0], name) for several in places])[kept] for name in ("lon", "lat"))
    x, y = lon * np.cos(np.radians(lat.mean())) * 111_195.0, lat * 111_195.0
    say(f"  {kept.size} sites, mean {road_s[np.ix_(kept, kept)].mean() / 60:.1f} min from one to another")
    return City(road_s[np.ix_(kept, kept)], np.hypot(x[:, None] - x, y[:, None] - y))


def _road_matrix(net: BenchNetwork, places: list[list[Placement]]) -> Matrix:
    units = Units.from_placements(places)
    view, nearest = net.network.weights.current(Profile.DRIVE), net.network.searcher
    road_s = np.full((len(places), len(places)), NEVER_S)
    for j, target in enumerate(places):
        arcs, fractions = seeds_of(target)
        for near in nearest.search(view, units, arcs, fractions, len(places)).units:
            road_s[near.unit, j] = near.total_ms / 1000.0
    return road_s


def _confirm(oracle: Oracle, places: list[list[Placement]], road_s: Matrix, columns: npt.NDArray[np.int64]) -> None:
    flat = [(i, p.tail, p.head, p.fraction) for i, several in enumerate(places) for p in several]
    unit, tail, head, fraction = (np.array(column) for column in zip(*flat, strict=True))
    for j in columns.tolist():
        target = [ArcPlace(p.tail, p.head, p.fraction) for p in places[j]]
        plain = oracle.totals_s(target, unit, tail, head, fraction, np.zeros(len(places)))
        if not np.allclose(np.minimum(plain, NEVER_S), road_s[:, j], atol=0.1):
            raise AssertionError(f"travel times to site {j} differ from plain Dijkstra")


def demand_of(city: City, per_hour: float, seed: int) -> Demand:
    """Incidents of one day, drawn in the order of trials/dispatch.md §5 (its days are ours); every policy gets the
    same."""
    rng = np.random.default_rng(seed)
    count, sites = int(per_hour * HOURS), city.road_s.shape[0]
    at_s = np.cumsum(rng.exponential(3600.0 / per_hour, count))
    site = rng.integers(0, sites, count)
    service_s = rng.exponential(SERVICE_S, count)
    start = rng.integers(0, sites, UNITS)
    return Demand(at_s, site, rng.choice(GRADES, count, p=SHARES).tolist(), service_s, start)


def first_come(cost: Matrix) -> Dispatch:
    """The oldest incident gets the free unit with the least `cost`, then the next oldest."""

    def dispatch(free: list[int], waiting: list[int], demand: Demand, now_s: float) -> list[tuple[int, int]]:
        left, sent = list(range(len(free))), []
        for incident in waiting[: len(free)]:
            best = min(left, key=lambda i: cost[free[i], demand.site[incident]])
            left.remove(best)
            sent.append((best, incident))
        return sent

    return dispatch


def solved(road_s: Matrix) -> Dispatch:
    """The product: its queue solved at every event over the M nearest free units of every incident."""
    policy = DispatchPolicy()

    def dispatch(free: list[int], waiting: list[int], demand: Demand, now_s: float) -> list[tuple[int, int]]:
        rows, sites = [], np.array(free)
        for incident in waiting:
            total_ms = np.rint(road_s[sites, demand.site[incident]] * 1000).astype(np.int64)
            nearest = np.argsort(total_ms, kind="stable")[: len(waiting)].tolist()
            totals = {i: int(total_ms[i]) for i in nearest}
            rows.append(Waiting(incident, demand.grade[incident], now_s - float(demand.at_s[incident]), totals))
        return [(match.tour_id, match.incident_id) for match in solve(rows, policy)]

    return dispatch


def simulate(city: City, demand: Demand, dispatch: Dispatch) -> Outcome:
    """Run a day: whenever an incident comes or a unit is free again, ask whom to send."""
    count = demand.at_s.size
    outcome = Outcome(np.zeros(count), np.zeros(count))
    site = demand.start.tolist()
    free: list[int] = list(range(UNITS))
    waiting: list[int] = []
    back: list[tuple[float, int]] = []
    coming, now_s = 0, 0.0
    while coming < count or waiting:
        next_back = back[0][0] if back else NEVER_S
        next_new = float(demand.at_s[coming]) if coming < count else NEVER_S
        now_s = min(next_back, next_new)
        if next_back <= next_new:
            free.append(heapq.heappop(back)[1])
        else:
            waiting.append(coming)
            coming += 1
        if not (free and waiting):
            continue
        sent = dispatch([site[u] for u in free], waiting, demand, now_s)
        for place, incident in sent:
            unit = free[place]
            drive_s = float(city.road_s[site[unit], demand.site[incident]])
            outcome.wait_s[incident] = now_s - demand.at_s[incident]
            outcome.response_s[incident] = outcome.wait_s[incident] + drive_s
            outcome.in_use += drive_s + float(demand.service_s[incident])
            site[unit] = int(demand.site[incident])
            heapq.heappush(back, (now_s + drive_s + float(demand.service_s[incident]), unit))
        gone_units, gone = {place for place, _ in sent}, {incident for _, incident in sent}
        free = [unit for i, unit in enumerate(free) if i not in gone_units]
        waiting = [incident for incident in waiting if incident not in gone]
    outcome.in_use /= UNITS * now_s
    return outcome


@dataclass(frozen=True, slots=True)
class Figures:
    """Minutes over all seeds: mean and 95th percentile of the response by grade ('all' too), longest wait, use."""

    mean: dict[str, float]
    p95: dict[str, float]
    longest_wait: float
    longest_wait_by_grade: dict[str, float]
    in_use: float


def figures(days: list[tuple[Demand, Outcome]]) -> Figures:
    """Figures over several days, without their first fifth; the longest wait counts everybody."""
    response: dict[str, list[float]] = {"all": [], **{grade: [] for grade in GRADES}}
    longest = dict.fromkeys(GRADES, 0.0)
    for demand, outcome in days:
        for i, grade in enumerate(demand.grade):
            longest[grade] = max(longest[grade], float(outcome.wait_s[i]) / 60.0)
            if i >= WARM_UP * len(demand.grade):
                for key in ("all", grade):
                    response[key].append(float(outcome.response_s[i]) / 60.0)
    return Figures(
        {key: sum(values) / len(values) for key, values in response.items()},
        {key: percentile(values, 0.95) for key, values in response.items()},
        max(longest.values()),
        longest,
        sum(outcome.in_use for _, outcome in days) / len(days),
    )


def run(json: bool) -> dict[str, object]:
    """Checks: mean response at least 25 % (54/h) and 60 % (63/h) under first come by road; nobody starves."""
    report = Report("queue")
    net = porto()
    if net is None:
        report.skip("all", "the shared OSM extract of Porto is not on this machine")
        return report.as_dict()
    city = city_of(net, np.random.default_rng(SITE_SEED))
    policies = {
        "ours": solved(city.road_s),
        "straight line, first come": first_come(city.straight_m),
        ROAD: first_come(city.road_s),
    }
    longest: dict[str, float] = {"ours": 0.0, ROAD: 0.0}
    for per_hour, target in ((54, 0.25), (63, 0.60)):
        found = {name: figures(_days(city, per_hour, SEEDS, policy)) for name, policy in policies.items()}
        _rows(report, f"{per_hour}/h", found)
        gain = 1 - found["ours"].mean["all"] / found[ROAD].mean["all"]
        report.check(f"mean_{per_hour}", round(gain, 3), f">= {target} under first come by road", gain >= target)
        longest = {name: max(known, found[name].longest_wait) for name, known in longest.items()}
        more = {name: figures(_days(city, per_hour, MORE_SEEDS, policies[name])) for name in ("ours", ROAD)}
        case = f"{per_hour}/h, all, mean response of {len(MORE_SEEDS)} other days (not checked)"
        report.row(case, more["ours"].mean["all"], "min", more[ROAD].mean["all"], ROAD)
    ours, road = longest["ours"], longest[ROAD]
    target_text = f"longest wait in min <= {road:.0f}, that of first come by road"
    report.check("none_starved", round(ours, 1), target_text, ours <= road)
    return report.as_dict()


def _days(city: City, per_hour: float, seeds: tuple[int, ...], policy: Dispatch) -> list[tuple[Demand, Outcome]]:
    days = [demand_of(city, per_hour, seed) for seed in seeds]
    return [(day, simulate(city, day, policy)) for day in days]


def _rows(report: Report, rate: str, found: dict[str, Figures]) -> None:
    ours = found["ours"]
    for name, peer in found.items():
        if name == "ours":
            continue
        for key in ("all", *GRADES):
            report.row(f"{rate}, {key}, mean response", ours.mean[key], "min", peer.mean[key], name)
            report.row(f"{rate}, {key}, p95 response", ours.p95[key], "min", peer.p95[key], name)
        for grade in GRADES:
            waits = ours.longest_wait_by_grade[grade], peer.longest_wait_by_grade[grade]
            report.row(f"{rate}, {grade}, longest wait", waits[0], "min", waits[1], name)
        report.row(f"{rate}, use of units", ours.in_use, "share", peer.in_use, name)
