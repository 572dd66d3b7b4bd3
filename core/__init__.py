"""Kernel of the house: what belongs to no room. Imports no room."""
