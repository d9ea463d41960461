# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does to the process that works with a user's rights what that user may: stop, kill and starve it, or hang its disk.

The run ends within the deadline, that user's accounts are refused by name, the others are provisioned, and the next
run finds the lock free.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._as_user import run_as
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._users import User

from .stage import (
    LIBC,
    LIMIT,
    Ended,
    Fell,
    NotPossible,
    Stage,
    become_reaper,
    called,
    processes_of,
    shorten_deadlines,
    wait_until,
)
from .wanted import ADA, BOB, CLIENTS, absent, present

DEADLINE = 2.0
"""Seconds that the work of one user may take here,"""
FOR_ALL = 5.0
"""and that of all users together."""
SLACK = 40.0
"""Seconds more that a run may take before it counts as late: the machine may be busy."""


def _everybody(number: int) -> Callable[[], None]:
    def work() -> None:
        try:
            os.kill(-1, number)
        except ProcessLookupError:
            time.sleep(0.0002)  # there is nobody yet

    return work


def _stop_and_continue() -> None:
    for number in (signal.SIGSTOP, signal.SIGCONT):
        os.kill(-1, number)
        time.sleep(0.02)


def _others() -> list[int]:
    return [process for process in processes_of([os.getuid()]) if process != os.getpid()]


def _trace() -> None:
    attach, seize = 16, 0x4206
    for process in _others():
        for request in (seize, attach):
            LIBC.ptrace(request, process, 0, 0)


def _starve() -> None:
    """Take away what a process needs: the kernel lets a user set the limits of the user's own processes."""
    for process in _others():
        for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_AS, resource.RLIMIT_CPU):
            with suppress(OSError):
                resource.prlimit(process, limit, (0, 0))


def _slow_down() -> None:
    for process in _others():
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process, 19)
            os.sched_setscheduler(process, os.SCHED_IDLE, os.sched_param(0))


def _meddle() -> None:
    """Write to its pipe and its memory through /proc."""
    for process in _others():
        for name in os.listdir(f"/proc/{process}/fd"):
            with suppress(OSError):
                fd = os.open(f"/proc/{process}/fd/{name}", os.O_WRONLY | os.O_NONBLOCK)
                os.write(fd, b'{"result": {"base64": "eA=="}}' * 10000)
                os.close(fd)
        with suppress(OSError):
            os.close(os.open(f"/proc/{process}/mem", os.O_RDWR))


TRICKS: dict[str, Callable[[], None]] = {
    "SIGSTOP": _everybody(signal.SIGSTOP),
    "SIGTSTP": _everybody(signal.SIGTSTP),
    "SIGSTOP and SIGCONT": _stop_and_continue,
    "SIGKILL": _everybody(signal.SIGKILL),
    "SIGTERM": _everybody(signal.SIGTERM),
    "SIGINT": _everybody(signal.SIGINT),
    "SIGPIPE": _everybody(signal.SIGPIPE),
    "SIGUSR1": _everybody(signal.SIGUSR1),
    "ptrace": _trace,
    "limits": _starve,
    "priority": _slow_down,
    "descriptors": _meddle,
}


def rounds() -> list[str]:
    """Return a round for each trick, at once and a moment later."""
    names = [f"{trick}, {when}" for trick in TRICKS for when in ("at once", "a moment later", "two moments later")]
    return [*names, "a disk that never answers", "the run is killed", "a descendant is left", "what the child holds"]


def play(stage: Stage, name: str) -> None:
    """Play one trick on a run, then run in peace."""
    become_reaper()
    shorten_deadlines(DEADLINE, FOR_ALL)
    plain = {
        "a disk that never answers": _dead_disk,
        "the run is killed": _run_killed,
        "a descendant is left": _descendant,
        "what the child holds": _holds,
    }
    if name in plain:
        plain[name](stage)
    else:
        trick, when = name.split(", ")
        pause = {"at once": 0.0, "a moment later": 0.005, "two moments later": 0.02}[when]
        _trick(stage, TRICKS[trick], pause)


