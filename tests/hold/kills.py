# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kills a run at each call that it makes to the system, and at each such call of the run that follows, too.

Each file is whole old or whole new; the next run makes everything so, nothing of the dead one is left, and a removal
brings back exactly what was there before the first run.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import re
import signal
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._install import install

from .stage import LIMIT, Fell, Kept, Stage, become_reaper, called, processes_of, wait_until
from .wanted import ADA, BOB, FOREIGN, absent, present, purged

CHANGES = (
    (os, "open"),
    (os, "write"),
    (os, "fchown"),
    (os, "fchmod"),
    (os, "setxattr"),
    (os, "removexattr"),
    (os, "fsync"),
    (os, "rename"),
    (os, "replace"),
    (os, "link"),
    (os, "symlink"),
    (os, "unlink"),
    (os, "mkdir"),
    (os, "rmdir"),
)
"""What changes something. To be killed before each of them is to be killed after each of them, too."""

BETWEEN = ((os, "read"), (os, "close"), (os, "fork"), (os, "setuid"), (os, "waitpid"), (os, "kill"), (fcntl, "flock"))
"""Where one process of a run may die while the other goes on."""

WAYS = {"all": 4, "half": 1, "one": 4, "twice": 2}
"""How it dies, and how many rounds share the calls among them. All processes die; or all, in the middle of a write; or
only the process that makes the call; or all, and in the run that follows again."""

SAMPLE = 8
"""Calls that a round tries for the last two ways, whose possibilities have no end."""

CLIENTS = ("claws_mail", "mutt", "thunderbird", "thunderbird_autoconfig")
FILES = ("accountrc", "folderlist.xml", "muttrc", ".msmtprc", "isp/", "policies.json", "thunderbird.cfg")

RUNS: dict[str, tuple[tuple[dict[str, Any], ...], dict[str, Any], tuple[dict[str, Any], ...]]] = {}
"""Name of a run: what was done before it, what it does, and what it comes to when one user is refused."""


def _few(params: dict[str, Any]) -> dict[str, Any]:
    """Leave out the files that are of a kind that is there already."""

    def is_kept(item: dict[str, Any]) -> bool:
        return any(part in str(item.get("path") or item["candidates"]) for part in FILES)

    return {**params, "files": [item for item in params["files"] if is_kept(item)]}


def _runs() -> dict[str, tuple[tuple[dict[str, Any], ...], dict[str, Any], tuple[dict[str, Any], ...]]]:
    if not RUNS:
        first, ada, bob = (_few(present(CLIENTS, emails=emails)) for emails in ((ADA, BOB), (ADA,), (BOB,)))
        later = [_few(present(CLIENTS, later=True, emails=emails)) for emails in ((ADA, BOB), (ADA,), (BOB,))]
        RUNS.update(
            {
                "first": ((), first, (ada, bob)),
                "update": ((first,), later[0], (later[1], later[2])),
                "removal": ((first,), absent(), (absent(ADA), absent(BOB))),
                "purge": ((first,), _few(purged(CLIENTS)), (absent(ADA),)),
                "removal of one": ((first,), absent(ADA), ()),
            }
        )
    return RUNS


def rounds() -> list[str]:
    """Return a round for each run, way to die and part of the calls."""
    return [f"{run}: {way}, part {part}" for run in _runs() for way, parts in WAYS.items() for part in range(parts)]


def play(stage: Stage, name: str) -> None:
    """Kill a run at every call of this part."""
    run, _colon, rest = name.partition(": ")
    way, _comma, part = rest.partition(", part ")
    before, params, halves = _runs()[run]
    become_reaper()
    stage.write("/home/ada/.claws-mail/accountrc", FOREIGN, stage.ada, 0o600)
    stage.write("/home/ada/.muttrc", b"set realname=Ada\n", stage.ada)
    stage.write("/etc/thunderbird/policies/policies.json", b'{"policies": {"DisableTelemetry": true}}\n')
    original = _tree(stage)
    for earlier in before:
        stage.good(earlier)
    states = [_tree(stage)]
    for half in halves:
        partly = stage.copy("partly")
        partly.good(half)
        states.append(_tree(partly))
        partly.remove()
    whole = stage.copy("whole")
    calls = _killed(whole, params, way, 0)
    end = _tree(whole)
    states.append(end)
    whole.remove()
    chosen = list(range(1 + int(part), calls + 1, WAYS[way]))
    if way in ("one", "twice"):
        chosen = sorted(stage.dice.sample(chosen, min(SAMPLE, len(chosen))))
    for at in chosen:
        victim = stage.copy(f"killed-{at}")
        _killed(victim, params, way, at)
        where = f"killed at call {at} of {calls}"
        _is_whole(states, _tree(victim), where)
        if way == "twice":
            again = stage.dice.randint(1, calls)
            _killed(victim, params, "all", again)
            where += f", and the next one at call {again}"
            _is_whole(states, _tree(victim), where)
        victim.good(params)
        victim.compare(end, _tree(victim), f"{where}, after the next run")
        if victim.good(params)["changed"]:
            raise Fell(f"{where}: the run after the next one changes something")
        victim.good(absent())
        victim.compare(original, _tree(victim), f"{where}, after the removal")
        left = [str(path.relative_to(victim.root)) for path in victim.root.rglob(".mailfleet-*")]
        if left:
            raise Fell(f"{where}: left over: {left}")
        victim.remove()


