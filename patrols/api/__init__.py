"""The patrols room under /api/v1/patrols/."""
