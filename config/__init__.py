"""Wiring: settings, addresses, ASGI, Celery and the launcher behind `./run`. Imports all rooms, is imported by none."""
