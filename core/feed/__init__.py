"""The feed: committed events in one order, with a cursor that never skips a late commit."""
