"""Taking passages in: `/VIID/…` as raw ASGI, and the SQL of their tables."""
