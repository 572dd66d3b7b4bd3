"""Views that are no part of the REST API: `/VIID/…`."""
