"""Recorded decisions checked by other means: scipy and the exported arrays only, nothing of engine or search."""
