"""Writes that may carry an `Idempotency-Key`: a repetition gets the first answer with 200 and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from core.idempotency import once

HEADER = "Idempotency-Key"
REPEATED_HEADER = "Idempotency-Replayed"
IDEMPOTENCY_PARAMETER = OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, required=False)


def answered(request: Request, client: str, work: Callable[[], Any], *, status: int = 201) -> Response:
    """Run `work`, which gives the body, and answer with `status`; with a key only once for this client.

    `client` names who asks (`user:12`): keys of others never meet. Method, address and body belong to the request: the
    same key with another one is 409 (`idempotency_key_reused`). Errors are not kept, so a refused write may be tried
    again with its key.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return Response(work(), status=status)
    wanted = {"method": request.method, "path": request.path, "body": request.data}
    answer = once(f"api:{client}", key, wanted, lambda: (status, work()))
    headers = {REPEATED_HEADER: "true"} if answer.repeated else None
    return Response(answer.body, status=answer.status, headers=headers)
