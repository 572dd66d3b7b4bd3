"""Every error has one JSON shape; what we did not foresee is a 500 with an incident id, never a stack trace."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.utils import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.utils.translation import gettext as _
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.errors import (
    Forbidden,
    InvalidInput,
    LuzhangError,
    NotFound,
    NotSignedIn,
    TooLarge,
    TooMany,
    Unavailable,
)

logger = logging.getLogger(__name__)

API_PREFIXES = (
    "/api/",
    "/tiles/",
    "/ogc/",
    "/open311/",
    "/trackers/",
    "/VIID/",
    "/live/",
    "/healthz",
    "/readyz",
    "/metrics",
)


def exception_handler(problem: Exception, context: dict[str, Any]) -> Response:
    """DRF's EXCEPTION_HANDLER: any exception of an API view as its JSON answer."""
    set_rollback()
    error = typed(problem, value_source=_request_data(context))
    headers = _headers(problem, error)
    if error.status >= 500 and not isinstance(error, Unavailable):
        _log(error, problem, context.get("request"))
    return Response(error.as_dict(), status=error.status, headers=headers)


def typed(problem: BaseException, *, value_source: Any = None) -> LuzhangError:
    """Any exception as one of ours; the unknown becomes `internal`, its value an incident id to find in the log."""
    if isinstance(problem, LuzhangError):
        return problem
    if isinstance(problem, drf.ValidationError):
        return _validation(problem.detail, value_source)
    if isinstance(problem, DjangoValidationError):
        detail = problem.message_dict if hasattr(problem, "error_dict") else {"": problem.messages}
        return _validation(detail, value_source)
    if isinstance(problem, (Http404, drf.NotFound)):
        return NotFound(_("没有找到"))
    if isinstance(problem, (drf.NotAuthenticated, drf.AuthenticationFailed)):
        return NotSignedIn(_("请先登录"), cure="/login/")
    if isinstance(problem, (PermissionDenied, drf.PermissionDenied)):
        return Forbidden(_("没有权限"))
    if isinstance(problem, drf.Throttled):
        return TooMany(
            _("请求过于频繁"), cure=_("%(wait)s 秒后再试") % {"wait": int(getattr(problem, "wait", None) or 1)}
        )
    if isinstance(problem, RequestDataTooBig):
        return TooLarge(_("请求内容过大"))
    if isinstance(problem, drf.ParseError):
        return InvalidInput(_("请求内容无法解析"), code="malformed", field="body", cure=str(problem.detail)[:200])
    if isinstance(problem, drf.APIException):
        error = LuzhangError(str(problem.detail), code=str(problem.default_code))
        error.status = problem.status_code
        return error
    if isinstance(problem, (OperationalError, InterfaceError)):
        return Unavailable(_("数据库暂时不可用"), cure=_("稍后重试，重复提交不会重复生效"))
    error = LuzhangError(_("系统内部错误"), code="internal", value=secrets.token_hex(6), cure=_("请把编号告诉管理员"))
    error.status = 500
    return error


def wants_json(request: HttpRequest) -> bool:
    """Whether an error of this request is answered as JSON: by address, or because the client asks for it."""
    if request.path.startswith(API_PREFIXES):
        return True
    accept = request.headers.get("Accept", "")
    return "json" in accept and "text/html" not in accept


def error_response(request: HttpRequest, error: LuzhangError) -> HttpResponse:
    """A typed error as JSON, or as the page `<status>.html` with `error` in its context."""
    response: HttpResponse | None = None
    if not wants_json(request):
        try:
            response = render(request, f"{error.status}.html", {"error": error}, status=error.status)
        except TemplateDoesNotExist:
            logger.info("no template %s.html", error.status)
    if response is None:
        response = JsonResponse(error.as_dict(), status=error.status, json_dumps_params={"ensure_ascii": False})
    for name, value in _headers(error, error).items():
        response[name] = value
    return response


class LuzhangErrorMiddleware:
    """Typed errors that leave a plain Django view become their answer; the unknown is logged with its incident id."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """Called by Django for exceptions of views; None leaves 404 and 403 to the handlers below."""
        if isinstance(problem, (Http404, PermissionDenied)):
            return None
        error = typed(problem)
        if error.status >= 500 and not isinstance(error, Unavailable):
            _log(error, problem, request)
        return error_response(request, error)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler400."""
    return error_response(request, InvalidInput(_("请求有误"), field="request", cure=_("请检查地址与提交的内容")))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler403."""
    return error_response(request, Forbidden(_("没有权限")))


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler404."""
    return error_response(request, NotFound(_("没有找到")))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: for faults outside views, whose stack trace Django has logged itself."""
    error = typed(RuntimeError())
    logger.error("incident %s: fault outside a view at %s", error.value, request.path)
    return error_response(request, error)


def _validation(detail: Any, source: Any) -> InvalidInput:
    items = list(_flat(detail, ""))
    details = []
    for field, message in items:
        entry: dict[str, Any] = {"code": getattr(message, "code", None) or "invalid", "message": str(message)}
        if field:
            entry["field"] = field
            value = _value(source, field)
            if value is not None:
                entry["value"] = value
        details.append(entry)
    first = details[0] if details else {"message": _("输入有误")}
    return InvalidInput(
        str(first["message"]),
        field=first.get("field"),
        value=first.get("value"),
        cure=_("改正后重新提交"),
        details=details if len(details) > 1 else (),
    )


def _flat(detail: Any, path: str) -> Any:
    if isinstance(detail, dict):
        for key, value in detail.items():
            name = "" if key in ("non_field_errors", "__all__") else str(key)
            yield from _flat(value, ".".join(part for part in (path, name) if part))
    elif isinstance(detail, (list, tuple)):
        for index, value in enumerate(detail):
            nested = isinstance(value, (dict, list))
            if not nested or value:
                yield from _flat(value, f"{path}[{index}]" if nested else path)
    else:
        yield path, detail


def _value(source: Any, field: str) -> Any:
    if source is None or not hasattr(source, "get") or "." in field or "[" in field:
        return None
    return source.get(field)


def _request_data(context: dict[str, Any]) -> Any:
    request = context.get("request")
    try:
        return request.data if request is not None else None
    except drf.APIException:
        return None


def _headers(problem: BaseException, error: LuzhangError) -> dict[str, str]:
    headers: dict[str, str] = {}
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = getattr(problem, "auth_header", None) or "Bearer"
    wait = getattr(problem, "wait", None) or getattr(problem, "retry_after_s", None)
    if wait is not None:
        headers["Retry-After"] = str(max(1, int(wait)))
    elif isinstance(error, Unavailable):
        headers["Retry-After"] = "1"
    return headers


def _log(error: LuzhangError, problem: BaseException, request: Any) -> None:
    path = getattr(request, "path", "?")
    logger.error("incident %s at %s: %s", error.value, path, type(problem).__name__, exc_info=problem)
