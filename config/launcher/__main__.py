"""`python -m config.launcher COMMAND …`: called by `./run` when everything is installed."""

from __future__ import annotations

import errno
import os
import shlex
import sys
from pathlib import Path

from config.environment import BadEnvironment
from config.launcher import backup, children, demo, doctor, prepare, suite, translations, vendor
from config.launcher.places import LaunchError, Places, called_from, environment, generated, places
from config.launcher.services import services, stop_all
from config.launcher.speech import say

# Management commands that are about the tables themselves, or need none.
_WITHOUT_TABLES = {
    *("help", "prepare_database", "migrate", "makemigrations", "showmigrations", "sqlmigrate"),
    *("makemessages", "compilemessages", "collectstatic"),
}

# These look for the source in the folder they run in.
_OF_THE_SOURCE = {"makemessages", "compilemessages"}


def _manage(where: Places, words: list[str]) -> int:
    values = {**environment(where), "LUZHANG_SIMULATION": os.environ.get("LUZHANG_SIMULATION", "1")}
    with services(where, keep=True):
        # The tables of another's database are brought up to date by whoever runs it, when they say so.
        if where.has_own_database and words[:1] and words[0] not in _WITHOUT_TABLES:
            prepare.database(where, values)
        return children.run(
            [sys.executable, str(where.root / "manage.py"), *words],
            folder=folder_of(where, words),
            environment=values,
            interactive=True,
        )


def folder_of(where: Places, words: list[str]) -> Path:
    """Where a management command runs: paths in it are meant from the caller's folder, its own files from the root."""
    return where.root if words[:1] and words[0] in _OF_THE_SOURCE else called_from(Path())


def _bench(where: Places, words: list[str]) -> int:
    with services(where):
        values = {**environment(where), "LUZHANG_SIMULATION": "1"}
        return children.run([sys.executable, "-m", "bench", *words], folder=where.root, environment=values)


def _stop(where: Places, _: list[str]) -> int:
    count = children.end_registered(where)
    if count:
        say(f"ended {count}")
    stop_all(where)
    return 0


def _vendor(where: Places, _: list[str]) -> int:
    say(f"{vendor.copy(where)} files of browser libraries")
    return 0


def _strip_hosts(where: Places, _: list[str]) -> int:
    vendor.strip_hosts(where)
    return 0


def _messages(where: Places, _: list[str]) -> int:
    prepare.messages(where)
    return 0


def _environment(where: Places, _: list[str]) -> int:
    """For tools outside ./run: what the private services and this installation need (`source <(./run env)`)."""
    values = environment(where)
    for name in generated(where):
        print(f"export {name}={shlex.quote(values[name])}")
    return 0


COMMANDS = {
    "demo": demo.main,
    "test": suite.main,
    "manage": _manage,
    "bench": _bench,
    "stop": _stop,
    "doctor": lambda where, _: doctor.main(where),
    "backup": backup.backup,
    "restore": backup.restore,
    "vendor": _vendor,
    "messages": _messages,
    "translations": lambda where, _: translations.main(where),
    "env": _environment,
    "strip-hosts": _strip_hosts,
}


_CURES = {
    errno.EACCES: "run as the user whose it is, or set LUZHANG_VAR to a folder of yours",
    errno.EPERM: "run as the user whose it is, or set LUZHANG_VAR to a folder of yours",
    errno.EROFS: "set LUZHANG_VAR to a folder that can be written",
    errno.ENOSPC: "free some space, or set LUZHANG_VAR to another disk",
}


def main(words: list[str]) -> int:
    """Run one command. Returns the exit code."""
    children.listen()
    try:
        where = places()
        command = COMMANDS[words[0]]
        if words[0] in ("stop", "doctor", "vendor", "messages", "translations", "env", "strip-hosts"):
            return command(where, words[1:])
        with children.registered(where):
            return command(where, words[1:])
    except (LaunchError, BadEnvironment) as problem:
        sys.stderr.write(f"luzhang: {problem}\n")
        return 2
    except OSError as problem:
        if problem.errno not in _CURES:
            raise
        sys.stderr.write(f"luzhang: {problem.filename or 'a file'}: {problem.strerror}: {_CURES[problem.errno]}.\n")
        return 2
    except children.Stopped as stopped:
        return 128 + stopped.number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
