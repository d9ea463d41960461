# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plants links, directories, FIFOs, sockets and devices at every name that a run touches in a home.

Whatever stands there, nothing outside of the home changes, the run ends with a sentence, and bob is provisioned.
"""

from __future__ import annotations

import os
import socket
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from .stage import Ended, Fell, Stage
from .wanted import ADA, BOB, CLIENTS, FOREIGN, absent, present

NAMES = {
    ".claws-mail": "claws_mail",
    ".claws-mail/accountrc": "claws_mail",
    ".claws-mail/folderlist.xml": "claws_mail",
    "Mail": "claws_mail",
    "Mail/inbox": "claws_mail",
    ".sylpheed-2.0": "sylpheed",
    ".sylpheed-2.0/accountrc": "sylpheed",
    ".config": "kmail",
    ".config/evolution": "evolution",
    ".config/evolution/sources": "evolution",
    ".config/mailfleet": "mutt",
    ".config/mailfleet/pop-first": "mutt",
    ".config/mailfleet/ada@example.org.msmtprc": "mutt",
    ".config/mailfleet/emacs": "emacs_gnus",
    ".config/mailfleet/emacs/ada@example.org.el": "emacs_gnus",
    ".config/mailtransports": "kmail",
    ".config/emailidentities": "kmail",
    ".config/kmail2rc": "kmail",
    ".config/akonadi": "kmail",
    ".config/akonadi/agentsrc": "kmail",
    ".muttrc": "mutt",
    ".config/mutt": "mutt",
    ".config/mutt/muttrc": "mutt",
    ".emacs.d": "emacs_gnus",
    ".emacs.d/init.el": "emacs_gnus",
    ".emacs": "emacs_gnus",
}
"""What is touched in a home, and a client for which that is so."""


def _link(target: str) -> Callable[[Stage, Path], None]:
    def plant(stage: Stage, path: Path) -> None:
        os.symlink(target.format(root=stage.root, place=stage.place, name=path.name), path)

    return plant


def _hard_link(target: str) -> Callable[[Stage, Path], None]:
    def plant(stage: Stage, path: Path) -> None:
        # Where fs.protected_hardlinks is off, a user can do this.
        os.link(target.format(root=stage.root, place=stage.place), path)

    return plant


def _file(content: bytes, mode: int = 0o644) -> Callable[[Stage, Path], None]:
    def plant(_stage: Stage, path: Path) -> None:
        path.write_bytes(content)
        path.chmod(mode)

    return plant


def _directory(mode: int, full: bool = False) -> Callable[[Stage, Path], None]:
    def plant(_stage: Stage, path: Path) -> None:
        path.mkdir()
        if full:
            (path / "x").write_bytes(b"x")
        path.chmod(mode)

    return plant


def _socket(_stage: Stage, path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        os.chdir(path.parent)
        made.bind(path.name)


def _device(kind: int, major: int, minor: int) -> Callable[[Stage, Path], None]:
    def plant(_stage: Stage, path: Path) -> None:
        os.mknod(path, kind | 0o666, os.makedev(major, minor))

    return plant


def _link_to_fifo(_stage: Stage, path: Path) -> None:
    os.mkfifo(path.with_name("fifo"))
    os.symlink("fifo", path)


def _chain(_stage: Stage, path: Path) -> None:
    """Forty-five links, one leading to the next."""
    for number in range(45):
        os.symlink(f"{path.name}.{number + 1}", path.with_name(f"{path.name}.{number}" if number else path.name))
    path.with_name(f"{path.name}.45").write_bytes(b"x\n")


def _link_up(stage: Stage, path: Path) -> None:
    os.symlink(os.path.relpath(stage.path("/srv/jewels/shared"), path.parent), path)


AS_USER = {
    "link to a jewel": _link("/srv/jewels/file"),
    "link to a directory of jewels": _link("/srv/jewels/shared"),
    "link to a new name among jewels": _link("/srv/jewels/shared/new"),
    "link to a jewel as the machine knows it": _link("{root}/srv/jewels/file"),
    "link to a directory as the machine knows it": _link("{root}/srv/jewels/shared"),
    "link to a directory beside the root": _link("{place}/jewels/shared"),
    "link up to a directory of jewels": _link_up,
    "link far up to a jewel": _link("../../../../../../srv/jewels/shared/file"),
    "link to a home": _link("/home/eve"),
    "link to bob's file": _link("/home/bob/{name}"),
    "link through /proc": _link("/proc/self/root{root}/srv/jewels/shared"),
    "link to /proc/self/fd/0": _link("/proc/self/fd/0"),
    "link to an endless device": _link("/dev/zero"),
    "link to itself": _link("{name}"),
    "link to nothing": _link("nothing/at/all"),
    "chain of links": _chain,
    "hard link to a jewel": _hard_link("{root}/srv/jewels/file"),
    "hard link to a setuid program": _hard_link("{root}/srv/jewels/program"),
    "hard link to bob's accounts": _hard_link("{root}/home/bob/.claws-mail/accountrc"),
    "file": _file(b"a file\n"),
    "file that nobody may read": _file(b"a file\n", 0),
    "file of zero bytes": _file(b"\0" * 5000),
    "empty directory": _directory(0o755),
    "full directory": _directory(0o755, full=True),
    "directory that nobody may enter": _directory(0),
    "directory that may not be written": _directory(0o555, full=True),
    "FIFO": lambda _stage, path: os.mkfifo(path),
    "link to a FIFO": _link_to_fifo,
    "socket": _socket,
}
# What only root can make, and a user may find on a stick, in a container or on a share.
AS_ROOT = {
    "character device": _device(stat.S_IFCHR, 1, 3),
    "endless device": _device(stat.S_IFCHR, 1, 5),
    "block device": _device(stat.S_IFBLK, 7, 250),
    "root's file": _file(b"root's\n", 0o600),
    "root's link to a jewel": _link("/srv/jewels/file"),
    "root's directory": _directory(0o700, full=True),
}
OF_THE_RECORD = ("var/lib/mailfleet", "var/lib/mailfleet/default.json", "var/lib/mailfleet/default.lock")
TEMPORARY = (
    ".mailfleet-0123456789abcdef.tmp",
    ".mailfleet-default-0123456789abcdef.tmp",
    ".mailfleet-other-0123456789abcdef.tmp",
    ".mailfleet-1-0123456789abcdef.tmp",
    ".mailfleet-default-1-1-0123456789abcdef.tmp",
    ".mailfleet-.tmp",
    ".mailfleet-..tmp",
)


SHARE = 0.3
INSIDE = 0.6
"""Part of the rounds in which the installer has "/" as its root: there its links and the kernel's are the same."""


