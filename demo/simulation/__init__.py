"""Simulated crews, events and desks that use the house from outside: trackers, API and live stream over HTTP."""
