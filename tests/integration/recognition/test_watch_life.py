"""The life of a watch-list entry: never by one person alone, never without reason, case and end."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from core import clock
from core.errors import Conflict, Forbidden, InvalidInput, NotFound, TransitionRefused
from core.models import Approval, AuditRow
from recognition.models import Alarm, WatchEntry
from recognition.selectors import watch_visible_to
from recognition.services import (
    watch_apply,
    watch_change,
    watch_check,
    watch_decide,
    watch_expire_due,
    watch_look,
    watch_withdraw,
)
from stations.types import Role
from tests.factories.recognition import an_order
from tests.factories.stations import SYSTEM, a_person, an_actor, an_organisation
from tests.integration.recognition.conftest import Gate


def _applied(gate: Gate, **changed: Any) -> WatchEntry:
    return watch_apply(
        actor=gate.people[0], organisation=gate.county, order=an_order(changed.pop("plate", "琼C12345"), **changed)
    )


def _codes(entry: WatchEntry) -> list[str]:
    return list(entry.steps.order_by("id").values_list("code", flat=True))


def test_applied_checked_approved_changed_withdrawn(gate: Gate) -> None:
    asking, deciding = gate.people
    entry = _applied(gate)
    gate.passes("琼C12345")
    assert not Alarm.objects.exists(), "nothing fires before its approval"
    watch_check(actor=deciding, uid=entry.uid)
    entry = watch_decide(actor=deciding, uid=entry.uid, approve=True)
    until = clock.now().replace(microsecond=0) + timedelta(days=2)
    watch_change(actor=asking, uid=entry.uid, reason="延长", valid_until=until, rings=[1])
    entry.refresh_from_db()
    assert (entry.state, entry.rings, entry.in_force) == ("modifying", [], True)
    with pytest.raises(Conflict, match="自己"):
        watch_decide(actor=asking, uid=entry.uid, approve=True)
    entry = watch_decide(actor=deciding, uid=entry.uid, approve=True)
    entry.refresh_from_db()
    assert (entry.state, entry.rings, entry.valid_until, entry.in_force) == ("approved", [1], until, True)
    watch_withdraw(actor=asking, uid=entry.uid, reason="已查获")
    watch_check(actor=deciding, uid=entry.uid)
    watch_decide(actor=deciding, uid=entry.uid, approve=True, words="同意")
    entry.refresh_from_db()
    assert (entry.state, entry.in_force, entry.ended_at is not None) == ("withdrawn", False, True)
    assert _codes(entry) == ["10", "11", "12", "13", "12", "20", "21", "22"]
    assert AuditRow.objects.filter(object_type="watch_entry").count() == 8


def test_one_person_is_never_enough(gate: Gate) -> None:
    asking, deciding = gate.people
    entry = _applied(gate)
    for step in (lambda: watch_check(actor=asking, uid=entry.uid),):
        with pytest.raises(Conflict) as refused:
            step()
        assert refused.value.code == "same_person"
    watch_check(actor=deciding, uid=entry.uid)
    with pytest.raises(Conflict):
        watch_decide(actor=asking, uid=entry.uid, approve=True)
    with pytest.raises(Conflict, match="自己"):
        watch_decide(actor=SYSTEM, uid=entry.uid, approve=True)
    entry.refresh_from_db()
    assert (entry.state, entry.in_force) == ("checked", False)
    # Whatever code does, the database refuses it.
    for fields in ({"state": "approved"}, {"state": "approved", "approved_by_id": asking.user_id}, {"case_number": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WatchEntry.objects.filter(pk=entry.pk).update(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.update(decided_by_id=asking.user_id)


def test_refused_stays_refused(gate: Gate) -> None:
    _asking, deciding = gate.people
    entry = _applied(gate)
    with pytest.raises(InvalidInput):
        watch_decide(actor=deciding, uid=entry.uid, approve=False)
    watch_decide(actor=deciding, uid=entry.uid, approve=False, words="证据不足")
    with pytest.raises(NotFound):
        watch_decide(actor=deciding, uid=entry.uid, approve=True)
    with pytest.raises(TransitionRefused):
        watch_change(actor=deciding, uid=entry.uid, reason="再来", rings=[2])


def test_urgent_counts_for_two_hours_before_approval(gate: Gate) -> None:
    entry = _applied(gate, urgent=True)
    assert (entry.state, WatchEntry.objects.get().in_force) == ("applied", True)
    gate.passes("琼C12345", after_s=60)
    assert Alarm.objects.count() == 1
    gate.passes("琼C12345", after_s=2 * 3600 + 120)
    assert Alarm.objects.count() == 1


def test_what_expires_takes_its_open_request_along(gate: Gate) -> None:
    entry = _applied(gate)
    with clock.fixed(entry.valid_until + timedelta(seconds=1)):
        assert (watch_expire_due(), watch_expire_due()) == (1, 0)
    assert Approval.objects.get().state == "dropped"
    assert _codes(entry) == ["10", "23"]


def test_taken_back_before_approval(gate: Gate) -> None:
    entry = watch_withdraw(actor=gate.people[0], uid=_applied(gate).uid, reason="填错了")
    assert (entry.state, Approval.objects.get().state) == ("withdrawn", "dropped")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"plate": "琼C1234"}, "plate"),
        ({"plate": "无牌"}, "plate"),
        ({"plate": "琼CI2345"}, "plate"),
        ({"kind_code": "52"}, "kind_code"),
        ({"kind_code": "77"}, "kind_code"),
        ({"category": "unknown"}, "category"),
        ({"reason": " "}, "reason"),
        ({"case_number": ""}, "case_number"),
        ({"valid_until": clock.wall_now() - timedelta(days=1)}, "valid_until"),
        ({"valid_until": clock.wall_now() + timedelta(days=4000)}, "valid_until"),
    ],
)
def test_bad_orders_name_their_field(gate: Gate, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        _applied(gate, **changed)
    assert refused.value.field == field
    assert not WatchEntry.objects.exists()


def test_who_may_and_who_sees(gate: Gate) -> None:
    entry = _applied(gate, plate="琼c·１２３45")
    assert entry.plate == "琼C12345"
    auxiliary, stranger = an_actor(gate.district, Role.AUXILIARY), an_actor(an_organisation("邻县"), Role.COMMANDER)
    with pytest.raises(Forbidden):
        watch_apply(actor=auxiliary, organisation=gate.district, order=an_order("琼C12345"))
    for actor in (auxiliary, stranger):
        assert not watch_visible_to(actor).exists()
        with pytest.raises(NotFound):
            watch_look(actor=actor, uid=entry.uid, reason="看看")
    with pytest.raises(InvalidInput):
        watch_look(actor=gate.people[1], uid=entry.uid, reason="")
    assert watch_look(actor=gate.people[1], uid=entry.uid, reason="核对").plate == "琼C12345"
    assert AuditRow.objects.get(action="recognition.watch_look").reason == "核对"


def test_a_table_of_applications_with_errors_by_row(gate: Gate, tmp_path: Path) -> None:
    person = a_person(gate.county, Role.COMMANDER)
    lines = [
        "号牌,号牌种类,类别,布控理由,案件编号,布控止,外部编号",
        f"琼C12345,2,逾期未报废,到期未报废,案-1,{date.today() + timedelta(days=5)},W-1",
        "琼CI2345,02,逾期未报废,到期未报废,案-2,,W-2",
        "琼C54321,02,飞船,到期未报废,案-3,,W-3",
        "琼C12346,02,hit_and_run,肇事逃逸,,,W-4",
        "琼C12345,02,逾期未报废,到期未报废,案-1,,W-1",
    ]
    table = tmp_path / "watch.csv"
    table.write_text("\n".join(lines), "utf-8")
    out = io.StringIO()
    words = ["--user", person.user.username, "--organisation", gate.county.code]
    call_command("import_watchlist", str(table), *words, stdout=out, stderr=io.StringIO())
    assert "1 of 5 in, 4 reported" in out.getvalue()
    assert "琼C12345" in out.getvalue().split("line 3")[1].split("\n")[0], "what may have been meant"
    entry = WatchEntry.objects.get()
    assert (entry.state, entry.kind_code, entry.applied_by_id) == ("applied", "02", person.user_id)
