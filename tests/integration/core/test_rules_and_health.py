"""Decision tables by version, readiness, metrics, and every error in one shape."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import Http404
from django.test import RequestFactory
from rest_framework import exceptions as drf
from rest_framework import serializers

from core import clock, errors, health, metrics, rules
from core.api import errors as api
from core.models import AuditRow, DecisionTable, Event, OutboxTask
from core.rules import tables
from core.rules.compiling import compiled
from core.urgent.process import beat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forget() -> None:
    tables.forget()


def _table(rows: list[dict[str, str]]) -> dict:
    inputs = [{"id": "i1", "name": "kind", "field": "kind"}, {"id": "i2", "name": "injured", "field": "injured"}]
    body = {"hitPolicy": "first", "inputs": inputs, "outputs": [{"id": "o1", "name": "grade", "field": "grade"}]}
    ends = [
        {"id": "in", "type": "inputNode", "name": "request", "position": {"x": 0, "y": 0}},
        {"id": "out", "type": "outputNode", "name": "response", "position": {"x": 0, "y": 0}},
    ]
    middle = {
        "id": "t",
        "type": "decisionTableNode",
        "name": "定级",
        "position": {"x": 0, "y": 0},
        "content": {**body, "rules": rows},
    }
    edges = [
        {"id": "e1", "sourceId": "in", "targetId": "t", "type": "edge"},
        {"id": "e2", "sourceId": "t", "targetId": "out", "type": "edge"},
    ]
    return {"nodes": [*ends, middle], "edges": edges}


RED = {"_id": "r1", "i1": '"crash"', "i2": "> 0", "o1": '"red"'}
BLUE = {"_id": "r2", "i1": "", "i2": "", "o1": '"blue"'}
CRASH = {"kind": "crash", "injured": 2}


def test_a_table_answers_with_its_version_and_the_row_that_hit() -> None:
    rules.table_publish(actor_id=3, key="grade", content=_table([RED, BLUE]), note="初版")
    outcome = rules.evaluate("grade", CRASH)
    assert (outcome.result, outcome.table_version) == ({"grade": "red"}, 1)
    hit = next(step["rule"] for step in outcome.rule_trace if "rule" in step)
    assert hit["rule"]["_id"] == "r1"
    json.dumps(outcome.rule_trace)
    assert rules.evaluate("grade", {"kind": "ice", "injured": 0}).result == {"grade": "blue"}
    assert AuditRow.objects.get(action="rules.publish").details == {"key": "grade", "version": 1}


def test_an_answer_is_computed_once_and_shared_with_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    rules.table_publish(actor_id=3, key="grade", content=_table([RED, BLUE]))
    first = rules.evaluate("grade", CRASH)
    first.result["grade"] = "spoilt"
    runs: list[object] = []
    evaluated = tables._evaluated
    monkeypatch.setattr(tables, "_evaluated", lambda *given: (runs.append(given[-1]), evaluated(*given))[1])
    again = rules.evaluate("grade", {"injured": 2, "kind": "crash"})
    assert (again.result, again.rule_trace, runs) == ({"grade": "red"}, first.rule_trace, [])
    rules.evaluate("grade", {"injured": True, "kind": "crash"})
    assert len(runs) == 1, "true is not 1"
    rules.table_publish(actor_id=3, key="grade", content=_table([BLUE]))
    assert rules.evaluate("grade", CRASH).result == {"grade": "blue"}


def test_a_table_that_asks_the_clock_is_computed_each_time() -> None:
    dated = {"_id": "r3", "i1": "", "i2": "", "o1": 'string(date("now"))'}
    assert compiled(_table([RED, BLUE])).pure
    assert not compiled(_table([RED, dated])).pure


def test_the_version_in_force_at_a_time_is_used() -> None:
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    rules.table_publish(actor_id=3, key="grade", content=_table([BLUE]), valid_from=start)
    rules.table_publish(actor_id=3, key="grade", content=_table([RED, BLUE]), valid_from=start + dt.timedelta(days=10))
    before, after = start + dt.timedelta(days=5), start + dt.timedelta(days=15)
    assert rules.evaluate("grade", CRASH, before).table_version == 1
    assert rules.evaluate("grade", CRASH, after).table_version == 2
    assert json.loads(rules.table_in_force("grade", before).content) == _table([BLUE])
    with pytest.raises(errors.NotFound):
        rules.evaluate("grade", CRASH, start - dt.timedelta(days=1))


def test_it_fails_loudly() -> None:
    rules.table_publish(actor_id=3, key="grade", content=_table([RED]))
    with pytest.raises(rules.RuleFailed, match="没有给出结果"):
        rules.evaluate("grade", {"kind": "ice", "injured": 0})
    with pytest.raises(rules.RuleFailed, match="缺少输入") as caught:
        rules.evaluate("grade", {"kind": "crash"})
    assert caught.value.cure == "injured"
    with pytest.raises(errors.NotFound):
        rules.evaluate("nothing", {})
    with pytest.raises(errors.InvalidInput) as refused:
        rules.table_publish(actor_id=3, key="grade", content=_table([{**RED, "o1": '"re'}]))
    assert refused.value.code == "bad_table" and "row 1" in str(refused.value.field)
    assert DecisionTable.objects.filter(key="grade").count() == 1


def test_versions_are_never_edited() -> None:
    rules.table_publish(actor_id=3, key="grade", content=_table([RED]))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        DecisionTable.objects.update(note="x")


# health and metrics


def test_ready_says_what_is_behind(settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    ready, parts = health.ready()
    assert ready and parts["database"] == "up" and parts["redis"] == "down"
    assert parts["urgent"] == {"processes": [], "ok": False}
    beat("run_urgent")
    event = Event.objects.create(topic="t", organisation_path="", audience="")
    OutboxTask.objects.create(event=event, handler="gone", due_at=clock.wall_now() - dt.timedelta(minutes=5))
    ready, parts = health.ready()
    assert not ready and parts["backlog"]["waiting"] == 1 and not parts["backlog"]["ok"]
    assert parts["urgent"]["ok"] and parts["urgent"]["processes"][0]["name"] == "run_urgent"
    json.dumps(parts)
    settings.REDIS_URL = ""
    assert health.redis_state() == "off"
    assert health.process()["status"] == "ok"


def test_metrics_are_read_when_asked() -> None:
    metrics.counter("test_things", "Things", ["kind"]).labels("a").inc()
    assert metrics.counter("test_things", "Things", ["kind"]) is metrics.counter("test_things", "Things", ["kind"])
    metrics.histogram("test_seconds", "Seconds").observe(0.2)
    with pytest.raises(ValueError, match="no histogram"):
        metrics.histogram("test_things", "Things")
    beat("run_urgent")
    text = metrics.exposition().decode()
    assert 'luzhang_test_things_total{kind="a"} 1.0' in text
    assert "luzhang_database_up 1.0" in text and "luzhang_outbox_waiting 0.0" in text
    assert "luzhang_process_beat_age_seconds{host=" in text


# errors


class _Place(serializers.Serializer):
    lon = serializers.FloatField()
    lat = serializers.FloatField()


def _drf_invalid() -> drf.ValidationError:
    serializer = _Place(data={"lon": "east"})
    with pytest.raises(drf.ValidationError) as caught:
        serializer.is_valid(raise_exception=True)
    return caught.value


@pytest.mark.parametrize(
    ("problem", "status", "code"),
    [
        (errors.StaleFence("old"), 409, "stale_fence"),
        (Http404("secret"), 404, "not_found"),
        (PermissionDenied("secret"), 403, "forbidden"),
        (drf.NotAuthenticated(), 401, "not_signed_in"),
        (drf.PermissionDenied(), 403, "forbidden"),
        (drf.Throttled(wait=7), 429, "too_many"),
        (drf.ParseError("bad json"), 400, "malformed"),
        (drf.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (drf.UnsupportedMediaType("x/y"), 415, "unsupported_media_type"),
        (DjangoValidationError({"name": ["too long"]}), 400, "invalid_input"),
        (OperationalError("server closed the connection at 10.1.2.3"), 503, "unavailable"),
        (KeyError("password=secret"), 500, "internal"),
    ],
)
def test_every_error_has_the_one_shape(problem: Exception, status: int, code: str) -> None:
    response = api.exception_handler(problem, {"request": None})
    assert response.status_code == status
    assert set(response.data) == {"error"}
    assert response.data["error"]["code"] == code and response.data["error"]["message"]
    assert "secret" not in json.dumps(response.data) and "10.1.2.3" not in json.dumps(response.data)


def test_validation_names_field_value_and_cure() -> None:
    class Request:
        data = {"lon": "east"}
        path = "/api/v1/incidents/"

    body = api.exception_handler(_drf_invalid(), {"request": Request()}).data["error"]
    assert (body["field"], body["value"]) == ("lon", "east") and body["cure"]
    assert [detail["field"] for detail in body["details"]] == ["lon", "lat"]


def test_the_unknown_is_logged_under_its_number(caplog: pytest.LogCaptureFixture) -> None:
    response = api.exception_handler(KeyError("x"), {"request": None})
    assert response.data["error"]["value"] in caplog.text
    assert "KeyError" in caplog.text


def test_headers_say_what_to_do() -> None:
    assert api.exception_handler(drf.Throttled(wait=7), {})["Retry-After"] == "7"
    assert api.exception_handler(drf.NotAuthenticated(), {})["WWW-Authenticate"] == "Bearer"
    assert api.exception_handler(errors.Unavailable("x"), {})["Retry-After"] == "1"


def test_plain_views_answer_the_api_in_json() -> None:
    request = RequestFactory().get("/api/v1/nothing/")
    for view, status in ((api.bad_request, 400), (api.permission_denied, 403), (api.page_not_found, 404)):
        response = view(request, None)
        assert response.status_code == status
        assert json.loads(response.content)["error"]["code"]
    assert json.loads(api.server_error(request).content)["error"]["code"] == "internal"
    middleware = api.LuzhangErrorMiddleware(lambda _: None)
    assert middleware.process_exception(request, errors.Conflict("x")).status_code == 409
    assert middleware.process_exception(request, Http404()) is None


def test_a_database_that_is_gone_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", gone)
    monkeypatch.setattr(connection, "close", lambda: None)
    assert health.ready() == (False, {"database": "down", "redis": health.redis_state()})
