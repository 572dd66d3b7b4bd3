"""Coordinates: named reference systems and datums (Django-free)."""
