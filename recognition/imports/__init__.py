"""Rows of spreadsheets: the watch-list."""
