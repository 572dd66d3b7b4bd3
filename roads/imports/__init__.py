"""Rows of tables that counties keep of their roads and chiefs."""
