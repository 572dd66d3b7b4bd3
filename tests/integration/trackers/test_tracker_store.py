"""The batch writer: what is stored, what is refused, what moves a unit."""

from __future__ import annotations

import select
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from patrols.intake import metrics
from patrols.intake.report import Outcome, Report
from patrols.intake.store import Store, token_hash
from tests.factories.trackers import AT, NOW, County, a_report


def _tour_device(county: County, tour: int = 1) -> tuple[Any, ...]:
    return county.run("select device_id, fixed_at from patrols_tourposition where tour_id = %s", tour)[0]


def test_a_fix_is_committed_with_history_and_last_positions(county: County, store: Store) -> None:
    assert store.flush([a_report(1), a_report(3)]) == [Outcome.STORED] * 2
    assert county.fixes() == [(1, 1, AT), (3, 2, AT)]
    assert county.run("select st_x(geom), st_y(geom), source from patrols_tourposition where tour_id = 1") == [
        (121.3917, 37.5333, "osmand")
    ]
    assert county.run("select device_id, tour_id from patrols_deviceposition order by 1") == [(1, 1), (3, 2)]


def test_a_duplicate_is_acknowledged_and_stored_once(county: County, store: Store) -> None:
    assert store.flush([a_report(1), a_report(1)]) == [Outcome.STORED] * 2
    assert store.flush([a_report(1)]) == [Outcome.STORED]
    assert county.fixes() == [(1, 1, AT)]
    assert metrics.snapshot()["fixes_stored"] == 1
    assert metrics.snapshot()["fixes_duplicate"] == 2


def test_a_late_fix_enters_history_and_moves_nobody_back(county: County, store: Store) -> None:
    store.flush([a_report(1)])
    before = county.run("select changed_seq from patrols_tourposition")
    assert store.flush([a_report(1, AT - timedelta(minutes=10))]) == [Outcome.STORED]
    assert len(county.fixes()) == 2
    assert _tour_device(county) == (1, AT)
    assert county.run("select changed_seq from patrols_tourposition") == before


def test_off_duty_is_dropped_and_counted(county: County, store: Store) -> None:
    assert (
        store.flush([a_report(4), a_report(1, datetime(2026, 6, 9, 23, 0, tzinfo=UTC))]) == [Outcome.OUTSIDE_TOUR] * 2
    )
    assert county.fixes() == []
    assert metrics.snapshot()["fixes_outside_tour"] == 2


@pytest.mark.parametrize("device", [1, 3])
def test_the_tour_is_judged_by_the_fix_s_own_time(county: County, store: Store, device: int) -> None:
    assert store.flush([a_report(device)]) == [Outcome.STORED]  # from here on the hint is cached
    closed = AT + timedelta(seconds=30)
    county.run("update patrols_tour set closed_at = %s, state = 'closed'", closed)
    county.run("update patrols_tourmember set present = tstzrange('2026-06-10', %s)", closed)
    assert store.flush(
        [
            a_report(device, closed),
            a_report(device, closed - timedelta(seconds=1)),
            a_report(device, closed + timedelta(seconds=1)),
        ]
    ) == [Outcome.OUTSIDE_TOUR, Outcome.STORED, Outcome.OUTSIDE_TOUR]
    assert [row[2] for row in county.fixes()] == [AT, closed - timedelta(seconds=1)]


def test_one_batch_may_span_two_tours_of_one_device(county: County, store: Store) -> None:
    turn = AT + timedelta(seconds=10)
    county.run("update patrols_tourmember set present = tstzrange('2026-06-10', %s) where person_id = 1", turn)
    county.run("insert into patrols_tour (id, opened_at) values (3, %s)", turn)
    county.run("insert into patrols_tourmember (tour_id, person_id, present) values (3, 1, tstzrange(%s, null))", turn)
    for _ in range(2):  # without and with hints
        assert store.flush([a_report(1, turn), a_report(1)]) == [Outcome.STORED] * 2
        assert county.fixes() == [(1, 1, AT), (1, 3, turn)]
        county.run("truncate patrols_fix")


def test_a_lock_counts_from_its_commit(county: County, store: Store) -> None:
    assert store.flush([a_report(1)]) == [Outcome.STORED]
    county.run("update stations_device set locked_at = now() where id = 1")
    later = AT + timedelta(seconds=1)
    assert store.flush([a_report(1, later), a_report(2, later)]) == [Outcome.LOCKED, Outcome.STORED]


def test_a_revoked_token_counts_from_its_commit(county: County, store: Store) -> None:
    assert store.flush([a_report(1)]) == [Outcome.STORED]
    county.run("update stations_device set token_hash = %s where id = 1", token_hash("new"))
    assert store.flush([a_report(1, AT + timedelta(seconds=1))]) == [Outcome.UNKNOWN]


def test_a_device_that_changes_hands_changes_tours(county: County, store: Store) -> None:
    assert store.flush([a_report(1)]) == [Outcome.STORED]
    turn = AT + timedelta(seconds=1)
    county.run("update stations_devicebinding set valid = tstzrange('2026-01-01', %s) where device_id = 1", turn)
    county.run(
        "insert into stations_devicebinding (device_id, vehicle_id, valid) values (1, 7, tstzrange(%s, null))", turn
    )
    assert store.flush([a_report(1, turn)]) == [Outcome.STORED]
    assert county.fixes() == [(1, 1, AT), (1, 2, turn)]


