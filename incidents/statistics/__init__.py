"""Figures of incidents: counted day by day from the rows, read by day, kind or grade."""