def rounds() -> list[str]:
    """Return a round for each name and what stands there."""
    planted = [f"{what} at {name}" for name in NAMES for what in [*AS_USER, *AS_ROOT]]
    others = [f"record: {what} at {name}" for name in OF_THE_RECORD for what in AS_USER]
    others += [f"temporary: {what}" for what in [*AS_USER, *AS_ROOT]]
    return [*planted, *others, "backup names"]


def play(stage: Stage, name: str) -> None:
    """Plant, install, look, remove."""
    kind, _colon, rest = name.partition(": ")
    if kind == "record":
        what, _at, where = rest.partition(" at ")
        _record(stage, what, where)
    elif kind == "temporary":
        _temporary(stage, rest)
    elif name == "backup names":
        _backups(stage)
    else:
        what, _at, where = name.partition(" at ")
        _home(stage, what, where)


def _plant(stage: Stage, what: str, path: Path, uid: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    top = stage.root / "home/ada"
    for parent in [parent for parent in path.parents if parent.is_relative_to(top)]:
        os.chown(parent, uid, uid)
    if what in AS_ROOT:
        AS_ROOT[what](stage, path)
    else:
        stage.as_user(uid, lambda: AS_USER[what](stage, path))
        if not os.path.lexists(path):
            with suppress(OSError):
                # The user may not, here: fs.protected_hardlinks. Elsewhere it is off.
                AS_USER[what](stage, path)
                os.lchown(path, uid, uid) if not what.startswith("hard link") else None


def _home(stage: Stage, what: str, where: str) -> None:
    client = NAMES[where]
    stage.chrooted = stage.dice.random() < INSIDE
    stage.write("/home/bob/.claws-mail/accountrc", FOREIGN, stage.bob)
    _plant(stage, what, stage.path(f"/home/ada/{where}"), stage.ada)
    wanted = present(("claws_mail",) if client == "claws_mail" else ("claws_mail", client))
    with stage.nothing_else_changes():
        for check in (True, False):
            ended = stage.installed(wanted, check=check)
            _orderly(ended)
        bob = stage.path("/home/bob/.claws-mail/accountrc").read_bytes()
        if not bob.startswith(FOREIGN.rstrip(b"\n")) or b"mail.example.net" not in bob:
            raise Fell(f"bob's accounts are {bob!r}")
        stage.all_belongs_to(stage.bob, "/home/bob")
        ended = stage.installed(absent())
        _orderly(ended)
        if stage.path("/home/bob/.claws-mail/accountrc").read_bytes() != FOREIGN:
            raise Fell("bob's accounts did not come back")


def _orderly(ended: Ended) -> None:
    """Fall when ada cost somebody else something, or nobody can read why she was refused."""
    told = ended.told
    if ended.signal or BOB in ended.refused or "Traceback" in told or (told and not told.rstrip().endswith((".", ")"))):
        raise Fell(f"signal {ended.signal}, refused: {sorted(ended.refused)}: {told[:1500]}")
    if ended.result.get("failed") and not ended.refused:
        raise Fell(f"everybody is refused: {told[:1500]}")


def _record(stage: Stage, what: str, where: str) -> None:
    """Plant where the record lies, as if ada could: what is hers is refused there, and never followed.

    A link that root made is an admin's, who wants the record elsewhere.
    """
    stage.chrooted = stage.dice.random() < INSIDE
    stage.write("/home/bob/.claws-mail/accountrc", FOREIGN, stage.bob)
    if where.count("/") > 2:
        stage.path("/var/lib/mailfleet").mkdir(mode=0o700)
    path = stage.path(where)
    AS_USER[what](stage, path)
    if not what.startswith("hard link"):
        os.lchown(path, stage.ada, stage.ada)
    with stage.nothing_else_changes():
        for params in (present(), present(), absent()):
            ended = stage.installed(params)
            if "Traceback" in ended.told:
                raise Fell(ended.told[:1500])


def _temporary(stage: Stage, what: str) -> None:
    """Plant what looks like the rest of a dead run: in the home, and in a directory that everybody may write."""
    stage.chrooted = stage.dice.random() < INSIDE
    stage.write("/home/bob/.claws-mail/accountrc", FOREIGN, stage.bob)
    stage.good(present(CLIENTS))
    for directory in ("home/ada/.claws-mail", "home/ada/.config/mailfleet", "usr/share/thunderbird/isp"):
        for name in TEMPORARY:
            path = stage.path(f"{directory}/{name}")
            if directory.startswith("home"):
                _plant(stage, what, path, stage.ada)
            else:
                with suppress(OSError):
                    (AS_ROOT.get(what) or AS_USER[what])(stage, path)
    with stage.nothing_else_changes():
        for params in (present(CLIENTS, later=True), absent()):
            ended = stage.installed(params)
            _orderly(ended)


def _backups(stage: Stage) -> None:
    """Plant links where the backups of the next seconds and processes would lie."""
    stage.write("/home/ada/.claws-mail/accountrc", FOREIGN, stage.ada)
    directory = stage.path("/home/ada/.claws-mail")
    now = time.time()
    moments = [time.strftime("%Y-%m-%d@%H:%M:%S~", time.localtime(now + second)) for second in range(5)]

    def plant() -> None:
        for process in range(os.getpid() - 2, os.getpid() + 200):
            for moment in moments:
                os.symlink(stage.seen("/srv/jewels/shared/file"), directory / f"accountrc.{process}.{moment}")

    stage.as_user(stage.ada, plant)
    with stage.nothing_else_changes():
        ended = stage.installed(present(backup=True))
        if ended.refused - {ADA}:
            raise Fell(ended.told[:1500])
