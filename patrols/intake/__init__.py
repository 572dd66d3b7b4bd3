"""Tracker intake: a raw ASGI route beside Django's app. Fixes are batched, stored by COPY + one merge, then answered."""
