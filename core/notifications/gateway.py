"""The interface of gateways and their registry."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from django.conf import settings
from django.utils.module_loading import import_string

from core.errors import Unavailable

DEFAULT_GATEWAYS = {
    "console": "core.notifications.console.ConsoleGateway",
    "sms": "core.notifications.console.ConsoleGateway",
    "voice": "core.notifications.console.ConsoleGateway",
    "messenger": "core.notifications.console.ConsoleGateway",
    # What systems that hand cases over are told of them.
    "status": "core.notifications.console.ConsoleGateway",
    "signed_http": "core.notifications.signed_http.SignedHttpGateway",
}


class GatewayFailed(Unavailable):
    """The gateway did not take the message; the next channel is due."""

    code = "gateway_failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The gateway took the message (not: somebody read it). `reference` is the gateway's own id for it."""

    gateway: str
    reference: str
    at: dt.datetime


class Gateway(Protocol):
    """Sends a text to an address. At least once: the key lets the receiver, or the gateway, drop repetitions.

    Never called inside a transaction that also changes something else, since sending can't be rolled back.
    """

    def send(self, address: str, text: str, key: str) -> Receipt:
        """Send, or raise GatewayFailed."""
        ...


@runtime_checkable
class SignedGateway(Protocol):
    """A gateway that signs with a key of the receiver's own."""

    def send_signed(self, address: str, text: str, key: str, *, secret: str) -> Receipt:
        """Send, or raise GatewayFailed."""
        ...


_registered: dict[str, Gateway] = {}


def register(name: str, instance: Gateway) -> None:
    """Put a ready gateway under a name (tests, demo); replaces what the settings say."""
    _registered[name] = instance


def gateway(name: str) -> Gateway:
    """The gateway `name` from settings.LUZHANG_GATEWAYS (name -> dotted class, called with the name)."""
    if name not in _registered:
        configured = {**DEFAULT_GATEWAYS, **getattr(settings, "LUZHANG_GATEWAYS", {})}
        if name not in configured:
            raise GatewayFailed(f"no gateway {name!r}", field="LUZHANG_GATEWAYS", cure=", ".join(sorted(configured)))
        _registered[name] = import_string(configured[name])(name)
    return _registered[name]
