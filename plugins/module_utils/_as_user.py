# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes a user and a function, gives what the function returns when that user calls it, in a child with those rights.

Root itself in somebody's home is dangerous (links, renames) and on a root-squashed share
powerless. A child with the user's own uid, gid and groups can do exactly what the user can.
"""

from __future__ import annotations

import base64
import json
import os

from ._errors import FileProblem
from ._users import User


class ChildDied(FileProblem):
    """The child ended without an answer: what it had done by then is unknown."""


def run_as(user: object, function: object) -> object:
    """Call ``function`` with the rights of ``user`` (None: our own) and return its result, plain data and bytes."""
    if user is None or user.uid == os.geteuid():
        return function()
    if os.geteuid() != 0:
        raise FileProblem(
            f"The files of {user.name} (uid {user.uid}) cannot be reached as uid {os.geteuid()}: run as root "
            f"(become: true) or as {user.name}."
        )
    reading, writing = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        raise
    if child == 0:
        _be_child(user, function, reading, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        answer = stream.read()
    status = os.waitpid(child, 0)[1]
    if status or not answer:
        how = f"signal {status & 127}" if status & 127 else f"exit status {status >> 8}"
        raise ChildDied(
            f"The process that works as {user.name} (uid {user.uid}) ended with {how} and gave no answer: run again."
        )
    reply = json.loads(answer.decode("ascii"), object_hook=_decoded)
    if "failed" in reply:
        raise ChildDied(f"The process that works as {user.name} (uid {user.uid}) failed: {reply['failed']}.")
    return reply["result"]


def _be_child(user: User, function: object, reading: int, writing: int) -> None:
    """Never returns: whatever happens, the child must not run on into the caller's code."""
    status = 1
    try:
        os.close(reading)
        try:
            # In this order: after setuid the groups could no longer be changed.
            os.setgroups(user.groups)
            os.setgid(user.gid)
            os.setuid(user.uid)
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
