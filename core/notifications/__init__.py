"""Ways to reach somebody outside the pages: SMS, voice, messenger, radio; here their interface and a console one."""

from core.notifications.gateway import Gateway, GatewayFailed, Receipt, SignedGateway, gateway, register

__all__ = ["Gateway", "GatewayFailed", "Receipt", "SignedGateway", "gateway", "register"]
