# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Swaps directories, links and files of a home as fast as its user can, while root installs, updates and removes.

Nothing outside of the home changes, no run crashes or hangs, no file is half written, and bob is never touched by it.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from .stage import Fell, Stage
from .wanted import BOB, FOREIGN, absent, present

CLIENTS = ("claws_mail", "mutt", "evolution")
DIRECTORIES = (".claws-mail", ".config", ".config/mailfleet", ".config/evolution", ".config/evolution/sources", "Mail")
FILES = (".claws-mail/accountrc", ".claws-mail/folderlist.xml", ".muttrc", ".config/mailfleet/pop-first")
TURNS = 6
"""Runs that root makes in one round, each against a home that somebody is at."""
SHARE = 0.4
DWELL = 0.002
"""Seconds for which a link stays, at most."""


def _clear(path: Path) -> None:
    """Remove whatever is there: the trick could not be played again."""
    with suppress(OSError):
        path.unlink()
    shutil.rmtree(path, ignore_errors=True)


def _swap(path: Path) -> Callable[[], None]:
    """Return what exchanges two names by renames, so that there are moments with neither."""
    other, spare = path.with_name(path.name + ".other"), path.with_name(path.name + ".spare")

    def work() -> None:
        _clear(spare)
        for old, new in ((path, spare), (other, path), (spare, other)):
            with suppress(OSError):
                os.rename(old, new)

    return work


def _exchange(path: Path, target: str) -> Callable[[], None]:
    """Return what puts a link in the place of a name, and the thing itself back."""
    away = path.with_name(path.name + ".away")

    def work() -> None:
        _clear(away)
        os.rename(path, away)
        os.symlink(target, path)
        # Long enough to be walked through, short enough to be another thing at the next look.
        time.sleep(random.random() * DWELL)
        os.unlink(path)
        os.rename(away, path)
        time.sleep(random.random() * DWELL)

    return work


def _hard_links(path: Path, target: Path) -> Callable[[], None]:
    away = path.with_name(path.name + ".away")

    def work() -> None:
        os.makedirs(path.parent, exist_ok=True)
        _clear(away)
        os.link(target, away)
        os.rename(away, path)
        os.unlink(path)

    return work


def _kinds(path: Path) -> Callable[[], None]:
    """Return what makes a FIFO, a directory and a file of the same name, in turn."""

    def work() -> None:
        os.makedirs(path.parent, exist_ok=True)
        _clear(path)
        os.mkfifo(path)
        os.unlink(path)
        os.mkdir(path)
        os.rmdir(path)
        path.write_bytes(FOREIGN)

    return work


def _remove(path: Path) -> Callable[[], None]:
    def work() -> None:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()

    return work


def _modes(path: Path) -> Callable[[], None]:
    def work() -> None:
        for mode in (0o000, 0o777, 0o555, 0o6777, 0o700):
            path.chmod(mode)

    return work


def _rewrite(path: Path) -> Callable[[], None]:
    """Return what writes the file as its client does, and as a slow editor does."""

    def work() -> None:
        path.write_bytes(FOREIGN)
        with path.open("ab") as stream:
            stream.write(b"[Account: 2]\naddress=x@example.net\n")
        spare = path.with_name("spare")
        spare.write_bytes(FOREIGN)
        os.rename(spare, path)

    return work


def _temporaries(directory: Path, target: str) -> Callable[[], None]:
    """Return what puts links in the place of temporary files as soon as one is seen."""

    def work() -> None:
        for entry in os.scandir(directory):
            if entry.name.startswith(".mailfleet-"):
                os.unlink(entry.path)
                os.symlink(target, entry.path)

    return work


def rounds() -> list[str]:
    """Return a round for each trick and each name that it is played on."""
    names = []
    for name in DIRECTORIES:
        names += [f"{trick} {name}" for trick in ("swap", "link out", "link home", "link within", "remove", "modes")]
        names += [f"temporaries {name}"]
    for name in FILES:
        names += [f"{trick} {name}" for trick in ("link out", "hard links", "kinds", "remove", "modes", "rewrite")]
    return names + ["everything"] * 4


def play(stage: Stage, name: str) -> None:
    """Install, update and remove against one trick, then once more in peace."""
    stage.chrooted = stage.dice.random() < 0.6
    stage.write("/home/ada/.claws-mail/accountrc", FOREIGN, stage.ada)
    stage.write("/home/ada/.muttrc", b"set realname=Ada\n", stage.ada)
    stage.write("/home/bob/.claws-mail/accountrc", FOREIGN, stage.bob)
    stage.good(present(CLIENTS))
    if name == "everything":
        tricks = [_trick(stage, name) for name in rounds() if name != "everything"]

        def work() -> None:
            with suppress(OSError):
                stage.dice.choice(tricks)()
    else:
        work = _trick(stage, name)
    with stage.nothing_else_changes():
        with stage.attacker(stage.ada, work):
            for turn in range(TURNS):
                params = absent() if turn % 3 == 2 else present(CLIENTS, later=bool(turn % 2))
                ended = stage.installed(params)
                if ended.signal or BOB in ended.refused or (ended.result.get("failed") and not ended.refused):
                    raise Fell(f"turn {turn}: signal {ended.signal}, refused {ended.refused}: {ended.told[:1000]}")
                _look(stage, turn)
        for path in (stage.root / "home/ada").iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        stage.good(present(CLIENTS))
        for user, uid in (("ada", stage.ada), ("bob", stage.bob)):
            stage.all_belongs_to(uid, f"/home/{user}")
        stage.good(absent())


def _look(stage: Stage, turn: int) -> None:
    """Fall when an account is there in part, wherever ada has moved the file to."""
    parts = (b"address=ada@example.org", b"receive_server=mail", b"smtp_server=mail", b"pop_before_smtp=")
    for path in (stage.root / "home/ada").rglob("accountrc*"):
        with suppress(OSError):
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            there = [part for part in parts if part in content]
            if there and len(there) != len(parts):
                raise Fell(f"turn {turn}: {path.name} is half written: {content!r}")


def _trick(stage: Stage, name: str) -> Callable[[], None]:
    *words, where = name.split(" ")
    path = stage.path(f"/home/ada/{where}")
    return {
        "swap": _swap(path),
        "link out": _exchange(path, stage.seen("/srv/jewels/shared")),
        "link home": _exchange(path, stage.seen("/home/eve")),
        "link within": _exchange(path, path.name + ".away"),
        "hard links": _hard_links(path, stage.path("/srv/jewels/file")),
        "kinds": _kinds(path),
        "remove": _remove(path),
        "modes": _modes(path),
        "rewrite": _rewrite(path),
        "temporaries": _temporaries(path, stage.seen("/srv/jewels/shared/file")),
    }[" ".join(words)]
