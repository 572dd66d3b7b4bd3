"""`python -m demo.county [NODES [SEED]]`: size, time and harshness of a generated county, as one JSON object."""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from .generate import county_generate
from .measure import drive_net, straight_line_wrong

INCIDENTS = 300


def main(nodes: int = 8000, seed: int = 1) -> None:
    """Generate and print."""
    start = time.process_time()
    county = county_generate(nodes=nodes, seed=seed)
    spent_s = time.process_time() - start
    net = drive_net(county.source)
    line = straight_line_wrong(county.source, net, units=100, incidents=INCIDENTS, seed=seed)
    result = {
        "asked": nodes,
        "junctions": county.junction_count,
        "nodes": county.source.node_count,
        "ways": county.source.way_count,
        "axes": len(county.axes),
        "restrictions": int(county.source.restriction_kind.size),
        "oneway_share": round(float((county.source.way_oneway != 0).mean()), 3),
        "area_km2": round(county.area_km2, 1),
        "connected_share": round(float(np.sum(net.junction & net.core) / county.junction_count), 4),
        "straight_line_wrong_share": round(line.wrong_share, 3),
        "straight_line_added_mean_s": round(line.added_mean_s, 1),
        "cpu_s": round(spent_s, 2),
    }
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]))
