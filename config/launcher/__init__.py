"""What stands behind `./run`: private services, process supervision, and its sub-commands. Needs no Django."""
