"""Plain data of the stations room that other rooms may use. Django-free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from stations.access.policy import SECOND_FACTOR_ROLES, verbs_of
from stations.access.powers import Power
from stations.access.roles import SEPARATED, Role
from stations.access.verbs import DataClass, Verb

__all__ = [
    "EVERYTHING",
    "PUBLIC_ACTOR",
    "SEPARATED",
    "ZONES",
    "Actor",
    "ActorKind",
    "DataClass",
    "Grant",
    "Power",
    "Role",
    "Verb",
    "prefixes",
    "system_actor",
]

EVERYTHING = ""
# Of what sort the land of an organisation is; arrival norms differ by it.
ZONES = ("town", "suburb", "village")


class ActorKind(StrEnum):
    """What kind of thing acts."""

    PERSON = "person"
    DEVICE = "device"
    SYSTEM = "system"
    PUBLIC = "public"


Grant = tuple[Role, str]


def prefixes(paths: Iterable[str]) -> tuple[str, ...]:
    """Sorted paths without those that lie below another one; `""` swallows all.

    Paths end in a dot, so `1.4.` covers `1.4.9.` and not `1.40.`.
    """
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a person with dated grants (only those in force now), a device, the system itself or the public.

    `grants` pairs a role with the organisation path over which it holds; `""` is everything. Plain ids, no rows: an
    actor may be logged, compared and kept for the length of a request or a stream.
    """

    user_id: int | None = None
    person_id: int | None = None
    name: str = ""
    grants: tuple[Grant, ...] = ()
    kind: ActorKind = ActorKind.PUBLIC
    device_id: int | None = None

    def scope_paths(self, verb: Verb, data_class: DataClass) -> tuple[str, ...]:
        """Path prefixes within which this actor may do `verb`; `()` = nowhere, `("",)` = everywhere."""
        if self.kind is ActorKind.SYSTEM:
            return (EVERYTHING,)
        paths = [path for role, path in self.grants if verb in verbs_of(role, data_class)]
        if verb in verbs_of(Role.PUBLIC, data_class):
            paths.append(EVERYTHING)
        return prefixes(paths)

    def may(self, verb: Verb, data_class: DataClass, organisation_path: str | None = None) -> bool:
        """May this actor do `verb` with such data of that organisation? Without a path: anywhere at all?

        A row without an organisation (`organisation_path=""`) belongs to nobody: only a grant over all reaches it.
        """
        paths = self.scope_paths(verb, data_class)
        if organisation_path is None:
            return bool(paths)
        return any(organisation_path.startswith(path) for path in paths)

    def has_role(self, role: Role, organisation_path: str | None = None) -> bool:
        """Does this actor hold the role, at that organisation or (without a path) anywhere?"""
        return any(
            held is role and (organisation_path is None or organisation_path.startswith(path))
            for held, path in self.grants
        )

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held anywhere."""
        return frozenset(role for role, _path in self.grants)

    @property
    def is_signed_in(self) -> bool:
        """False for the public."""
        return self.kind is not ActorKind.PUBLIC

    @property
    def needs_second_factor(self) -> bool:
        """Does one of the roles ask for a second factor?"""
        return bool(self.roles & SECOND_FACTOR_ROLES)


PUBLIC_ACTOR = Actor(name="public", grants=(), kind=ActorKind.PUBLIC)


def system_actor(name: str) -> Actor:
    """The system itself under the name of the process or command that acts; may do everything."""
    return Actor(name=name, kind=ActorKind.SYSTEM)
