"""Tracker intake: a raw ASGI route beside Django's app. Fixes are batched, stored by COPY and merge, then answered."""
