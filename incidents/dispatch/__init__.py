"""Django-free engine: candidates, constraints, ranking, plan with reasons. Gathering and committing are services."""
