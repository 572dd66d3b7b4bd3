"""Scope by path prefix."""

from __future__ import annotations

from stations.types import PUBLIC_ACTOR, Actor, ActorKind, DataClass, Role, Verb, prefixes, system_actor


def _actor(*grants: tuple[Role, str]) -> Actor:
    return Actor(user_id=1, person_id=1, name="测试", grants=grants, kind=ActorKind.PERSON)


def test_prefix_ends_at_the_dot() -> None:
    dispatcher = _actor((Role.DISPATCHER, "1.4."))
    assert dispatcher.may(Verb.VIEW, DataClass.INCIDENT, "1.4.")
    assert dispatcher.may(Verb.VIEW, DataClass.INCIDENT, "1.4.9.")
    for outside in ("1.40.", "1.", "2.4.", "1.5.4.", ""):
        assert not dispatcher.may(Verb.VIEW, DataClass.INCIDENT, outside)


def test_scope_paths_are_deduplicated() -> None:
    actor = _actor(
        (Role.DISPATCHER, "1.4.9."), (Role.OFFICER, "1.4."), (Role.DISPATCHER, "2."), (Role.OFFICER, "1.40.")
    )
    assert actor.scope_paths(Verb.VIEW, DataClass.INCIDENT) == ("1.4.", "1.40.", "2.")
    assert actor.scope_paths(Verb.DISPATCH, DataClass.INCIDENT) == ("1.4.9.", "2.")
    assert prefixes(["1.", "", "2."]) == ("",)
    assert prefixes([]) == ()


def test_each_role_counts_only_where_it_is_held() -> None:
    actor = _actor((Role.DISPATCHER, "1."), (Role.AUXILIARY, "2."))
    assert actor.may(Verb.LOOKUP, DataClass.VEHICLE_IDENTITY, "1.7.")
    assert not actor.may(Verb.LOOKUP, DataClass.VEHICLE_IDENTITY, "2.7.")
    assert actor.has_role(Role.AUXILIARY)
    assert not actor.has_role(Role.AUXILIARY, "1.")


def test_nobody_without_a_grant() -> None:
    stranger = _actor()
    assert stranger.scope_paths(Verb.VIEW, DataClass.INCIDENT) == ()
    assert not stranger.may(Verb.VIEW, DataClass.INCIDENT)
    assert not PUBLIC_ACTOR.may(Verb.VIEW, DataClass.INCIDENT, "1.")
    assert PUBLIC_ACTOR.may(Verb.VIEW, DataClass.SEGMENT, "1.")
    assert not PUBLIC_ACTOR.is_signed_in


def test_what_is_public_stays_public_after_sign_in() -> None:
    assert _actor((Role.AUDITOR, "1.")).scope_paths(Verb.VIEW, DataClass.SEGMENT) == ("",)


def test_system_may_everything() -> None:
    actor = system_actor("run_urgent")
    assert actor.scope_paths(Verb.DISPATCH, DataClass.INCIDENT) == ("",)
    assert actor.may(Verb.AUDIT, DataClass.AUDIT_LOG, "")
    assert actor.user_id is None
