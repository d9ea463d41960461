# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""KMail with Akonadi, in a D-Bus session with a keyring, on a display of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from .. import akonadi, hook
from ..authority import Authority
from ..bus import Bus
from ..client import Account, Client, Flip, Session
from ..network import Person
from ..screen import PACKAGES, Screen
from ..waiting import Overdue, until

MAIL = ".local/share"

SETTLED = 1.5
"""Seconds without a word of Akonadi's after which its agents count as started."""

TRIES = 4
"""How often Akonadi is started until it works, as somebody does who logs in again."""

PASSWORDS = ".mail-passwords"

KMAIL = ("org.kde.kmail", "/KMail", "org.kde.kmail.kmail")
WINDOW = ("org.kde.kmail", "/kmail2/kmail_mainwindow_1", "org.freedesktop.DBus.Introspectable")
QUIT = ("org.kde.kmail", "/kmail2/kmail_mainwindow_1/actions/file_quit", "org.qtproject.Qt.QAction")
CONTROL = ("org.freedesktop.Akonadi.Control", "/AgentManager", "org.freedesktop.Akonadi.AgentManager")


class Stuck(AssertionError):
    """Akonadi's server greets no listener any more, and mail would stay in the outbox: one start in ten or so."""


class KMailSession(Session):
    """KMail and Akonadi, running."""

    def __init__(self, person: Person, log: Path) -> None:
        self._person = person
        self._screen = Screen(person, log)
        try:
            self._bus = Bus(person, self._screen)
            self._screen.start(["akonadictl", "start"], self._bus.environment)
            self._bus.wait_for("org.freedesktop.Akonadi.Control", 60)
            for instance in (*akonadi.instances_of(person), "akonadi_maildispatcher_agent"):
                self._bus.wait_for(f"org.freedesktop.Akonadi.Agent.{instance}", 60)
            self._program = self._screen.start(["kmail"], self._bus.environment)
            self._bus.wait_for("org.kde.kmail", 60)
            until(lambda: self.dialogs() or "string" in self._bus.call(WINDOW, "Introspect"), 30, "KMail has a window")
            until(lambda: time.time() - log.stat().st_mtime > SETTLED, 30, "Akonadi is quiet")
            _hear(Path(f"/run/user/{person.uid}/akonadi/akonadiserver-ntf.socket"))
        except BaseException:
            self.kill()
            raise

    def dialogs(self) -> list[str]:
        # KMail's own window has no title where no window manager asks for one.
        return self._screen.windows()

    def fetch(self) -> None:
        for instance in akonadi.instances_of(self._person):
            self._bus.order(CONTROL, "setAgentInstanceOnline", f"string:{instance}", "boolean:true")
            self._bus.order(CONTROL, "agentInstanceSynchronize", f"string:{instance}")

    def has(self, subject: str) -> bool:
        wanted = f"Subject: {subject}\n".encode()
        for path in (self._person.home / MAIL).glob("**/[cn][ue][rw]/*"):
            # What is read meanwhile goes from new to cur.
            with contextlib.suppress(OSError):
                if wanted in path.read_bytes():
                    return True
        return False

    def send(self, account: Account, subject: str) -> None:
        """Have KMail's own composer send, without showing it."""
        identity = akonadi.identity_of(self._person, account.email)["uoid"]
        texts = [f"string:{text}" for text in ("somebody@elsewhere.example", "", "", subject, "A line.")]
        attachment = ["string:", *["array:byte:"] * 5, "string:", *["array:byte:"] * 2]
        self._bus.order(KMAIL, "openComposer", *texts, "boolean:true", *attachment, f"uint32:{identity}")

    def stop(self) -> None:
        self._bus.call(QUIT, "trigger")
        until(lambda: self._program.poll() is not None, 20, "KMail exits")
        self._person.run(["akonadictl", "stop"], env=self._bus.environment)
        until(lambda: not self._bus.has("org.freedesktop.Akonadi.Control.lock"), 30, "Akonadi exits")
        self.kill()

    def kill(self) -> None:
        _end_all(self._person)
        self._screen.close()


def _hear(path: Path) -> None:
    """Be greeted as one that listens to what changes in Akonadi. Raises Stuck."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.settimeout(5)
        try:
            listener.connect(str(path))
            greeting = listener.recv(1)
        except OSError as problem:
            raise Stuck(f"{path.name}: {problem}") from problem
        if not greeting:
            raise Stuck(f"{path.name}: closed")


@contextlib.contextmanager
def _undone_when_failed(person: Person) -> Iterator[None]:
    """Give the home back as it was where Akonadi's first start fails: it would never finish its folders."""
    before = person.home.with_suffix(".before")
    first = not (person.home / MAIL / "akonadi").exists()
    if first:
        subprocess.run(["cp", "-a", person.home, before], check=True)
    try:
        yield
    except BaseException:
        if first:
            shutil.rmtree(person.home)
            before.rename(person.home)
        raise
    if first:
        shutil.rmtree(before)


