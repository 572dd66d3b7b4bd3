"""Django-free routing: immutable graph files, travel time, exact nearest-units search, snapping, map matching."""
