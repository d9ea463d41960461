# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A command in; the same running on a terminal, with what it shows and a way to type, out."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading
from collections.abc import Sequence
from pathlib import Path

from .network import Person

CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\x1b[=>]|[\x00-\x08\x0e-\x1a\x1c-\x1f]")
ROWS, COLUMNS = 40, 160


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, person: Person, command: Sequence[str], log: Path) -> None:
        self._near, far = pty.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.program = subprocess.Popen(
            ["setsid", "--ctty", *person.command(command)],
            env=person.environment({"TERM": "xterm"}),
            cwd=person.home,
            stdin=far,
            stdout=far,
            stderr=far,
        )
        os.close(far)
        self._shown = bytearray()
        self._log = log
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def shown(self, since: int = 0) -> str:
        """Return what it has written, without control sequences, from the byte ``since`` on."""
        return CONTROL.sub("", bytes(self._shown[since:]).decode("utf-8", "replace"))

    def length(self) -> int:
        """Return how many bytes it has written."""
        return len(self._shown)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._near, keys.encode())

    def close(self) -> None:
        """End it, if it still runs."""
        if self.program.poll() is None:
            self.program.kill()
        self.program.wait(10)
        self._reader.join(5)
        os.close(self._near)
        with self._log.open("ab") as log:
            log.write(self._shown)

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # how the end of a terminal is told
            while data := os.read(self._near, 65536):
                self._shown += data
