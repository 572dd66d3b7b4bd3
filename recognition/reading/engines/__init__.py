"""Engines other than the house's own, each in a file and imported only when it is asked for."""
