"""The generated county, its simulated people and their commands. Imports all rooms, imported by none."""
