"""Recorded decisions checked by other means: scipy and the exported arrays only, nothing of the engine or the search."""
