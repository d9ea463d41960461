# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One machine to attack: a directory with users of its own, what must never change, and ways to act as each of them.

Whatever may hang or die happens in a child with a time limit, so an attack can neither stop nor crash the harness.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import os
import random
import select
import shutil
import signal
import stat
import subprocess
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from ansible_collections.mailfleet.autodiscover.plugins.module_utils import _as_user
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._install import install

LIMIT = 90.0
"""Seconds that one installation may take before it counts as hung. Nothing here takes more than one or two."""

LIBC = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)


class Fell(Exception):
    """An attack succeeded, or the collection behaved in a way that it must not."""


class NotPossible(Exception):
    """This machine cannot carry out the attack."""


@dataclass(frozen=True)
class Ended:
    """How one installation ended: its result, or what it crashed with, or the signal that killed it."""

    result: dict[str, Any]
    crash: str
    signal: int
    seconds: float

    @property
    def refused(self) -> set[str]:
        """The addresses that were refused."""
        return {row["email"] for row in self.result.get("refused", ()) if row["email"]}

    @property
    def told(self) -> str:
        """What a person reads of it."""
        return str(self.result.get("msg", ""))


@dataclass(frozen=True)
class Kept:
    """What a path was at one moment. The inode tells a file that was replaced by its like."""

    mode: int
    uid: int
    gid: int
    inode: int
    changed: int
    content: bytes

    @property
    def seen(self) -> tuple[int, int, int, bytes]:
        """What somebody who reads it can tell apart."""
        return self.mode, self.uid, self.gid, self.content


