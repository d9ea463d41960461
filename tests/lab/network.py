# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names in; hosts of the mail server, and users with a home and a network of their own, out."""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .waiting import Overdue

FIRST_UID = 61001

CLONE_NEWNET = 0x40000000
"""<linux/sched.h>."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user of this machine: a login, a home, and an IP address that nobody else has."""

    name: str
    uid: int
    home: Path
    ip: str

    def command(self, command: Sequence[str]) -> list[str]:
        """Return ``command`` as this person's, in this person's network; the process keeps its id throughout."""
        ids = ("--reuid", str(self.uid), "--regid", str(self.uid), "--clear-groups", "--inh-caps", "-all")
        return ["nsenter", f"--net=/run/netns/{self.name}", "setpriv", *ids, "--no-new-privs", *command]

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment of a login session without a desktop."""
        return {
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "LOGNAME": self.name,
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "SHELL": "/bin/sh",
            "USER": self.name,
            "XDG_RUNTIME_DIR": f"/run/user/{self.uid}",
            # No session bus: what wants one must not find the one of whoever runs the lab.
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
            **(more or {}),
        }

    def run(self, command: Sequence[str], *, seconds: float = 20, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run ``command`` to its end and return what it printed. Raises Overdue."""
        environment = self.environment(more.pop("env", None))
        try:
            return subprocess.run(
                self.command(command),
                check=False,
                env=environment,
                cwd=self.home,
                text=True,
                timeout=seconds,
                stdin=None if "input" in more else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                **more,
            )
        except subprocess.TimeoutExpired as problem:
            raise Overdue(f"{' '.join(command)}: does not end within {seconds:g} s") from problem

    @contextlib.contextmanager
    def network(self) -> Iterator[None]:
        """Have this thread make connections in the person's network, without becoming the person."""
        own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        theirs = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            _enter(theirs)
            yield
        finally:
            _enter(own)
            os.close(theirs)
            os.close(own)

    @contextlib.contextmanager
    def without(self, address: str) -> Iterator[None]:
        """Have nothing of this person's reach ``address``."""
        _ip("-n", self.name, "route", "add", "unreachable", f"{address}/32")
        try:
            yield
        finally:
            _ip("-n", self.name, "route", "delete", "unreachable", f"{address}/32")

    def write(self, path: str, content: str | bytes, mode: int = 0o600) -> Path:
        """Write a file into the home as this person would, and return where it is."""
        target = self.home / path
        missing = [parent for parent in target.parents if not parent.exists()]
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        target.chmod(mode)
        for made in (*missing, target):
            os.chown(made, self.uid, self.uid)
        return target


def add_hosts(hosts: Mapping[str, str]) -> None:
    """Give this machine the addresses, and every name the address it belongs to."""
    for address in dict.fromkeys(hosts.values()):
        _ip("address", "add", f"{address}/32", "dev", "lo")
    lines = [f"{address} {name}\n" for name, address in hosts.items()]
    Path("/etc/hosts").write_text("127.0.0.1 localhost\n" + "".join(lines), encoding="utf-8")
    # No name beyond these: a resolver would only make every look-up of another one wait.
    resolv = Path("/etc/resolv.conf")
    resolv.unlink(missing_ok=True)
    resolv.write_text("nameserver 127.0.0.1\n", encoding="utf-8")


def add_people(names: Sequence[str]) -> dict[str, Person]:
    """Create a user with a home and a network for each name."""
    people = {}
    for number, name in enumerate(names):
        person = Person(name, FIRST_UID + number, Path("/home") / name, f"10.77.{number + 1}.2")
        with Path("/etc/passwd").open("a", encoding="utf-8") as passwd:
            passwd.write(f"{name}:x:{person.uid}:{person.uid}:{name}:{person.home}:/bin/sh\n")
        with Path("/etc/group").open("a", encoding="utf-8") as group:
            group.write(f"{name}:x:{person.uid}:\n")
        for directory in (person.home, Path(f"/run/user/{person.uid}")):
            directory.mkdir(mode=0o700)
            os.chown(directory, person.uid, person.uid)
        _connect(name, f"10.77.{number + 1}.1", person.ip, f"lab{number}")
        people[name] = person
    return people


def _connect(name: str, near: str, far: str, link: str) -> None:
    _ip("netns", "add", name)
    _ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name)
    _ip("address", "add", f"{near}/30", "dev", link)
    _ip("link", "set", link, "up")
    _ip("-n", name, "link", "set", "lo", "up")
    _ip("-n", name, "address", "add", f"{far}/30", "dev", "eth0")
    _ip("-n", name, "link", "set", "eth0", "up")
    _ip("-n", name, "route", "add", "default", "via", near)


def _enter(namespace: int) -> None:
    # os.setns came with Python 3.12.
    if ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, stdin=subprocess.DEVNULL)
