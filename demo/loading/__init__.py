"""Writes a generated organisation into the database, through the services that people use."""