def _trick(stage: Stage, trick: Callable[[], None], pause: float) -> None:
    def work() -> None:
        if pause:
            while not _others():
                time.sleep(0.0002)
            time.sleep(pause * stage.dice.random())
        trick()

    with stage.nothing_else_changes():
        with stage.attacker(stage.ada, work):
            ended = _in_time(stage, present(CLIENTS))
            _others_go_on(ended)
        if not wait_until(lambda: not processes_of([stage.ada]), 10):
            raise Fell("a process of ada's is left behind")
        ended = _in_time(stage, present(CLIENTS))
        if ended.result.get("failed"):
            raise Fell(f"the run afterwards failed: {ended.told[:1000]}")
        stage.good(absent())


def _in_time(stage: Stage, params: dict[str, Any]) -> Ended:
    ended = stage.installed(params)
    if ended.seconds > FOR_ALL + SLACK:
        raise Fell(f"the run took {ended.seconds:.0f} seconds, with a deadline of {FOR_ALL:.0f} for all users")
    return ended


def _others_go_on(ended: Ended) -> None:
    """Fall unless bob is provisioned, and ada is too, or is refused by name with a sentence."""
    if ended.signal or BOB in ended.refused:
        rows = [row for row in ended.result.get("refused", ()) if row["email"] == BOB]
        raise Fell(f"signal {ended.signal}, bob is refused: {rows}")
    if ended.result.get("failed") and (ended.refused != {ADA} or "ada" not in ended.told):
        raise Fell(f"refused {ended.refused}: {ended.told[:1000]}")
    if not any(row["email"] == BOB for row in ended.result["files"]):
        raise Fell("nothing was done for bob")


def _dead_disk(stage: Stage) -> None:
    """A directory of ada's home is a file system whose server never answers: its users cannot even be killed."""
    stage.path("/home/ada/.claws-mail").mkdir()
    new_mounts, private = 0x20000, 0x44000
    if LIBC.unshare(new_mounts) or LIBC.mount(b"none", b"/", None, private, None):
        raise NotPossible("no mount namespace can be made")
    ready, tell = os.pipe()
    server = os.fork()
    if server == 0:
        _serve_nothing(str(stage.path("/home/ada/.claws-mail")), stage.ada, tell)
    os.close(tell)
    try:
        if os.read(ready, 1) != b"1":
            raise NotPossible("FUSE cannot be mounted")
        ended = _in_time(stage, present(("claws_mail", "thunderbird_autoconfig")))
        _others_go_on(ended)
        if ended.refused != {ADA}:
            raise Fell("ada was not refused")
        again = _in_time(stage, present(("claws_mail", "thunderbird_autoconfig")))
        if "Another run" in again.told or BOB in again.refused:
            raise Fell(f"the child that cannot die holds what the next run needs: {again.told[:1000]}")
    finally:
        os.close(ready)
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)
        LIBC.umount2(os.fsencode(stage.path("/home/ada/.claws-mail")), 2)


def _serve_nothing(place: str, uid: int, tell: int) -> None:
    """Mount a file system and answer nothing but the greeting (linux/fuse.h)."""
    try:
        fd = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        options = f"fd={fd},rootmode=40000,user_id={uid},group_id={uid}".encode()
        if LIBC.mount(b"hold", os.fsencode(place), b"fuse", 0, options):
            raise OSError(ctypes.get_errno(), "mount")
        os.write(tell, b"1")
        greeted = False
        while True:
            request = os.read(fd, 1 << 21)
            if not greeted:
                greeted = True
                unique = struct.unpack_from("<Q", request, 8)[0]
                body = struct.pack("<IIIIHHIIHHI", 7, 31, 65536, 0, 12, 9, 65536, 1, 1, 0, 0).ljust(64, b"\0")
                os.write(fd, struct.pack("<IiQ", 16 + len(body), 0, unique) + body)
    except OSError:
        os.write(tell, b"0")
    finally:
        os._exit(0)


