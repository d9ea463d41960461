# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person and a display in; a D-Bus session with a keyring, as at a login, out."""

from __future__ import annotations

from pathlib import Path

from .network import Person
from .screen import Screen
from .waiting import until

KEYRING = "printf '\\n' | exec gnome-keyring-daemon --foreground --unlock --components=secrets"
"""A keyring that opens with an empty password, as at a login without one."""

BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")


class Bus:
    """A D-Bus session of a person's, with a keyring."""

    def __init__(self, person: Person, screen: Screen) -> None:
        self._person = person
        address = f"unix:path=/run/user/{person.uid}/lab-bus"
        Path(address.removeprefix("unix:path=")).unlink(missing_ok=True)
        self.environment = {**screen.environment, "DBUS_SESSION_BUS_ADDRESS": address}
        screen.start(["dbus-daemon", "--session", "--nofork", f"--address={address}"], self.environment)
        until(lambda: "string" in self.call(BUS, "ListNames"), 10, "D-Bus answers")
        screen.start(["sh", "-c", KEYRING], self.environment)
        self.wait_for("org.freedesktop.secrets", 10)

    def call(self, whom: tuple[str, str, str], method: str, *arguments: str) -> str:
        """Call a method and return what was answered."""
        service, path, interface = whom
        command = ["dbus-send", "--session", "--print-reply", f"--dest={service}", path, f"{interface}.{method}"]
        return self._person.run([*command, *arguments], env=self.environment, seconds=40).stdout

    def order(self, whom: tuple[str, str, str], method: str, *arguments: str) -> None:
        """Call a method that must be taken. Raises AssertionError."""
        answer = self.call(whom, method, *arguments)
        assert answer.startswith("method return"), f"{method}: {answer.strip()}"

    def has(self, name: str) -> bool:
        """Return whether somebody has this name."""
        return "boolean true" in self.call(BUS, "NameHasOwner", f"string:{name}")

    def wait_for(self, name: str, seconds: float) -> None:
        """Wait until somebody has this name."""
        until(lambda: self.has(name), seconds, f"{name} is on D-Bus")
