# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A command in; the same running on a display of its own, whose windows can be seen, out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from .network import Person

PACKAGES = ("xdotool", "xvfb")


class Screen:
    """A display without a screen and without a window manager: what is on it are windows of one client."""

    def __init__(self, person: Person, log: Path) -> None:
        Path("/tmp/.X11-unix").mkdir(mode=0o1777, exist_ok=True)
        self.person = person
        self.log: IO[bytes] = log.open("ab")
        read, write = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-ac", "-noreset"],
            pass_fds=(write,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as stream:
            number = stream.readline().strip()
        if not number:
            raise AssertionError("Xvfb does not start.")
        self.environment = {"DISPLAY": f":{number}", "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
        self._programs: list[subprocess.Popen[bytes]] = []

    def start(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a program of the person's on this display."""
        program = subprocess.Popen(
            self.person.command(command),
            env=self.person.environment({**self.environment, **(env or {})}),
            cwd=self.person.home,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
        )
        self._programs.append(program)
        return program

    def windows(self) -> list[str]:
        """Return the titles of the visible windows that have one."""
        return [line for line in self._xdotool("search", "--onlyvisible", "--name", ".", "getwindowname", "%@") if line]

    def key(self, *keys: str) -> None:
        """Press keys in the window that has the focus."""
        self._xdotool("key", *keys)

    def close(self) -> None:
        """End what still runs here, and the display."""
        for program in self._programs:
            if program.poll() is None:
                program.kill()
            program.wait(10)
        self._server.terminate()
        self._server.wait(10)
        self.log.close()

    def _xdotool(self, *arguments: str) -> list[str]:
        done = subprocess.run(
            ["xdotool", *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=10,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **self.environment},
        )
        return done.stdout.splitlines()
