"""A coarse outline of mainland China, only to decide where GCJ-02 and BD-09 shift coordinates at all (Django-free).

Drawn by hand from well-known border towns, rivers and capes; it claims nothing about borders. Along the coast it runs
10 to 80 km out at sea. On land it is off by up to about 90 km in empty mountains and deserts, usually less than 30
km. Within that strip a place may be taken for the wrong side: there a conversion is wrong by the size of the shift
(up to 0.7 km for GCJ-02). At the borders of Hong Kong and Macao, where towns touch, the error is below about 1 km.
Hong Kong, Macao and Taiwan with Penghu are outside; the islands of the South China Sea south of Hainan are outside
too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# fmt: off
OUTLINE: tuple[tuple[float, float], ...] = (
    # Gulf of Tonkin, then west along Vietnam, Laos and Myanmar
    (108.10, 21.40), (107.35, 21.60), (106.70, 21.98), (106.60, 22.35), (106.75, 22.80), (105.85, 22.95),
    (105.35, 23.33), (104.80, 22.85), (103.96, 22.50), (103.50, 22.70), (102.45, 22.70), (102.14, 22.40),
    (101.60, 22.25), (101.80, 21.12), (101.35, 21.16), (101.15, 21.45), (100.10, 21.50), (99.95, 22.05),
    (99.20, 22.13), (99.40, 22.95), (98.90, 23.20), (98.80, 24.10), (97.55, 23.92), (97.60, 24.45), (98.15, 25.60),
    (98.70, 25.90), (98.70, 27.50), (98.20, 27.70), (97.35, 28.25),
    # along the Himalaya and the Karakoram
    (96.30, 28.40), (95.30, 29.10), (94.20, 29.05), (92.60, 27.90), (91.60, 27.80), (90.30, 28.20), (89.60, 28.15),
    (88.90, 27.28), (88.75, 28.05), (88.10, 27.90), (86.90, 27.97), (85.90, 27.95), (85.10, 28.35), (84.20, 28.85),
    (83.30, 29.45), (82.10, 30.20), (81.20, 30.05), (79.60, 30.90), (78.75, 31.40), (78.50, 32.55), (79.35, 32.60),
    (78.85, 33.80), (78.60, 34.60), (77.85, 35.45), (76.40, 35.85), (75.15, 36.95), (74.55, 37.10), (74.90, 38.40),
    (73.85, 38.50), (73.60, 39.45), (74.80, 40.40),
    # Tian Shan, Altai and the Gobi
    (76.40, 40.40), (78.10, 41.05), (80.20, 42.05), (80.30, 43.05), (80.75, 43.20), (80.30, 44.30), (80.00, 45.00),
    (82.50, 45.15), (82.30, 45.55), (83.00, 47.20), (85.50, 47.05), (85.70, 48.40), (86.85, 49.10), (87.80, 49.15),
    (88.60, 48.20), (90.10, 47.90), (91.00, 46.70), (90.70, 45.40), (93.50, 44.95), (95.40, 44.25), (96.40, 42.73),
    (99.50, 42.58), (101.80, 42.50), (105.00, 41.62), (107.40, 42.45), (109.50, 42.45), (110.40, 42.75),
    (111.95, 43.70), (111.50, 44.25), (111.95, 45.08), (113.60, 44.75), (114.50, 45.38), (116.00, 45.70),
    (117.40, 46.38), (119.70, 46.65), (118.50, 47.95), (117.30, 47.65), (115.60, 47.92), (116.00, 48.80),
    (116.70, 49.85), (117.80, 49.52),
    # Argun, Amur and Ussuri
    (119.30, 50.25), (120.10, 51.65), (120.75, 52.50), (121.00, 53.28), (123.55, 53.56), (125.60, 53.08),
    (126.95, 51.35), (127.52, 50.27), (127.75, 49.60), (130.00, 48.92), (130.75, 48.85), (130.90, 47.75),
    (132.50, 47.75), (133.10, 48.12), (134.30, 48.40), (134.75, 48.42), (135.08, 48.42), (134.75, 47.75),
    (133.90, 46.30), (133.10, 45.10), (131.85, 45.33), (131.05, 44.85), (131.30, 44.00), (131.25, 43.50),
    (130.55, 42.70), (130.65, 42.42),
    # Tumen and Yalu
    (129.90, 43.00), (129.30, 42.42), (128.10, 42.02), (128.30, 41.38), (126.90, 41.78), (126.00, 40.92),
    (124.42, 40.10), (124.25, 39.70),
    # Yellow Sea, East China Sea, the middle of the strait, South China Sea, round Hainan
    (123.00, 38.70), (121.70, 38.20), (123.10, 37.70), (123.00, 36.50), (121.30, 35.30), (121.40, 34.00),
    (122.30, 32.60), (122.70, 31.50), (123.30, 30.80), (123.00, 29.20), (122.20, 28.00), (121.20, 26.90),
    (120.60, 26.00), (120.25, 25.40), (119.55, 24.75), (118.80, 24.05), (118.00, 23.30), (117.00, 22.90),
    (115.50, 22.35), (114.80, 22.00), (113.70, 21.60), (112.50, 21.25), (111.20, 20.80), (111.50, 20.10),
    (111.30, 19.40), (110.80, 18.50), (110.20, 18.05), (109.50, 17.90), (108.55, 18.20), (108.35, 19.20),
    (108.90, 20.10), (108.85, 20.85), (108.30, 21.30),
)

HONG_KONG: tuple[tuple[float, float], ...] = (
    (113.835, 22.150), (113.835, 22.330), (113.870, 22.420), (113.930, 22.450), (113.960, 22.480), (114.020, 22.500),
    (114.055, 22.504), (114.066, 22.514), (114.080, 22.517), (114.090, 22.528), (114.100, 22.533), (114.114, 22.532),
    (114.130, 22.540), (114.150, 22.545), (114.164, 22.560), (114.180, 22.556), (114.205, 22.557), (114.225, 22.550),
    (114.260, 22.548), (114.330, 22.570), (114.450, 22.560), (114.500, 22.400), (114.500, 22.150),
)

MACAO: tuple[tuple[float, float], ...] = (
    (113.534, 22.2125), (113.549, 22.2163), (113.559, 22.2150), (113.600, 22.2200), (113.620, 22.1000),
    (113.552, 22.1000), (113.546, 22.1200), (113.546, 22.1400), (113.541, 22.1600), (113.5355, 22.1850),
    (113.532, 22.2000),
)
# fmt: on

WEST, SOUTH, EAST, NORTH = 73.0, 17.5, 135.6, 54.0
"""A box around the outline, for a quick answer and for guessing swapped coordinates."""

_CHUNK = 20_000


def inside(lon: Floats, lat: Floats) -> Bools:
    """Whether places (degrees, 1-d arrays) lie in the coarse mainland outline and outside Hong Kong and Macao."""
    result = (lon > WEST) & (lon < EAST) & (lat > SOUTH) & (lat < NORTH)
    hits = np.flatnonzero(result)
    for start in range(0, hits.size, _CHUNK):
        part = hits[start : start + _CHUNK]
        x, y = lon[part], lat[part]
        result[part] = _within(x, y, _OUTLINE_RING) & ~_within(x, y, _HONG_KONG_RING) & ~_within(x, y, _MACAO_RING)
    return result


def _ring(points: tuple[tuple[float, float], ...]) -> tuple[Floats, Floats, Floats, Floats]:
    """Edges of a closed ring as x, y of their start, then x, y of their end."""
    start = np.array(points, dtype=np.float64)
    end = np.roll(start, -1, axis=0)
    return start[:, 0], start[:, 1], end[:, 0], end[:, 1]


def _within(x: Floats, y: Floats, ring: tuple[Floats, Floats, Floats, Floats]) -> Bools:
    """Even-odd rule: count the edges that a ray to the east crosses."""
    x0, y0, x1, y1 = ring
    px, py = x[:, None], y[:, None]
    spans = (y0 > py) != (y1 > py)
    # Horizontal edges never span, so their zero height is replaced to keep the division quiet.
    height = np.where(y1 == y0, 1.0, y1 - y0)
    crosses = spans & (px < (x1 - x0) * (py - y0) / height + x0)
    odd: Bools = crosses.sum(axis=1) % 2 == 1
    return odd


_OUTLINE_RING = _ring(OUTLINE)
_HONG_KONG_RING = _ring(HONG_KONG)
_MACAO_RING = _ring(MACAO)
