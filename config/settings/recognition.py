"""Comparison of passages, and devices by GA/T 1400."""

from __future__ import annotations

__all__ = ["LUZHANG_LOOK_ALIKE_BELOW", "LUZHANG_VIID_KEEPALIVE_S", "LUZHANG_VIID_SERVER_ID"]

# Readings less sure than this, or of unknown sureness, are also compared with plates that look alike.
LUZHANG_LOOK_ALIKE_BELOW = 0.9
# How often a device has to be heard; three times missed and it counts as off line.
LUZHANG_VIID_KEEPALIVE_S = 60
# Our own number towards devices: 20 digits, given by the authority that runs the deployment.
LUZHANG_VIID_SERVER_ID = "00000000005030000001"
