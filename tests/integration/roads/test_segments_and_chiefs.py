"""Who answers for what, when: the database's own refusals, leave and deputies, cutting and joining, borders, scopes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from core import clock
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from roads.models import ChiefAssignment, ReviewItem, Segment
from roads.selectors import chains_at, segments_at_metre, segments_without_chief
from roads.services import (
    chief_assign,
    chief_assignment_end,
    deputy_appoint,
    leave_set,
    review_add,
    review_settle,
    segment_create,
    segment_cut,
    segment_join,
    segment_retire,
)
from stations.types import Role
from tests.factories.roads import LONG_AGO, a_network, a_segment, a_source, levels, the_axis
from tests.factories.stations import SYSTEM, a_person, an_actor, an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def scheme(city: Any) -> Any:
    """Four levels."""
    return levels(city)


def _assign(segment: Any, level: Any, name: str = "章", **fields: Any) -> ChiefAssignment:
    person = fields.pop("person", None) or a_person(segment.organisation, kind="leader", login=False, name=name)
    values = {"starts_at": LONG_AGO, **fields}
    return chief_assign(actor=SYSTEM, segment=segment, level=level, person=person, **values)


_RAW = """
    INSERT INTO roads_chiefassignment (uid, segment_id, level_id, person_id, organisation_id, duty_phone, duties, valid,
                                       axis_id, metres, sides, created_at)
    SELECT gen_random_uuid(), %(segment)s, level_id, person_id, organisation_id, '', '',
           tstzrange(now(), NULL), axis_id, %(metres)s::numrange, %(sides)s::int4range, now()
      FROM roads_chiefassignment WHERE id = %(like)s
