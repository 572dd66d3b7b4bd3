"""The stations room's part of /api/v1/."""
