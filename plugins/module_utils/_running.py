# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes a uid and program names, gives those that this user runs at the moment (Linux; elsewhere none is seen)."""

from __future__ import annotations

import os

from ._limits import PROCESSES_OF_A_USER

# The kernel keeps 15 characters of a program's name (TASK_COMM_LEN in include/linux/sched.h).
_KEPT = 15


class Processes:
    """The processes of the node, looked at once, and only when somebody asks."""

    def __init__(self, directory: str = "/proc") -> None:
        self._directory = directory
        self._names = None

    def running(self, uid: int, names: list) -> list:
        """Return those of ``names`` that run with ``uid``, in the order given."""
        if self._names is None:
            self._names = self._look()
        return [name for name in names if (uid, name[:_KEPT]) in self._names]

    def _look(self) -> set:
        found = set()
        counts = {}
        try:
            numbers = [name for name in os.listdir(self._directory) if name.isdigit()]
        except OSError:
            return found
        for number in numbers:
            path = os.path.join(self._directory, number)
            try:
                uid = os.stat(path).st_uid
                counts[uid] = counts.get(uid, 0) + 1
                if counts[uid] > PROCESSES_OF_A_USER:
                    continue  # whoever hides a client among so many loses an own edit only
                with open(os.path.join(path, "comm"), "rb") as stream:
                    name = stream.read(64).rstrip(b"\n").decode("utf-8", "surrogateescape")
                found.add((uid, name))
            except OSError:
                continue  # it ended meanwhile
        return found