"""


@pytest.mark.parametrize(
    ("metres", "sides", "refused"),
    [
        ("[999.5,2000)", "[0,2)", True),
        ("[999.5,2000)", "[1,2)", True),
        ("[1000,2000)", "[0,2)", False),
        ("[0,0.1)", "[0,1)", True),
    ],
)
def test_the_database_refuses_a_second_holder_of_a_metre(
    city: Any, network: Any, scheme: Any, metres: str, sides: str, refused: bool
) -> None:
    axis = the_axis("X201")
    held = _assign(a_segment(city, axis, 0, 1000), scheme[3])
    other = a_segment(city, axis, 1500, 2500)
    values = {"segment": other.pk, "like": held.pk, "metres": metres, "sides": sides}
    with connection.cursor() as cursor:
        if refused:
            with pytest.raises(IntegrityError, match="chief_one_holder_per_metre"), transaction.atomic():
                cursor.execute(_RAW, values)
        else:
            cursor.execute(_RAW, values)


def test_an_overlapping_chief_is_refused_by_name(city: Any, network: Any, scheme: Any) -> None:
    axis = the_axis("X201")
    _assign(a_segment(city, axis, 0, 1000), scheme[3], "甲")
    overlapping = a_segment(city, axis, 500, 1500)
    with pytest.raises(Conflict, match="甲") as caught:
        _assign(overlapping, scheme[3], "乙")
    assert (caught.value.code, caught.value.field, bool(caught.value.cure)) == ("chief_overlap", "valid", True)
    assert overlapping.code in str(caught.value.value)
    _assign(overlapping, scheme[2], "乙")
    assert ChiefAssignment.objects.count() == 2


def test_sides_are_held_apart(city: Any, network: Any, scheme: Any) -> None:
    axis = the_axis("G98")
    _assign(a_segment(city, axis, 0, 1000, sides="down"), scheme[3], "下")
    _assign(a_segment(city, axis, 0, 1000, sides="up"), scheme[3], "上")
    now = clock.now()
    for side, name in (("down", "下"), ("up", "上")):
        (place,) = segments_at_metre(axis.pk, 500.0, side, now)
        assert [member.name for member in place.chain] == [name]
    assert len(segments_at_metre(axis.pk, 500.0, "", now)) == 2


def test_the_chain_at_a_time_with_leave_and_deputies(city: Any, network: Any, scheme: Any) -> None:
    segment = a_segment(city, the_axis("X201"), 0, 1000)
    top, low = _assign(segment, scheme[1], "总"), _assign(segment, scheme[3], "三")
    first, second, named = (a_person(city, login=False, name=name, duty_phone=f"0898-{name}") for name in "甲乙丙")
    deputy_appoint(actor=SYSTEM, assignment=low, person=first, starts_at=LONG_AGO, order=1)
    deputy_appoint(actor=SYSTEM, assignment=low, person=second, starts_at=LONG_AGO, order=2, duty_phone="0898-2")
    now, hour = clock.now(), timedelta(hours=1)
    leave_set(actor=SYSTEM, person=low.person, starts_at=now, ends_at=now + hour)
    leave_set(actor=SYSTEM, person=first, starts_at=now + hour / 2, ends_at=now + hour)
    leave_set(actor=SYSTEM, person=top.person, starts_at=now, ends_at=now + hour, deputy=named)

    def acting(at: Any) -> list[tuple[str, str, str]]:
        return [(each.name, each.acting_name, each.acting_phone) for each in chains_at([segment.pk], at)[segment.pk]]

    assert acting(now - hour) == [("总", "", ""), ("三", "", "")]
    assert acting(now) == [("总", "丙", "0898-丙"), ("三", "甲", "0898-甲")]
    assert acting(now + hour / 2) == [("总", "丙", "0898-丙"), ("三", "乙", "0898-2")], "the first is away too"
    assert acting(now + hour) == [("总", "", ""), ("三", "", "")], "half-open: back at the very end"
    with pytest.raises(Conflict):
        leave_set(actor=SYSTEM, person=low.person, starts_at=now, ends_at=now + hour)


def test_cutting_keeps_the_past_and_carries_chiefs_and_deputies(city: Any, network: Any, scheme: Any) -> None:
    axis = the_axis("X201")
    segment = a_segment(city, axis, 0, 2000)
    now = clock.now()
    chief = _assign(segment, scheme[3], "现", ends_at=now + timedelta(days=10))
    deputy_appoint(actor=SYSTEM, assignment=chief, person=a_person(city, login=False, name="副"), starts_at=LONG_AGO)
    later = _assign(segment, scheme[3], "后", starts_at=now + timedelta(days=10))
    pieces = segment_cut(actor=SYSTEM, segment_uid=str(segment.uid), at_metres=[700.0], names=["前段", "后段"])
    assert [(piece.from_m, piece.to_m) for piece in pieces] == [(0, 700), (700, 2000)]
    yesterday, in_a_month = now - timedelta(days=1), now + timedelta(days=30)
    assert [place.segment_id for place in segments_at_metre(axis.pk, 1000.0, "", yesterday)] == [segment.pk]
    assert [each.name for each in chains_at([segment.pk], yesterday)[segment.pk]] == ["现"]
    assert chains_at([segment.pk], clock.now()) == {}
    for piece in pieces:
        assert [each.name for each in chains_at([piece.pk], clock.now())[piece.pk]] == ["现"]
        assert [each.name for each in chains_at([piece.pk], in_a_month)[piece.pk]] == ["后"]
        current = ChiefAssignment.objects.get(segment=piece, person=chief.person)
        assert [deputy.person.name for deputy in current.deputies.all()] == ["副"]
    assert not ChiefAssignment.objects.filter(pk=later.pk).exists()
    with pytest.raises(Conflict):
        segment_cut(actor=SYSTEM, segment_uid=str(segment.uid), at_metres=[100.0], names=["a", "b"])


def test_joining_neighbours_with_chiefs_of_one_level(city: Any, network: Any, scheme: Any) -> None:
    axis = the_axis("X201")
    first, second = a_segment(city, axis, 0, 1000), a_segment(city, axis, 1000, 2000)
    _assign(first, scheme[3], "甲")
    _assign(second, scheme[3], "乙")
    joined = segment_join(
        actor=SYSTEM, segment_uids=[str(second.uid), str(first.uid)], code="J-1", name="合段", reason="合并"
    )
    assert (joined.from_m, joined.to_m) == (0, 2000)
    assert [each.name for each in chains_at([joined.pk], clock.now())[joined.pk]] == ["甲"]
    yesterday = clock.now() - timedelta(days=1)
    assert [each.name for each in chains_at([second.pk], yesterday)[second.pk]] == ["乙"]
    third = a_segment(city, axis, 2500, 3000)
    with pytest.raises(InvalidInput):
        segment_join(actor=SYSTEM, segment_uids=[str(joined.uid), str(third.uid)], code="J-2", name="不相接")


def test_border_rule_tells_both_within_fifty_metres(city: Any, network: Any, scheme: Any) -> None:
    axis = the_axis("X201")
    first, second = a_segment(city, axis, 0, 1000), a_segment(city, axis, 1000, 2000)
    now = clock.now()

    def found(metre: float) -> list[tuple[int, bool]]:
        return [(place.segment_id, place.is_border) for place in segments_at_metre(axis.pk, metre, "down", now)]

    assert found(940) == [(first.pk, False)]
    assert found(960) == [(first.pk, False), (second.pk, True)]
    assert found(1000) == [(second.pk, False), (first.pk, True)], "half-open"
    assert found(1049) == [(second.pk, False), (first.pk, True)]
    assert found(1051) == [(second.pk, False)]


def test_stretches_without_a_chief_are_a_list(city: Any, network: Any, scheme: Any) -> None:
    axis = the_axis("X201")
    answered, alone = a_segment(city, axis, 0, 1000), a_segment(city, axis, 1000, 2000)
    assignment = _assign(answered, scheme[3])
    now = clock.now()
    assert segments_without_chief(now, [city.path]) == [alone]
    assert segments_without_chief(now, []) == []
    chief_assignment_end(actor=SYSTEM, assignment_uid=str(assignment.uid), at=now)
    assert set(segments_without_chief(now, [city.path])) == {answered, alone}
    segment_retire(actor=SYSTEM, segment_uid=str(alone.uid))
    assert segments_without_chief(clock.now(), [city.path]) == [answered]


def test_another_organisation_may_not_touch_it(city: Any, network: Any, scheme: Any) -> None:
    north, south = an_organisation("北区", city), an_organisation("南区", city)
    actor = an_actor(south, Role.ADMINISTRATOR)
    segment = a_segment(north, the_axis("X201"), 0, 1000)
    assignment = _assign(segment, scheme[3])
    person = a_person(south, login=False)
    calls = [
        lambda: segment_create(
            actor=actor, organisation=north, code="N", name="n", axis=segment.axis, from_m=1, to_m=2
        ),
        lambda: segment_cut(actor=actor, segment_uid=str(segment.uid), at_metres=[5.0], names=["a", "b"]),
        lambda: segment_retire(actor=actor, segment_uid=str(segment.uid)),
        lambda: chief_assign(actor=actor, segment=segment, level=scheme[2], person=person, starts_at=LONG_AGO),
        lambda: chief_assignment_end(actor=actor, assignment_uid=str(assignment.uid)),
        lambda: deputy_appoint(actor=actor, assignment=assignment, person=person, starts_at=LONG_AGO),
        lambda: leave_set(
            actor=actor, person=assignment.person, starts_at=LONG_AGO, ends_at=LONG_AGO + timedelta(days=1)
        ),
    ]
    for call in calls:
        with pytest.raises(Forbidden):
            call()
    assert Segment.objects.count() == 1 and ChiefAssignment.objects.count() == 1


def test_re_import_moves_no_responsibility_and_asks_a_person(city: Any, network: Any, scheme: Any) -> None:
    axis = the_axis("X201")
    segment = a_segment(city, axis, 100, 900)
    _assign(segment, scheme[3], "章")
    before = (axis.geom.wkt, axis.length_m, segment.geom.wkt, segment.from_m, segment.to_m)
    source = a_source(name="moved")
    source.lon[14] += 0.002
    source.way_name[5] = -1
    second = a_network(city, source)
    assert second.is_current and second.version != network.version
    axis.refresh_from_db()
    segment.refresh_from_db()
    assert (axis.geom.wkt, axis.length_m, segment.geom.wkt, segment.from_m, segment.to_m) == before
    assert [each.name for each in chains_at([segment.pk], clock.now())[segment.pk]] == ["章"]
    kinds = dict(ReviewItem.objects.values_list("axis__name", "kind"))
    assert kinds == {"那环北路": "axis_moved", "清湖路": "axis_gone"}


def test_review_items_are_asked_once_and_settled_once(city: Any, db: None) -> None:
    for _again in range(2):
        item = review_add(actor=SYSTEM, organisation=city, kind="stretch_doubtful", text="哪一段？")
    assert ReviewItem.objects.count() == 1
    review_settle(actor=SYSTEM, item_id=item.pk)
    with pytest.raises(Conflict):
        review_settle(actor=SYSTEM, item_id=item.pk)
    with pytest.raises(NotFound):
        review_settle(actor=SYSTEM, item_id=item.pk + 1)
