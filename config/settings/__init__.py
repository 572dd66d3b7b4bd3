"""Django's settings: one part a concern, put together here. What differs between deployments comes from the environment."""

from __future__ import annotations

from config.settings import geo  # noqa: F401  first: it may point GeoDjango to the libraries of the wheels
from config.settings.api import *  # noqa: F403
from config.settings.applications import *  # noqa: F403
from config.settings.data import *  # noqa: F403
from config.settings.geo import *  # noqa: F403
from config.settings.language import *  # noqa: F403
from config.settings.logs import *  # noqa: F403
from config.settings.security import *  # noqa: F403
from config.settings.values import LUZHANG_SIMULATION as LUZHANG_SIMULATION
from config.settings.values import LUZHANG_VAR as LUZHANG_VAR
