"""The policy table: its letter-for-letter snapshot and the rules that must hold whatever it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stations.access.policy import POLICY, SECOND_FACTOR_ROLES, verbs_of
from stations.access.powers import POWERS, Power, powers_of
from stations.types import SEPARATED, DataClass, Role, Verb

SNAPSHOT = Path(__file__).with_name("policy_snapshot.json")

IDENTITIES = (DataClass.VEHICLE_IDENTITY, DataClass.REPORTER, DataClass.PERSON_CONTACT, DataClass.CHIEF_CONTACT)
WRITES = frozenset(Verb) - {Verb.VIEW, Verb.VIEW_OWN, Verb.VIEW_PUBLIC}


def _table() -> dict[str, dict[str, str]]:
    return {
        role.value: {data_class.value: " ".join(sorted(verbs)) for data_class, verbs in sorted(POLICY[role].items())}
        for role in Role
    }


def test_matrix_is_the_recorded_one() -> None:
    """A change of who may do what is seen in review: rewrite the snapshot on purpose, never by accident."""
    assert _table() == json.loads(SNAPSHOT.read_text("utf-8"))


def test_every_role_has_a_row_and_no_cell_is_empty() -> None:
    assert set(POLICY) == set(Role)
    assert all(verbs for row in POLICY.values() for verbs in row.values())


def test_what_is_not_written_is_denied() -> None:
    assert verbs_of(Role.PUBLIC, DataClass.INCIDENT) == frozenset()
    assert verbs_of(Role.DEVICE, DataClass.ROLE_GRANT) == frozenset()


@pytest.mark.parametrize("role", [Role.AUXILIARY, Role.PERSUADER, Role.STATION_STAFF, Role.DEVICE, Role.PUBLIC])
@pytest.mark.parametrize("data_class", [*IDENTITIES, DataClass.PASSAGE, DataClass.WATCHLIST])
def test_these_roles_never_see_identities(role: Role, data_class: DataClass) -> None:
    assert verbs_of(role, data_class) <= ({Verb.CREATE} if role is Role.DEVICE else frozenset())


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("data_class", IDENTITIES)
def test_identities_are_only_ever_looked_up_one_by_one(role: Role, data_class: DataClass) -> None:
    """No role lists or exports identities: LOOKUP alone, which writes down who, whom and why (invariant 6)."""
    assert verbs_of(role, data_class) <= {Verb.LOOKUP}


@pytest.mark.parametrize("role", [Role.AUXILIARY, Role.PERSUADER])
@pytest.mark.parametrize("verb", [Verb.LOOKUP, Verb.CONFIRM, Verb.APPROVE, Verb.REVIEW, Verb.DISPATCH, Verb.EXPORT])
def test_helpers_decide_nothing(role: Role, verb: Verb) -> None:
    assert not [data_class for data_class, verbs in POLICY[role].items() if verb in verbs]


def test_public_reads_published_things_and_may_only_report() -> None:
    row = POLICY[Role.PUBLIC]
    assert {data_class for data_class, verbs in row.items() if verbs & WRITES} == {DataClass.CITIZEN_REPORT}
    for data_class in (DataClass.INCIDENT, DataClass.POSITION, DataClass.UNIT, DataClass.PERSON, DataClass.CHECKPOINT):
        assert data_class not in row
    assert row[DataClass.STATION] == {Verb.VIEW_PUBLIC}


BUSINESS = (
    DataClass.INCIDENT,
    DataClass.ASSIGNMENT,
    DataClass.DECISION,
    DataClass.POSITION,
    DataClass.TRACK,
    DataClass.CITIZEN_REPORT,
    DataClass.ENFORCEMENT,
    DataClass.ACCIDENT,
    DataClass.ALARM,
    DataClass.PASSAGE,
    DataClass.WATCHLIST,
    DataClass.VEHICLE_IDENTITY,
    DataClass.REPORTER,
    DataClass.EVIDENCE,
    DataClass.ATTACHMENT,
    DataClass.STATISTICS,
)


@pytest.mark.parametrize("role", sorted(SEPARATED))
@pytest.mark.parametrize("data_class", BUSINESS)
def test_administrations_have_no_business_data(role: Role, data_class: DataClass) -> None:
    assert verbs_of(role, data_class) == frozenset()


def test_the_three_administrations_do_not_overlap() -> None:
    for data_class in (DataClass.ROLE_GRANT, DataClass.CREDENTIAL):
        holders = {role for role in Role if verbs_of(role, data_class)}
        assert holders == {Role.SECURITY_ADMINISTRATOR}
    assert {role for role in Role if verbs_of(role, DataClass.AUDIT_LOG)} == {Role.AUDITOR}
    assert not [verbs for verbs in POLICY[Role.AUDITOR].values() if verbs & {Verb.CREATE, Verb.CHANGE, Verb.MANAGE}]


def test_second_factor_roles() -> None:
    assert SEPARATED | {Role.COMMANDER} == SECOND_FACTOR_ROLES


def test_powers_by_kind() -> None:
    """domain.md §3.5: only officers and police wardens decide, check identities, survey scenes and test breath."""
    for power in (
        Power.DECIDE,
        Power.CHECK_IDENTITY,
        Power.SURVEY_SCENE,
        Power.BREATH_TEST,
        Power.STOP_VEHICLE,
        Power.CONFIRM_HIT,
    ):
        assert {kind for kind, powers in POWERS.items() if power in powers} == {"officer", "warden"}
    assert powers_of(["persuader"]) == {"persuade", "report", "photograph"}
    assert "direct_traffic" in powers_of(["auxiliary"])
    assert powers_of(["auxiliary", "officer"]) == {power.value for power in Power}
    assert powers_of([]) == powers_of(["unknown"]) == frozenset()
