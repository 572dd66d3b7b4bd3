"""A gateway that posts a message to another system's address, signed with the key that both sides hold.

`Luzhang-Signature: v1=<hex>` is HMAC-SHA256 (RFC 2104) over `<Luzhang-Timestamp>.<Idempotency-Key>.<body>` in bytes.
The timestamp is seconds of wall time; a receiver refuses old ones. docs/transfers.md tells it to engineers.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from core import clock
from core.errors import InvalidInput
from core.notifications.gateway import GatewayFailed, Receipt

# Both together stay below the first wait of who tries again (10 s): one message is not sent twice at the same time.
TIMEOUT_S = 4.0
ANSWER_BYTES = 300
MIN_SECRET = 16
_PORTS = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}


def signature(secret: str, timestamp: int, key: str, body: bytes) -> str:
    """`v1=<hex>`: see the module."""
    signed = f"{timestamp}.{key}.".encode() + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def secret_name(secret: str) -> str:
    """Eight hex digits by which both sides tell keys apart while one is being replaced; tells nothing of the key."""
    return hashlib.sha256(b"luzhang-key-name:" + secret.encode()).hexdigest()[:8] if secret else ""


def address_check(address: str) -> None:
    """Raises InvalidInput for what can't be posted to: it is http or https, a host, perhaps a port and a path."""
    parts = urlsplit(address)
    try:
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        port_is_good = False
    if parts.scheme not in _PORTS or not parts.hostname or parts.username or parts.fragment or not port_is_good:
        raise InvalidInput(
            _("回传地址应是完整的网址"), field="address", value=address[:100], cure="https://example.org:8443/status"
        )


class SignedHttpGateway:
    """POST, at least once; only 2xx counts as taken, a redirect does not. Certificates are checked against the
    machine's own (`SSL_CERT_FILE` names others).
    """

    def __init__(self, name: str = "signed_http") -> None:
        self.name = name

    def send(self, address: str, text: str, key: str) -> Receipt:
        """There is nothing unsigned about this gateway: raises GatewayFailed."""
        return self.send_signed(address, text, key, secret="")

    def send_signed(self, address: str, text: str, key: str, *, secret: str) -> Receipt:
        """Post `text`. Raises GatewayFailed without a key or an address, and for everything but 2xx."""
        if not secret:
            raise GatewayFailed(_("没有设置签名密钥"), field="secret")
        try:
            address_check(address)
        except InvalidInput as problem:
            raise GatewayFailed(problem.message, field="address") from problem
        body = text.encode()
        timestamp = int(clock.wall_now().timestamp())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Luzhang",
            "Connection": "close",
            "Idempotency-Key": key,
            "Luzhang-Timestamp": str(timestamp),
            "Luzhang-Key": secret_name(secret),
            "Luzhang-Signature": signature(secret, timestamp, key, body),
        }
        status, said = self._post(address, body, headers)
        if not 200 <= status < 300:
            raise GatewayFailed(f"HTTP {status} {said}".strip(), field="address")
        return Receipt(self.name, f"HTTP {status}", clock.now())

    def _post(self, address: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        parts = urlsplit(address)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        line = _PORTS[parts.scheme](parts.hostname or "", parts.port, timeout=TIMEOUT_S)
        try:
            line.request("POST", path, body=body, headers=dict(headers))
            answer = line.getresponse()
            return answer.status, answer.read(ANSWER_BYTES).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException, ssl.SSLError) as problem:
            raise GatewayFailed(f"{type(problem).__name__}: {problem}"[:200], field="address") from problem
        finally:
            line.close()
