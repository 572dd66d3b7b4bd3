"""The data scope as a filter: which rows a policy lets an actor have."""

from __future__ import annotations

from django.db.models import Q

from stations.types import Actor, DataClass, Verb

NOTHING = Q(pk__in=[])
# Not `Q()`: an empty condition falls out of "this or that", and everything or something would be something only.
EVERYTHING = ~NOTHING


def path_filter(actor: Actor, verb: Verb, data_class: DataClass, field: str = "organisation_path") -> Q:
    """A filter for the rows on which this actor may do `verb`.

    `field` holds the organisation path (`organisation__path` where rows keep only the key). It matches nothing when
    nothing is allowed, and everything, rows without an organisation included, only for a grant over everything.
    """
    condition = NOTHING
    for path in actor.scope_paths(verb, data_class):
        if path == "":
            return EVERYTHING
        condition |= Q(**{f"{field}__startswith": path})
    return condition
