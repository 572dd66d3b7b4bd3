"""One county for all tests of the generator."""

from __future__ import annotations

import pytest

from demo.county import County, county_generate
from demo.county.measure import DriveNet, drive_net


@pytest.fixture(scope="session")
def county() -> County:
    """The default county."""
    return county_generate(nodes=8000, seed=1)


@pytest.fixture(scope="session")
def county_net(county: County) -> DriveNet:
    """Its drive graph."""
    return drive_net(county.source)
