"""The search loops, compiled: exact K nearest units by a reverse Dijkstra that stops when K are certain, and paths.

Labels are int64: `generation << 32 | distance`, where newer searches use smaller generations, so that one comparison
asks both "is this label of my search" and "is it shorter", and nothing is cleared between searches. Heap entries are
`distance << 32 | state`: equal distances settle in order of state, so that the same input gives the same answer.
"""

from __future__ import annotations

import numpy as np

from .compiled import compiled

INF = 2**30
OPEN_MASK = INF - 1
NO_LIMIT = 2**31 - 2
STATE_MASK = 0xFFFFFFFF

# Slots of the `control` array that carries a search from one slice to the next.
SIZE, SETTLED, FOUND, DONE = 0, 1, 2, 3


@compiled
def _push(heap, size, key):  # type: ignore[no-untyped-def]
    j = size
    while j > 0:
        q = (j - 1) >> 2
        if heap[q] <= key:
            break
        heap[j] = heap[q]
        j = q
    heap[j] = key


@compiled
def _sift(heap, size, key):  # type: ignore[no-untyped-def]
    """Put `key` at the root of a heap of `size` entries whose root is free."""
    j = 0
    while True:
        c = 4 * j + 1
        if c >= size:
            break
        m = c
        low = heap[c]
        for x in range(c + 1, min(c + 4, size)):
            if heap[x] < low:
                low = heap[x]
                m = x
        if low >= key:
            break
        heap[j] = low
        j = m
    heap[j] = key


@compiled
def _offer(total, unit, alternative, k, found, best_total, best_unit, best_alternative):  # type: ignore[no-untyped-def]
    """Enter a unit's total into the sorted list of the K best, ties by unit number; returns how many the list holds."""
    end = -1
    for i in range(found):
        if best_unit[i] == unit:
            if best_total[i] <= total:
                return found
            end = i
            break
    if end < 0:
        if found < k:
            end = found
            found += 1
        else:
            end = k - 1
            if total > best_total[end] or (total == best_total[end] and unit > best_unit[end]):
                return found
    while end > 0 and (best_total[end - 1] > total or (best_total[end - 1] == total and best_unit[end - 1] > unit)):
        best_total[end] = best_total[end - 1]
        best_unit[end] = best_unit[end - 1]
        best_alternative[end] = best_alternative[end - 1]
        end -= 1
    best_total[end] = total
    best_unit[end] = unit
    best_alternative[end] = alternative
    return found


@compiled
def leave_cost_ms(weight, blocked_from, blocked_to, arc, fraction):  # type: ignore[no-untyped-def]
    """Time from `fraction` of an arc to its head; INF where a block lies ahead. A unit inside a block may drive out of
    it."""
    w = weight[arc]
    if w == INF:
        return INF
    if w > INF:
        w = w & OPEN_MASK
        if fraction < blocked_from[arc]:
            return INF
    return int(np.floor((1.0 - fraction) * w + 0.5))


@compiled
def enter_cost_ms(weight, blocked_from, blocked_to, arc, fraction):  # type: ignore[no-untyped-def]
    """Time from an arc's tail to `fraction`; up to the block for a point inside one; INF for a point beyond it."""
    w = weight[arc]
    if w == INF:
        return INF
    if w > INF:
        w = w & OPEN_MASK
        if fraction > blocked_to[arc]:
            return INF
        fraction = min(fraction, float(blocked_from[arc]))
    return int(np.floor(fraction * w + 0.5))


@compiled
def direct_cost_ms(weight, blocked_from, blocked_to, arc, start, stop):  # type: ignore[no-untyped-def]
    """Time along one arc from fraction `start` to `stop`; INF where that is backwards or a block lies between."""
    w = weight[arc]
    if w == INF or start > stop:
        return INF
    if w > INF:
        w = w & OPEN_MASK
        if start < blocked_from[arc]:
            if stop > blocked_to[arc]:
                return INF
            stop = min(stop, float(blocked_from[arc]))
    return int(np.floor((stop - start) * w + 0.5))


@compiled
def place_units(weight, blocked_from, blocked_to, head, arcs, fractions, units, offsets, costs, states):  # type: ignore[no-untyped-def]
    """Cost (offset included) and head state of each alternative; returns the smallest cost. Unusable: cost INF."""
    least = INF
    for i in range(arcs.size):
        cost = leave_cost_ms(weight, blocked_from, blocked_to, arcs[i], fractions[i])
        if cost < INF:
            cost += offsets[units[i]]
            least = min(least, cost)
        costs[i] = cost
        states[i] = head[arcs[i]]
    return least