def _running(person: Person) -> list[int]:
    """Return the ids of the person's processes: Akonadi's are nobody's children."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state = (path / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
            if path.stat().st_uid == person.uid and state != "Z":
                found.append(int(path.name))
    return found


def _signal_all(person: Person, number: signal.Signals) -> list[int]:
    """Send a signal to all of the person's processes and return their ids."""
    found = _running(person)
    for pid in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    return found


def _end_all(person: Person) -> None:
    """End all of the person's processes, whatever they start meanwhile. Raises Overdue."""
    _signal_all(person, signal.SIGTERM)
    with contextlib.suppress(Overdue):
        until(lambda: not _running(person), 5, "All exit")
    until(lambda: not _signal_all(person, signal.SIGKILL), 10, f"All processes of {person.name} end")


class KMail(Client):
    """KMail."""

    name = "kmail"
    title = "KMail"
    nightly = True
    packages = (
        "akonadi-backend-mysql",
        "dbus",
        "gnome-keyring",
        "kmail",
        "libsecret-tools",
        "mpop",
        "openssl",
        *PACKAGES,
    )
    password_command = f"cat ~/{PASSWORDS}/{{email}}"
    flips = (
        Flip("first-start=true", "pure", akonadi.starts_anew, {"starts"}),
        Flip("no precommand", "pure", akonadi.transport_with("precommand", ""), {"sends", "sends again"}),
        *hook.MPOP_FLIPS,
        Flip("auth=false", "both", akonadi.transport_with("auth", "false"), {"sends"}),
        Flip("auth=false", "auth", akonadi.transport_with("auth", "false"), {"sends"}),
        Flip("encryption=None", "stripped-smtp", akonadi.transport_with("encryption", "None"), {"keeps the password"}),
        Flip("useTLS=false", "stripped-pop", akonadi.fetches_in_the_clear, {"keeps the password"}),
    )

    def prepare(self, authority: Authority, logins: Sequence[str]) -> None:  # noqa: ARG002
        """Let Qt trust the CA too: it reads no bundle where there is a directory of certificates."""
        command = ["openssl", "x509", "-hash", "-noout", "-in", str(authority.ca)]
        number = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        shutil.copy(authority.ca, f"/etc/ssl/certs/{number}.0")

    def make_by_hand(self, person: Person, account: Account) -> None:
        security = account.situation.pop.security
        secured = {"ssl": str(security == "SSL").lower(), "tls": str(security == "STARTTLS").lower()}
        for path, text in akonadi.BY_HAND.items():
            person.write(path, account.fill(text, akonadi.ENCRYPTION, **secured))

    def seed_password(self, person: Person, account: Account) -> None:
        person.write(f"{PASSWORDS}/{account.email}", account.password + "\n")
        transport = akonadi.identity_of(person, account.email)["Transport"]
        resources = [name for name, login in akonadi.instances_of(person).items() if login == account.email]
        screen = Screen(person, Path("/dev/null"))
        try:
            bus = Bus(person, screen)
            for place, key in (("mailtransports", transport), *(("pop3", name) for name in resources)):
                # As QtKeychain does (libsecret.cpp).
                store = ["secret-tool", "store", f"--label={place}/{key}"]
                attributes = ["user", key, "server", place, "type", "plaintext"]
                done = person.run([*store, *attributes], input=account.password, env=bus.environment)
                assert done.returncode == 0, f"The keyring takes no password: {done.stdout}"
        finally:
            _end_all(person)
            screen.close()

    def start(self, person: Person, logs: Path) -> Session:
        log = logs / f"{person.name}.log"
        for left in range(TRIES - 1, -1, -1):
            try:
                with _undone_when_failed(person):
                    return KMailSession(person, log)
            except Stuck as problem:
                print(f"{person.name}: Akonadi is stuck, {left} starts are left: {problem}", flush=True)
        raise Stuck(f"Akonadi is stuck at each of {TRIES} starts.")

    def accounts(self, person: Person) -> list[str]:
        # The logins of all accounts here are their addresses.
        return list(akonadi.instances_of(person).values())


CLIENT = KMail()
