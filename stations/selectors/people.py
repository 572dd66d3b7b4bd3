"""People and their roles that an actor may see."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from stations.models import Person, RoleGrant
from stations.selectors.scope import path_filter
from stations.types import Actor, DataClass, Verb


def people_visible_to(actor: Actor) -> QuerySet[Person]:
    """Colleagues within the actor's scope, and always the actor's own row. Personal numbers are never in a list."""
    visible = path_filter(actor, Verb.VIEW, DataClass.PERSON, field="organisation__path")
    if actor.person_id is not None:
        visible |= Q(pk=actor.person_id)
    return Person.objects.filter(visible).select_related("organisation")


def names_of_users(user_ids: Iterable[int]) -> dict[int, str]:
    """Names of people by the number of their account, for histories that colleagues read. Not scoped: whoever reads the
    history of a case may know who worked on it.
    """
    return dict(Person.objects.filter(user_id__in=set(user_ids)).values_list("user_id", "name"))


def role_grants_visible_to(actor: Actor) -> QuerySet[RoleGrant]:
    """Grants over organisations within the actor's scope, and always the actor's own."""
    visible = path_filter(actor, Verb.VIEW, DataClass.ROLE_GRANT, field="organisation__path")
    if actor.person_id is not None:
        visible |= Q(person_id=actor.person_id)
    return RoleGrant.objects.filter(visible).select_related("organisation", "person")