@compiled
def register_units(bits, first, following, old_states, states):  # type: ignore[no-untyped-def]
    """Chain alternatives by head state: a bit per state says whether `first` holds a chain, `following` links it."""
    for i in range(old_states.size):
        bits[old_states[i] >> 3] = 0
    for i in range(states.size - 1, -1, -1):
        v = states[i]
        mask = 1 << (v & 7)
        following[i] = first[v] if bits[v >> 3] & mask else -1
        first[v] = i
        bits[v >> 3] |= mask


@compiled
def nearest_slice(  # type: ignore[no-untyped-def]
    span,
    tail,
    head,
    weight,
    blocked_from,
    blocked_to,
    high,
    seed_arc,
    seed_fraction,
    bits,
    first,
    following,
    arcs,
    fractions,
    units,
    costs,
    offsets,
    eligible,
    least,
    k,
    limit,
    slice_end,
    labels,
    heap,
    control,
    best_total,
    best_unit,
    best_alternative,
):
    """Search until done or until `slice_end` states are settled. `control` all zero starts; calling again goes on.

    `high` is this search's generation in the upper half. A unit's total is certain once distance + `least` (the
    smallest cost any alternative still to come can have) exceeds it.
    """
    size, settled, found = control[SIZE], control[SETTLED], control[FOUND]
    masked = eligible.size > 0
    if settled == 0 and size == 0:
        for s in range(seed_arc.size):
            arc = seed_arc[s]
            v = head[arc]
            if bits[v >> 3] & (1 << (v & 7)):
                i = first[v]
                while i >= 0:
                    if arcs[i] == arc and not (masked and not eligible[units[i]]):
                        cost = direct_cost_ms(weight, blocked_from, blocked_to, arc, fractions[i], seed_fraction[s])
                        if cost < INF and cost + offsets[units[i]] <= limit:
                            total = cost + offsets[units[i]]
                            found = _offer(total, units[i], i, k, found, best_total, best_unit, best_alternative)
                    i = following[i]
            cost = enter_cost_ms(weight, blocked_from, blocked_to, arc, seed_fraction[s])
            v = tail[arc]
            if cost < INF and (high | cost) < labels[v]:
                labels[v] = high | cost
                _push(heap, size, (cost << 32) | v)
                size += 1
    bound = best_total[k - 1] if found == k else limit
    done = 1
    while size > 0:
        key = heap[0]
        d = key >> 32
        if d + least > bound:
            break
        if settled >= slice_end:
            done = 0
            break
        v = key & STATE_MASK
        size -= 1
        if size > 0:
            _sift(heap, size, heap[size])
        if labels[v] != (high | d):
            continue
        settled += 1
        if bits[v >> 3] & (1 << (v & 7)):
            i = first[v]
            while i >= 0:
                if costs[i] < INF and d + costs[i] <= bound and not (masked and not eligible[units[i]]):
                    found = _offer(d + costs[i], units[i], i, k, found, best_total, best_unit, best_alternative)
                    if found == k:
                        bound = best_total[k - 1]
                i = following[i]
        room = bound - least
        for a in range(span[v, 0], span[v, 1]):
            nd = d + weight[a]
            if nd <= room and weight[a] < INF:
                u = tail[a]
                if (high | nd) < labels[u]:
                    labels[u] = high | nd
                    _push(heap, size, (nd << 32) | u)
                    size += 1
    control[SIZE], control[SETTLED], control[FOUND], control[DONE] = size, settled, found, done


@compiled
def path_search(  # type: ignore[no-untyped-def]
    span,
    tail,
    weight,
    high,
    seed_state,
    seed_cost,
    start_state,
    start_cost,
    labels,
    heap,
    via,
    best,
):
    """Reverse search from the seeds until the cheapest start is certain. `via[state]` becomes the arc to take from it
    (-1 at a seed). `best` becomes (total ms, index of start, settled); index -1 when no start reaches a seed."""
    size = 0
    settled = 0
    best[0], best[1] = 2**62, -1
    for s in range(seed_state.size):
        v, cost = seed_state[s], seed_cost[s]
        if cost < INF and (high | cost) < labels[v]:
            labels[v] = high | cost
            via[v] = -1
            _push(heap, size, (cost << 32) | v)
            size += 1
    while size > 0:
        key = heap[0]
        d = key >> 32
        v = key & STATE_MASK
        if d >= best[0]:
            break
        size -= 1
        if size > 0:
            _sift(heap, size, heap[size])
        if labels[v] != (high | d):
            continue
        settled += 1
        for i in range(start_state.size):
            if start_state[i] == v and start_cost[i] < INF and d + start_cost[i] < best[0]:
                best[0], best[1] = d + start_cost[i], i
        for a in range(span[v, 0], span[v, 1]):
            if weight[a] < INF:
                nd = d + weight[a]
                u = tail[a]
                if (high | nd) < labels[u]:
                    labels[u] = high | nd
                    via[u] = a
                    _push(heap, size, (nd << 32) | u)
                    size += 1
    best[2] = settled