def test_the_tour_takes_its_best_device(county: County, store: Store) -> None:
    second = timedelta(seconds=1)
    store.flush([a_report(1, accuracy_m=10.0)])
    store.flush([a_report(2, AT + second, accuracy_m=50.0)])
    assert _tour_device(county) == (1, AT)  # newer, but worse within 30 s
    store.flush([a_report(2, AT + 2 * second, accuracy_m=4.0)])
    assert _tour_device(county) == (2, AT + 2 * second)
    store.flush([a_report(1, AT + 3 * second, accuracy_m=1.0, is_mock=True)])
    assert _tour_device(county)[0] == 2  # faked
    store.flush([a_report(1, AT + 40 * second, accuracy_m=90.0)])
    assert _tour_device(county) == (1, AT + 40 * second)  # the other fell silent
    both = [a_report(1, AT + 50 * second, accuracy_m=9.0), a_report(2, AT + 45 * second, accuracy_m=3.0)]
    store.flush(both)
    assert _tour_device(county) == (2, AT + 45 * second)


@pytest.mark.parametrize("changed", [{"valid": False}, {"accuracy_m": 1500.0}])
def test_a_fix_that_is_no_use_is_kept_but_moves_nobody(county: County, store: Store, changed: dict[str, Any]) -> None:
    assert store.flush([a_report(1, **changed)]) == [Outcome.STORED]
    assert len(county.fixes()) == 1
    assert county.run("select 1 from patrols_tourposition union all select 1 from patrols_deviceposition") == []


def test_the_device_record_fixes_the_datum(county: County, store: Store) -> None:
    county.run("update stations_device set datum = 'gcj02' where id = 1")
    store.flush([a_report(1, lon=121.405)])
    assert county.run("select lon from patrols_fix") == [(pytest.approx(121.4),)]


def test_a_heartbeat_is_seen_and_moves_nobody(county: County, store: Store) -> None:
    heartbeat = Report(token_hash("token-4"), NOW, "osmand", None)
    assert store.flush([heartbeat]) == [Outcome.SEEN]
    assert county.run("select last_seen_at from stations_device where id = 4") == [(NOW,)]


def test_fixes_that_make_no_sense_are_counted_on_their_device(county: County, store: Store) -> None:
    bad = [Report(token_hash("token-4"), NOW, "osmand", None, rejected=code) for code in ("null_island", "future_time")]
    unknown = Report(token_hash("nobody's"), NOW, "osmand", None, rejected="future_time")
    assert store.flush([*bad, unknown, a_report(1)]) == [Outcome.SEEN, Outcome.SEEN, Outcome.UNKNOWN, Outcome.STORED]
    flags = "select rejected_count, last_rejected_at, last_rejected_code from stations_device where id = %s"
    assert county.run(flags, 4) == [(2, NOW, "future_time")]
    assert county.run(flags, 1) == [(0, None, "")]


def test_one_unstorable_row_does_not_sink_the_others(county: County, store: Store) -> None:
    later = AT + timedelta(seconds=1)
    reports = [a_report(1), a_report(2), a_report(1, later, lon=500.0), a_report(2, later)]
    assert store.flush(reports) == [Outcome.STORED, Outcome.STORED, Outcome.UNSTORABLE, Outcome.STORED]
    assert len(county.fixes()) == 3


def test_a_lost_session_is_reopened_and_the_batch_repeated(county: County, store: Store) -> None:
    store.flush([a_report(1)])
    county.run(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        " where application_name = 'luzhang-intake' and datname = current_database()"
    )
    assert store.flush([a_report(1, AT + timedelta(seconds=1))]) == [Outcome.STORED]
    assert len(county.fixes()) == 2
    assert metrics.snapshot()["reconnects"] == 1


def test_a_move_is_notified(county: County, store: Store) -> None:
    county.run("listen positions")
    store.flush([a_report(1)])
    store.flush([a_report(1, AT + timedelta(seconds=1))])  # within the pause: held back
    store.notify_if_due()
    while len(county.session.notifies) < 2 and select.select([county.session], [], [], 5)[0]:
        county.session.poll()
    assert [notice.channel for notice in county.session.notifies] == ["positions"] * 2


def test_a_partition_takes_over_what_the_default_caught(county: County, store: Store) -> None:
    day = datetime(2026, 6, 8, 12, tzinfo=UTC)
    county.run("update patrols_tourmember set present = tstzrange('2026-06-01', null)")
    assert store.flush([a_report(1, day)]) == [Outcome.STORED]
    assert county.run("select count(*) from patrols_fix_default") == [(1,)]
    for _ in range(2):
        assert county.run("select patrols_fix_partition('2026-06-08')") == [("patrols_fix_20260608",)]
    assert county.run("select tableoid::regclass::text, fixed_at from patrols_fix") == [("patrols_fix_20260608", day)]
    assert store.flush([a_report(1, day)]) == [Outcome.STORED]
    assert len(county.fixes()) == 1