def _run_killed(stage: Stage) -> None:
    """Root's process is killed while ada's child is stopped: it must hold nothing that the next run needs."""
    shorten_deadlines(60, 300)
    with stage.attacker(stage.ada, _everybody(signal.SIGSTOP)) as attacker:
        for _turn in range(10):
            run = stage.installing(present(CLIENTS))
            # A busy attacker may come too late for the children of one run.
            seen = wait_until(lambda: bool(set(processes_of([stage.ada])) - {attacker}), 5)
            time.sleep(0.1)
            run.kill()
            run.wait(LIMIT)
            if seen:
                break
        else:
            raise Fell("no child of ada's was ever stopped")
    shorten_deadlines(DEADLINE, FOR_ALL)
    ended = _in_time(stage, present(CLIENTS))
    if ended.result.get("failed"):
        raise Fell(f"the run afterwards failed: {ended.told[:1000]}")
    stage.good(absent())


def _descendant(stage: Stage) -> None:
    """A child that is stopped and killed is dead: it comes to nothing even when it would be continued afterwards."""
    for _attempt in range(20):
        with stage.attacker(stage.ada, _everybody(signal.SIGSTOP)):
            ended = _in_time(stage, present(CLIENTS))
        _others_go_on(ended)
        if ended.refused == {ADA}:
            break
        # The child was too quick for the attacker.
        stage.good(absent())
    else:
        raise Fell(f"the attacker caught no child: {ended.told}")
    for process in processes_of([stage.ada]):
        raise Fell(f"process {process} of ada's is left: {Path(f'/proc/{process}/status').read_text()}")


def _holds(stage: Stage) -> None:
    """The child has none of root's descriptors, variables, limits and signals but the pipe that it answers by."""
    stage.path("/var/lib/mailfleet").mkdir(mode=0o700)
    ada = User("ada", stage.ada, stage.ada, "/home/ada", [stage.ada])

    def look() -> dict[str, Any]:
        links = {}
        for name in os.listdir("/proc/self/fd"):
            with suppress(OSError):
                links[name] = os.readlink(f"/proc/self/fd/{name}")
        with open("/proc/self/status", encoding="ascii") as stream:
            status = dict(line.rstrip().split(":\t", 1) for line in stream if ":\t" in line)
        return {"fds": links, "environ": dict(os.environ), "status": status, "ids": [os.getresuid(), os.getresgid()]}

    def work() -> dict[str, Any]:
        for name in ("jewels/secret", "etc/shadow"):
            path = stage.root / "srv" / name if name.startswith("jewels") else stage.root / name
            os.dup2(os.open(path, os.O_RDWR), 50 + len(name))
        log = os.open(stage.path("/tmp/log"), os.O_RDWR | os.O_CREAT, 0o600)
        for fd in (0, 1, 2):
            os.dup2(log, fd)
        os.environ.update(
            HOME="/root", LD_PRELOAD="x.so", PYTHONPATH="/root/x", PYTHONSTARTUP="x", SECRET_TOKEN="hunter2"
        )
        os.environ["PATH"] = "/root/bin:" + os.environ.get("PATH", "")
        os.umask(0)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP, signal.SIGTERM})
        found = run_as(ada, look)
        assert isinstance(found, dict)
        return found

    ended = called(work, LIMIT)
    if ended.crash:
        raise Fell(ended.crash)
    found = ended.result
    roots = {
        fd: target
        for fd, target in found["fds"].items()
        if target.startswith("/") and target != "/dev/null" and not target.startswith("/proc/")
    }
    faults = [f"descriptor {fd} leads to {target}" for fd, target in roots.items() if not Path(target).is_dir()]
    for name, value in found["environ"].items():
        if name.startswith(("LD_", "PYTHON")) or "/root" in value or "hunter2" in value:
            faults.append(f"{name}={value}")
    status = found["status"]
    if int(status["Umask"], 8) & 0o022 != 0o022:
        faults.append(f"umask {status['Umask']}")
    if int(status["SigBlk"], 16):
        faults.append(f"blocked signals {status['SigBlk']}")
    if int(status["SigIgn"], 16) >> (signal.SIGTERM - 1) & 1:
        faults.append("SIGTERM is ignored")
    if found["ids"] != [[stage.ada] * 3, [stage.ada] * 3] or status["Groups"].split() != [str(stage.ada)]:
        faults.append(f"ids {found['ids']}, groups {status['Groups']}")
    if faults:
        raise Fell("the child has " + "; ".join(faults))