def _tree(stage: Stage) -> dict[str, Kept]:
    """Return everything but our own record. Which inode it is, and when it was written, is of no interest.

    Nor is the number of an account, because one that a dead run has given away is never given again; nor in which order
    the accounts stand in a shared file, because one that was refused comes later.
    """
    kept = stage.kept("/var/lib/mailfleet")
    return {path: Kept(was.mode, was.uid, was.gid, 0, 0, _meaning(path, was.content)) for path, was in kept.items()}


def _meaning(path: str, content: bytes) -> bytes:
    if path.endswith("/thunderbird.cfg"):
        return b"".join(sorted(content.splitlines(keepends=True)))
    return re.sub(rb"\[Account: \d+\]", b"[Account: N]", content)


def _is_whole(states: list[dict[str, Kept]], now: dict[str, Kept], where: str) -> None:
    """Fall when a path is in none of the states that a run leads to, but for temporary files, whole or not."""
    for path in sorted(now.keys() | states[0].keys()):
        if "/.mailfleet-" not in path and all(now.get(path) != state.get(path) for state in states):
            raise Fell(f"{where}: {path} is neither old nor new: {now.get(path)}")


def _killed(stage: Stage, params: dict[str, Any], way: str, at: int) -> int:
    """Run the installer, kill it at a call, and wait until nothing of it runs; return how many calls there were.

    ``at`` 0: it is not killed.
    """
    # The number of calls, and the process that waits for its death: a user's child cannot kill root's, and has no pipe.
    shared = mmap.mmap(-1, 16)
    die = os.kill

    def count(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **more: Any) -> Any:
            if name == "open" and way != "one" and not arguments[1] & os.O_CREAT:
                return real(*arguments, **more)
            number = struct.unpack("q", shared[:8])[0] + 1
            shared[:8] = struct.pack("q", number)
            if number == at:
                if way == "half":
                    real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                if way == "one":
                    die(os.getpid(), signal.SIGKILL)
                shared[8:] = struct.pack("q", os.getpid())
                while True:
                    signal.pause()
            return real(*arguments, **more)

        return wrapped

    def prepare() -> None:
        counted = [(os, "write")] if way == "half" else [*CHANGES, *(BETWEEN if way == "one" else ())]
        for module, name in counted:
            if hasattr(module, name):
                setattr(module, name, count(name, getattr(module, name)))

    def watched() -> dict[str, Any]:
        """Stands between: it kills the group when it is told to, and is not of it."""
        become_reaper()
        child = os.fork()
        if child == 0:
            try:
                prepare()
                install(dict(params, root=str(stage.root)))
            finally:
                os._exit(0)
        while not os.waitpid(child, os.WNOHANG)[0]:
            waiting = struct.unpack("q", shared[8:])[0]
            if waiting:
                for process in dict.fromkeys((child, waiting)):
                    os.kill(process, signal.SIGKILL)
                os.waitpid(child, 0)
                break
            time.sleep(0.001)
        # A user's child is to die with the run; what it does until then is part of the attack.
        if not wait_until(lambda: not _reaped(processes_of([stage.ada, stage.bob])), 20):
            raise Fell("the user's child of a run that was killed still runs after 20 seconds")
        return {}

    ended = called(watched, LIMIT)
    if ended.crash:
        raise Fell(ended.crash)
    return int(struct.unpack("q", shared[:8])[0])


def _reaped(processes: list[int]) -> list[int]:
    """Return those that live, and wait for the orphans that have died."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return processes
