"""The same thing reported again, cases of one caller, recordings by reference and hash."""

from __future__ import annotations

import pytest

from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.models import AuditRow
from incidents import services
from incidents.selectors import incident_detail
from stations.types import Role
from tests.factories.incidents import World
from tests.factories.stations import an_actor

pytestmark = pytest.mark.django_db
PHONE = "138 0000 0000"
HASH = "a" * 64


def test_a_second_call_joins_the_case(world: World) -> None:
    incident = world.report(reporter_phone="13900000000")
    services.incident_report_add(
        actor=world.desk, incident_uid=str(incident.uid), source="phone", text="看到两车相撞", reporter_phone=PHONE
    )
    detail = incident_detail(actor=world.desk, incident=incident)
    assert detail["reports"] == 1
    step = next(row for row in detail["timeline"] if row["kind"] == "call")
    assert step["details"]["reports"] == 2 and step["actor"]
    assert [case.number for case in services.caller_cases(actor=world.desk, phone="13800000000")] == [incident.number]


def test_cases_of_a_caller_are_looked_up_on_the_record(world: World) -> None:
    first, settled = world.report(reporter_phone=PHONE), world.report(3000.0, 1000.0, reporter_phone=PHONE)
    world.report(1000.0, 500.0, reporter_phone="13911111111")
    services.incident_mark_false(actor=world.desk, incident_uid=str(settled.uid), reason="误报")
    found = services.caller_cases(actor=world.desk, phone="13800000000")
    assert [case.number for case in found] == [first.number]
    row = AuditRow.objects.get(action="incidents.caller_match")
    assert row.details["found"] == [first.number] and "1380000" not in str(row.details) + row.object_id
    assert services.caller_cases(actor=world.desk, phone="1380") == [], "not a number yet: nothing is looked up"
    assert AuditRow.objects.filter(action="incidents.caller_match").count() == 1
    with pytest.raises(Forbidden):
        services.caller_cases(actor=an_actor(world.city, Role.AUXILIARY), phone="13800000000")


def test_a_settled_case_takes_no_more_reports(world: World) -> None:
    incident = world.report()
    services.incident_mark_false(actor=world.desk, incident_uid=str(incident.uid), reason="误报")
    with pytest.raises(Conflict) as refused:
        services.incident_report_add(actor=world.desk, incident_uid=str(incident.uid), source="phone")
    assert refused.value.code == "settled"
    with pytest.raises(NotFound):
        services.incident_report_add(
            actor=an_actor(world.south, Role.DISPATCHER), incident_uid=str(incident.uid), source="phone"
        )


def _recording(world: World, incident, **fields):
    values = {"system": "110", "reference": "2026/11/21/0007.wav", "sha256": HASH, **fields}
    return services.recording_add(actor=world.desk, incident_uid=str(incident.uid), **values)


def test_a_recording_is_a_reference_that_is_looked_up_with_a_reason(world: World) -> None:
    incident = world.report()
    row = _recording(world, incident)
    assert _recording(world, incident, sha256=HASH.upper()).pk == row.pk, "said twice, kept once"
    shown = incident_detail(actor=world.desk, incident=incident)["recordings"]
    assert [each["sha256"] for each in shown] == [HASH] and "0007.wav" not in str(shown)
    look = {"actor": world.desk, "incident_uid": str(incident.uid), "recording_uid": str(row.uid)}
    with pytest.raises(InvalidInput):
        services.recording_lookup(**look, reason=" ")
    assert services.recording_lookup(**look, reason="核对报警内容").reference == "2026/11/21/0007.wav"
    assert AuditRow.objects.get(action="incidents.recording_lookup").reason == "核对报警内容"
    with pytest.raises(Forbidden):
        services.recording_lookup(**{**look, "actor": an_actor(world.city, Role.OFFICER)}, reason="好奇")


def test_another_hash_of_the_same_recording_is_told_of(world: World) -> None:
    incident = world.report()
    _recording(world, incident)
    with pytest.raises(Conflict) as refused:
        _recording(world, incident, sha256="b" * 64)
    assert refused.value.code == "recording_differs"
    for fields, field in (({"sha256": "xyz"}, "sha256"), ({"reference": ""}, "reference"), ({"system": " "}, "system")):
        with pytest.raises(InvalidInput) as bad:
            _recording(world, incident, **fields)
        assert bad.value.field == field
