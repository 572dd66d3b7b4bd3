"""Django's settings: one part a concern. What differs between deployments comes from the environment."""

from __future__ import annotations

from config.settings import geo  # noqa: F401  first: it may point GeoDjango to the libraries of the wheels
from config.settings.api import *
from config.settings.applications import *
from config.settings.data import *
from config.settings.geo import *
from config.settings.language import *
from config.settings.logs import *
from config.settings.recognition import *
from config.settings.security import *
from config.settings.values import LUZHANG_SIMULATION as LUZHANG_SIMULATION
from config.settings.values import LUZHANG_VAR as LUZHANG_VAR
