"""Template tags of the maps room."""
