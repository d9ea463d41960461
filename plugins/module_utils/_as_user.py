# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes a user and a function, gives what the function returns when that user calls it, in a child with those rights.

Root itself in somebody's home is dangerous (links, renames) and on a root-squashed share
powerless. A child with the user's own uid, gid and groups can do exactly what the user can.
And the user can do to it what everybody can do to an own process, stop it for instance: so it has a deadline.
"""

from __future__ import annotations

import base64
import errno
import json
import os
import select
import signal
import time

from ._child import become
from ._errors import AS_ROOT, FileProblem, because
from ._users import User

SECONDS_OF_A_USER = 60
"""For all that is done as one user in a run. It goes on while the child is stopped."""

SECONDS_OF_ALL_USERS = 300

_MOST_BYTES = 64 * 1024 * 1024
"""Of an answer, beside what is ours in it: what may be read of one user's files (_limits.py), in base64, many times."""

_SECONDS_TO_DIE = 2


class ChildDied(FileProblem):
    """The child ended without an answer: what it had done by then is unknown."""


class Clock:
    """The time that the users of a run have left, each and all together."""

    def __init__(self) -> None:
        self._spent = {}

    def left(self, user: User) -> float:
        """Return the seconds that are left for ``user``. Raises FileProblem when there are none."""
        own = SECONDS_OF_A_USER - self._spent.get(user.uid, 0)
        if own <= 0:
            raise FileProblem(
                f"Nothing is done as {user.name} (uid {user.uid}) any more: the {SECONDS_OF_A_USER} seconds that a "
                "user has in one run are spent."
            )
        rest = SECONDS_OF_ALL_USERS - sum(self._spent.values())
        if rest <= 0:
            raise FileProblem(
                f"Nothing is done as {user.name} (uid {user.uid}): the {SECONDS_OF_ALL_USERS} seconds that all users "
                "have in one run are spent, by those who are refused as well; see to them, then run again."
            )
        return min(own, rest)

    def spend(self, user: User, seconds: float) -> None:
        self._spent[user.uid] = self._spent.get(user.uid, 0) + seconds


def run_as(user: object, function: object, clock: object = None, keep: tuple = (), size: int = 0) -> object:
    """Call ``function`` with the rights of ``user`` (None: our own) and return its result, plain data and bytes.

    ``keep`` are descriptors of directories that the function needs, ``size`` the bytes of ours that may come back on
    top of what a user may keep. Raises FileProblem when it could not be called, and
    ChildDied when it is not known how far it came.
    """
    if user is None or user.uid == os.geteuid():
        return function()
    if os.geteuid() != 0:
        raise FileProblem(
            f"The files of {user.name} (uid {user.uid}) cannot be reached as uid {os.geteuid()}: {AS_ROOT}, "
            f"or as {user.name}."
        )
    clock = clock or Clock()
    seconds = clock.left(user)
    start = time.monotonic()
    try:
        return _reply(user, _answer_of_child(user, function, keep, start + seconds, _MOST_BYTES + 2 * size))
    finally:
        clock.spend(user, time.monotonic() - start)


def _answer_of_child(user: User, function: object, keep: tuple, end: float, most: int) -> bytes:
    reading, writing = os.pipe()
    try:
        child = os.fork()
    except OSError as error:
        os.close(reading)
        os.close(writing)
        raise FileProblem(f"No process can be started to work as {user.name}: {because(error)}; run again.") from error
    if child == 0:
        _be_child(user, function, writing, keep)
    os.close(writing)
    try:
        answer, problem = _read(reading, end, most)
        status = _wait(child, end if problem is None else 0)
        if status is None:
            problem = problem or _LATE
            status = _kill(child)
    finally:
        os.close(reading)
    if problem is not None:
        stays = "" if status is not None else f" Process {child} cannot be killed and was left behind."
        raise ChildDied(f"The process that works as {user.name} (uid {user.uid}) {problem}{stays}")
    if status or not answer:
        how = f"signal {status & 127}" if status & 127 else f"exit status {status >> 8}"
        raise ChildDied(
            f"The process that works as {user.name} (uid {user.uid}) ended with {how} and gave no answer: run again."
        )
    return answer


_LATE = (
    "was not ready in time and was killed: something stops it, or a file system in the home does not answer. See what "
    "holds it up, then run again."
)
_TOO_MUCH = "gave too much to read and was killed: there is more in the home than any mail client keeps."


def _read(reading: int, end: float, most: int) -> tuple:
    """Return what comes from the child until it closes its end, and what is wrong, or None. Never waits longer."""
    parts = []
    size = 0
    poll = select.poll()
    poll.register(reading, select.POLLIN)
    while True:
        left = end - time.monotonic()
        if left <= 0:
            return b"", _LATE
        if not poll.poll(left * 1000):
            continue
        part = os.read(reading, 1 << 16)
        if not part:
            return b"".join(parts), None
        size += len(part)
        if size > most:
            return b"", _TOO_MUCH
        parts.append(part)


def _wait(child: int, end: float) -> object:
    """Return the exit status of the child, or None when it is still there at ``end``."""
    pause = 0.001
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        if time.monotonic() >= end:
            return None
        time.sleep(pause)
        pause = min(2 * pause, 0.05)


def _kill(child: int) -> object:
    """End the child; return its status, or None where it waits for a device and cannot die."""
    try:
        os.kill(child, signal.SIGKILL)
    except OSError as error:
        if error.errno != errno.ESRCH:
            raise
    return _wait(child, time.monotonic() + _SECONDS_TO_DIE)


def _reply(user: User, answer: bytes) -> object:
    try:
        reply = json.loads(answer.decode("ascii"), object_hook=_decoded)
    except (ValueError, RecursionError) as error:
        raise ChildDied(f"The process that works as {user.name} (uid {user.uid}) gave no answer: {error}.") from error
    if "failed" in reply:
        raise ChildDied(f"The process that works as {user.name} (uid {user.uid}) failed: {reply['failed']}.")
    return reply["result"]


def _be_child(user: User, function: object, writing: int, keep: tuple) -> None:
    """Never returns: whatever happens, the child must not run on into the caller's code."""
    status = 1
    try:
        try:
            become(user, (writing, *keep))
            reply = {"result": function()}
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
            reply = {"failed": f"{type(error).__name__}: {error}"}
        answer = json.dumps(reply, default=_encoded).encode("ascii")
        while answer:
            answer = answer[os.write(writing, answer) :]
        status = 0
    finally:
        os._exit(status)


def _encoded(value: object) -> dict:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode("ascii")}
    raise TypeError(f"{type(value).__name__} cannot cross from the child")


def _decoded(mapping: dict) -> object:
    if set(mapping) == {"base64"}:
        return base64.b64decode(mapping["base64"])
    return mapping
