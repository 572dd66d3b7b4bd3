"""The values of this deployment, read once."""

from __future__ import annotations

from config import environment

ENVIRONMENT = environment.read()
ROOT = environment.ROOT
LUZHANG_VAR = ENVIRONMENT.var
LUZHANG_SIMULATION = ENVIRONMENT.simulation
