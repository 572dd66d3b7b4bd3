"""The live feed: server-sent events from ASGI, resumable, filtered by what each reader may see."""
