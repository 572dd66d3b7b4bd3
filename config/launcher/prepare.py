"""What every start checks: translations compiled, database migrated."""

from __future__ import annotations

from collections.abc import Mapping

from config.launcher import children
from config.launcher.places import Places


def messages(where: Places) -> int:
    """Compile translation catalogues that are newer than their compiled form. Returns how many were."""
    import polib

    count = 0
    for source in sorted(where.root.glob("locale/*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(compiled))
            count += 1
    return count


def database(where: Places, environment: Mapping[str, str]) -> None:
    """Bring the database up to date. Raises LaunchError."""
    children.needed(
        children.manage("prepare_database"), folder=where.root, environment=environment, doing="migrating the database"
    )