class Stage:
    """The machine: ``root`` is its root directory; ada attacks, bob and eve have homes there too."""

    def __init__(self, place: Path, first_uid: int, dice: random.Random, like: Stage | None = None) -> None:
        """Build it, or with ``like`` copy another one as it is now."""
        self.place = place
        self.root = place / "root"
        self.dice = dice
        self.first_uid = first_uid
        self.ada, self.bob, self.eve = first_uid + 1, first_uid + 2, first_uid + 3
        self._untouched: dict[str, Kept] | None = None
        self.chrooted = False
        """Whether the installer runs inside, with "/" as its root, as on a real node; else root is an option of its."""
        if like is None:
            self._build()
        else:
            subprocess.run(["cp", "--archive", f"{like.place}/.", str(place)], check=True)

    def copy(self, name: str) -> Stage:
        """Return a copy of this machine, beside it."""
        place = self.place.with_name(name)
        place.mkdir()
        return Stage(place, self.first_uid, self.dice, like=self)

    def remove(self) -> None:
        """Remove the machine."""
        shutil.rmtree(self.place)

    def _build(self) -> None:
        os.umask(0o022)
        self.place.chmod(0o711)
        for name in ("etc", "home", "usr/bin", "usr/share/thunderbird", "var/lib", "tmp", "dev"):
            (self.root / name).mkdir(parents=True)
        (self.root / "tmp").chmod(0o1777)
        users = {"root": 0, "ada": self.ada, "bob": self.bob, "eve": self.eve}
        self.write(
            "/etc/passwd",
            "".join(f"{name}:x:{uid}:{uid}::{_home(name)}:/bin/sh\n" for name, uid in users.items()).encode(),
        )
        self.write("/etc/group", "".join(f"{name}:x:{uid}:\n" for name, uid in users.items()).encode())
        self.write("/etc/shadow", b"root:$6$secret:1::::::\n", mode=0o600)
        os.mknod(self.root / "dev/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
        for program in ("mpop", "msmtp"):
            self.write(f"/usr/bin/{program}", b"#!/bin/sh\n", mode=0o755)
        for name, uid in users.items():
            home = self.root / _home(name).lstrip("/")
            home.mkdir(exist_ok=True)
            home.chmod(0o700 if name in ("root", "eve") else 0o755)
            os.chown(home, uid, uid)
        self.write("/home/eve/diary", b"dear diary\n", self.eve, 0o600)
        # The rest of the machine, below the node's root and beside it.
        for top in ("/srv/jewels", "../jewels"):
            self.write(f"{top}/file", b"jewel\n")
            self.write(f"{top}/secret", b"password=hunter2\n", mode=0o600)
            self.write(f"{top}/program", b"#!/bin/sh\n", mode=0o4755)
            self.write(f"{top}/shared/file", b"jewel\n", mode=0o666)
            self.path(f"{top}/shared").chmod(0o777)
            self.path(f"{top}/empty").mkdir()

    def path(self, name: str) -> Path:
        """Return a path of the node on this machine."""
        return self.root / name.lstrip("/")

    def seen(self, name: str) -> str:
        """Return a path of the node as the kernel knows it where the installer runs."""
        return name if self.chrooted else str(self.path(name))

    def write(self, name: str, content: bytes, uid: int = 0, mode: int = 0o644) -> Path:
        """Make a file, and the directories above it that are missing, as root."""
        path = self.path(name)
        missing = [parent for parent in path.parents if not parent.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        for parent in missing:
            os.chown(parent, uid, uid)
        path.write_bytes(content)
        os.chown(path, uid, uid)
        path.chmod(mode)
        return path

    # What changed

    def kept(self, *without: str) -> dict[str, Kept]:
        """Return everything below the place, but what lies below one of ``without``, paths of the node."""
        left_out = tuple(str(self.path(name)) for name in without)
        found: dict[str, Kept] = {}
        pending = [str(self.place)]
        while pending:
            path = pending.pop()
            if path in left_out:
                continue
            status = os.lstat(path)
            content = b""
            if stat.S_ISDIR(status.st_mode):
                pending.extend(entry.path for entry in os.scandir(path))
            elif stat.S_ISREG(status.st_mode):
                with open(path, "rb") as stream:
                    content = stream.read()
            elif stat.S_ISLNK(status.st_mode):
                content = os.readlink(os.fsencode(path))
            changed = 0 if stat.S_ISDIR(status.st_mode) else status.st_mtime_ns
            found[path[len(str(self.place)) :]] = Kept(
                status.st_mode, status.st_uid, status.st_gid, status.st_ino, changed, content
            )
        return found

    def jewels(self) -> dict[str, Kept]:
        """Return all that no run may change, whatever ada does: not her home, bob's, nor what we write ourselves."""
        return self.kept("/home/ada", "/home/bob", "/var/lib", "/usr/share", "/srv/mailfleet", "/etc/thunderbird")

    @contextmanager
    def nothing_else_changes(self) -> Iterator[None]:
        """Fall when anything that is nobody's business here is another after one of the runs, or at the end."""
        self._untouched = self.jewels()
        try:
            yield
            self._look_around()
        finally:
            self._untouched = None

    def _look_around(self) -> None:
        if self._untouched is not None:
            self.compare(self._untouched, self.jewels(), "outside of the home")

    def all_belongs_to(self, uid: int, top: str) -> None:
        """Fall when something below a directory is not this user's: then root was at work there itself."""
        for path in [self.path(top), *self.path(top).rglob("*")]:
            if path.lstat().st_uid != uid:
                raise Fell(f"{path.relative_to(self.root)} belongs to {path.lstat().st_uid}, not to {uid}")

    def compare(self, before: dict[str, Kept], after: dict[str, Kept], where: str) -> None:
        """Fall when two states differ."""
        differing = different(before, after)
        if differing:
            shown = "; ".join(
                f"{path}: {_told(before.get(path))} became {_told(after.get(path))}" for path in differing
            )
            raise Fell(f"{where}: {shown[:1500]}")

    # Acting

    def installing(
        self,
        params: dict[str, Any],
        check: bool = False,
        diff: bool = True,
    ) -> Call:
        """Begin to run the installer in a process of its own."""

        def work() -> dict[str, Any]:
            root = str(self.root)
            if self.chrooted:
                os.chroot(root)
                os.chdir("/")
                root = "/"
            return install(dict(params, root=root), check_mode=check, diff_mode=diff)

        return Call(work)

    def installed(self, params: dict[str, Any], limit: float = LIMIT, **more: Any) -> Ended:
        """Run the installer, and return how that ended; it must not hang, crash, or touch what is nobody's business."""
        ended = not_crashed(self.installing(params, **more).wait(limit))
        # A removal would put right what an installation did.
        self._look_around()
        return ended

    def good(self, params: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Run the installer and return its result, which must be a success."""
        ended = self.installed(params, **more)
        if ended.signal or ended.result.get("failed"):
            raise Fell(f"a run that nothing stands against failed (signal {ended.signal}): {ended.told[:1500]}")
        return ended.result

    def as_user(self, uid: int, work: Callable[[], object], limit: float = LIMIT) -> None:
        """Do something with the rights of a user. What the user may not do is not done."""

        def become() -> dict[str, Any]:
            become_user(uid)
            with suppress(OSError):
                work()
            return {}

        ended = called(become, limit)
        if ended.crash or ended.signal:
            raise Fell(f"the harness itself failed as uid {uid}: signal {ended.signal} {ended.crash}")

    @contextmanager
    def attacker(self, uid: int, work: Callable[[], object]) -> Iterator[int]:
        """Keep a process of a user at work: ``work`` is called again and again, until the block ends."""
        child = os.fork()
        if child == 0:
            _attack(uid, work)
        wait_until(lambda: child in processes_of([uid]), LIMIT)
        try:
            yield child
        finally:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _home(name: str) -> str:
    return "/root" if name == "root" else f"/home/{name}"


def _attack(uid: int, work: Callable[[], object]) -> NoReturn:
    try:
        die_with_parent()
        become_user(uid)
        die_with_parent()
        while True:
            with suppress(OSError):
                work()
    finally:
        os._exit(1)


def become_user(uid: int) -> None:
    """Give up root for good."""
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends, however that ends."""
    set_parent_death_signal = 1
    LIBC.prctl(set_parent_death_signal, signal.SIGKILL, 0, 0, 0)


def become_reaper() -> None:
    """Have orphans below this process become its children, so that it can wait for them."""
    set_child_subreaper = 36
    LIBC.prctl(set_child_subreaper, 1, 0, 0, 0)


def not_crashed(ended: Ended) -> Ended:
    """Return how a run ended. A traceback is no way to end."""
    if ended.crash:
        raise Fell(f"the installer crashed instead of telling: {ended.crash[-1500:]}")
    return ended


def different(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the keys whose values differ."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _told(kept: object) -> str:
    if not isinstance(kept, Kept):
        return "nothing" if kept is None else repr(kept)
    return f"({kept.mode:o} {kept.uid}:{kept.gid} inode {kept.inode} {kept.content[:120]!r})"


def called(work: Callable[[], dict[str, Any]], limit: float) -> Ended:
    """Call a function in a child and return what it returned. A child that takes too long is killed: then we fall."""
    return Call(work).wait(limit)


class Call:
    """A function that runs in a child."""

    def __init__(self, work: Callable[[], dict[str, Any]]) -> None:
        self._reading, writing = os.pipe()
        self._begun = time.monotonic()
        self.process = os.fork()
        if self.process == 0:
            _answer(work, self._reading, writing)
        os.close(writing)

    def wait(self, limit: float) -> Ended:
        """Wait for its end, and return that."""
        parts: list[bytes] = []
        try:
            while True:
                left = self._begun + limit - time.monotonic()
                if left <= 0 or not select.select([self._reading], [], [], left)[0]:
                    self.kill()
                    raise Fell(f"it hung: no end after {limit:.0f} seconds")
                part = os.read(self._reading, 1 << 20)
                if not part:
                    break
                parts.append(part)
        finally:
            os.close(self._reading)
            status = os.waitpid(self.process, 0)[1]
        seconds = time.monotonic() - self._begun
        if os.WIFSIGNALED(status):
            return Ended({}, "", os.WTERMSIG(status), seconds)
        answer: dict[str, Any] = json.loads(b"".join(parts) or b'{"crash": "no answer"}')
        return Ended(answer.get("result", {}), answer.get("crash", ""), 0, seconds)

    def kill(self) -> None:
        """Kill the child, but not what it has started."""
        os.kill(self.process, signal.SIGKILL)


def _answer(work: Callable[[], dict[str, Any]], reading: int, writing: int) -> NoReturn:
    try:
        os.close(reading)
        die_with_parent()
        try:
            answer: dict[str, Any] = {"result": work()}
        except BaseException:  # noqa: BLE001 - SystemExit too: whatever it is, it is no way to end
            answer = {"crash": traceback.format_exc()}
        data = json.dumps(answer).encode("ascii")
        while data:
            data = data[os.write(writing, data) :]
    finally:
        os._exit(0)


def processes_of(uids: Sequence[int]) -> list[int]:
    """Return the processes that run with one of these uids; zombies are none."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError):
                text = Path(f"/proc/{name}/status").read_text(encoding="utf-8", errors="replace")
                fields = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
                if int(fields["Uid"].split()[0]) in uids and not fields["State"].startswith(("Z", "X")):
                    found.append(int(name))
    return found


def wait_until(true: Callable[[], bool], limit: float) -> bool:
    """Wait until something is true, and return whether it became so in time."""
    end = time.monotonic() + limit
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def shorten_deadlines(one: float, everyone: float) -> None:
    """Make the times short that the work of one user, and of all, may take: a minute is too long for a round."""
    for name, seconds in (("SECONDS_OF_A_USER", one), ("SECONDS_OF_ALL_USERS", everyone)):
        if not hasattr(_as_user, name):
            raise Fell(f"nothing bounds how long the work of a user may take: _as_user.py has no {name}")
        setattr(_as_user, name, seconds)
