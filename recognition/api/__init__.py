"""The recognition room's part of /api/v1/."""
