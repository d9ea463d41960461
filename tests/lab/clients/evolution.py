# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evolution without its window: evolution-data-server and Camel, in a D-Bus session with a keyring (``camel.py``)."""

from __future__ import annotations

import configparser
import json
import os
import select
import signal
import subprocess
import time
from pathlib import Path
from typing import IO, Any

from .. import hook
from ..client import Account, Client, Flip, Session
from ..network import Person

DIRECTORY = ".config/evolution/sources"
PASSWORDS = ".mail-passwords"

SESSION = """\
printf '\\n' | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
keyring=$!
/usr/bin/python3 -c "$1" "$HOME/.cache/lab-camel"
kill "$keyring"
"""
"""A keyring that opens with an empty password, as at a login without one."""

SEED = """\
printf '\\n' | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
keyring=$!
until gdbus call --session -d org.freedesktop.DBus -o /org/freedesktop/DBus \\
        -m org.freedesktop.DBus.NameHasOwner org.freedesktop.secrets | grep -q true; do sleep 0.05; done
printf %s "$2" | secret-tool store --label="$1" e-source-uid "$1" eds-origin evolution-data-server
kill "$keyring"
"""

MESSAGE = """\
From: {email}
To: somebody@elsewhere.example
Subject: {subject}

A line.
"""

SECURITY = {"plain": "none", "SSL": "ssl-on-alternate-port", "STARTTLS": "starttls-on-standard-port"}

BY_HAND = {
    "account": """\
[Data Source]
DisplayName=what I called it
Enabled=true
Parent=

[Mail Account]
BackendName=pop
IdentityUid=own-identity

[Authentication]
Host={pop}
Port={pop_port}
User={email}
Method=none
RememberPassword=true

[Security]
Method={pop_security}

[Pop Backend]
KeepOnServer=true
""",
    "identity": """\
[Data Source]
DisplayName=what I called it
Enabled=true
Parent=own-account

[Mail Identity]
Address={email}
Name=Myself

[Mail Submission]
TransportUid=own-transport
""",
    "transport": """\
[Data Source]
DisplayName=what I called it
Enabled=true
Parent=own-account

[Mail Transport]
BackendName=smtp

[Authentication]
Host={smtp}
Port={smtp_port}
Method=none

[Security]
Method={smtp_security}
""",
}


class EvolutionSession(Session):
    """The libraries, waiting for orders."""

    def __init__(self, person: Person, log: Path) -> None:
        self._log = log.open("a", encoding="utf-8")
        self._asked: list[str] = []
        self._subjects: list[str] = []
        self._rest = b""
        script = Path(__file__).parents[1].joinpath("camel.py").read_text(encoding="utf-8")
        self._program = subprocess.Popen(
            person.command(["dbus-run-session", "--", "sh", "-c", SESSION, "sh", script]),
            env=person.environment(),
            cwd=person.home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._orders: IO[bytes] = self._program.stdin
        self._answers: IO[bytes] = self._program.stdout
        try:
            self._answer(20)
        except BaseException:
            self.kill()
            raise

    def dialogs(self) -> list[str]:
        return self._asked

    def accounts(self) -> list[str]:
        """Return the addresses of all accounts."""
        found: list[str] = self._do("accounts")["result"]
        return found

    def fetch(self) -> None:
        self._subjects = self._do("fetch")["result"] or []

    def has(self, subject: str) -> bool:
        return subject in self._subjects

    def send(self, account: Account, subject: str) -> None:
        text = MESSAGE.format(email=account.email, subject=subject)
        self._do("send", email=account.email, text=text, recipient="somebody@elsewhere.example")

    def stop(self) -> None:
        self._orders.close()
        self._program.wait(10)
        self._close()

    def kill(self) -> None:
        self._orders.close()
        self._close()

    def _close(self) -> None:
        if self._program.poll() is None:
            os.killpg(self._program.pid, signal.SIGKILL)
            self._program.wait(10)
        self._answers.close()
        self._log.close()

    def _do(self, order: str, **arguments: str) -> dict[str, Any]:
        self._orders.write(json.dumps({"order": order, "arguments": arguments}).encode() + b"\n")
        self._orders.flush()
        answer = self._answer(60)
        self._log.write(f"{order} {arguments}: {answer}\n")
        return answer

    def _answer(self, seconds: float) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while b"\n" not in self._rest:
            ready = select.select([self._answers], [], [], max(0.0, end - time.monotonic()))[0]
            data = os.read(self._answers.fileno(), 65536) if ready else b""
            assert data, f"No answer from evolution-data-server within {seconds:g} s, or it has ended"
            self._rest += data
        line, _end, self._rest = self._rest.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        self._asked = answer["asked"]
        return answer


def _uid(person: Person, email: str) -> str:
    """Return what evolution-data-server calls the account with this address."""
    found = []
    for path in (person.home / DIRECTORY).glob("*.source"):
        source = configparser.RawConfigParser(strict=False)
        source.read(path, encoding="utf-8")
        if source.get("Mail Identity", "Address", fallback="") == email:
            found.append(source.get("Data Source", "Parent"))
    assert len(found) == 1, f"{len(found)} accounts of {email} in {DIRECTORY}"
    return found[0]


def _fetches_in_the_clear(person: Person, account: Account) -> None:
    """Switch TLS off for fetching."""
    path = person.home / DIRECTORY / f"{_uid(person, account.email)}.source"
    text = path.read_text(encoding="utf-8").replace(SECURITY["STARTTLS"], SECURITY["plain"])
    person.write(f"{DIRECTORY}/{path.name}", text)


class Evolution(Client):
    """Evolution."""

    name = "evolution"
    title = "Evolution"
    packages = (
        "dbus",
        "evolution-data-server",
        "gir1.2-camel-1.2",
        "gir1.2-edataserver-1.2",
        "glib-networking",
        "gnome-keyring",
        "libglib2.0-bin",
        "libsecret-tools",
        "python3-gi",
        *hook.PACKAGES,
    )
    password_command = f"cat ~/{PASSWORDS}/{{email}}"
    flips = (
        *hook.MPOP_FLIPS,
        *hook.MSMTP_FLIPS,
        Flip("[Security] Method=none", "stripped-pop", _fetches_in_the_clear, {"keeps the password"}),
    )

    def make_by_hand(self, person: Person, account: Account) -> None:
        for kind, text in BY_HAND.items():
            person.write(f"{DIRECTORY}/own-{kind}.source", account.fill(text, SECURITY))

    def seed_password(self, person: Person, account: Account) -> None:
        person.write(f"{PASSWORDS}/{account.email}", account.password + "\n")
        seed = ["dbus-run-session", "--", "sh", "-c", SEED, "sh", _uid(person, account.email), account.password]
        done = person.run(seed)
        assert done.returncode == 0, f"The keyring takes no password: {done.stdout}"

    def start(self, person: Person, logs: Path) -> Session:
        return EvolutionSession(person, logs / f"{person.name}.log")

    def accounts(self, person: Person) -> list[str]:
        session = EvolutionSession(person, Path("/dev/null"))
        try:
            return session.accounts()
        finally:
            session.stop()


CLIENT = Evolution()
