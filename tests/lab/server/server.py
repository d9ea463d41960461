# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins and passwords in; the running mail server, with its hosts and its events, out."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping
from pathlib import Path

from .. import authority
from ..network import add_hosts
from .dovecot import Dovecot
from .events import Events
from .path import StrippedPath
from .policy import Policy
from .postfix import Postfix

WINDOW = 5.0
"""Seconds for which a POP3 login opens the SMTP server."""

POP, FIRST, BOTH, AUTH, STRIPPED = (f"10.76.0.{number}" for number in (10, 11, 12, 13, 20))
POP_TWO, AUTH_TWO = "10.76.0.30", "10.76.0.33"
"""The servers of another domain."""

HOSTS = {
    "pop.lab.example": POP,
    "first.lab.example": FIRST,
    "both.lab.example": BOTH,
    "auth.lab.example": AUTH,
    "stripped-pop.lab.example": STRIPPED,
    "stripped-smtp.lab.example": STRIPPED,
    "misnamed-pop.lab.example": POP,
    "misnamed-smtp.lab.example": AUTH,
    "pop.two.example": POP_TWO,
    "auth.two.example": AUTH_TWO,
}
MISNAMED = "misnamed-"
"""Hosts whose names begin so are not in the certificate."""


class Server:
    """Dovecot, Postfix, and the path without TLS."""

    def __init__(self, state: Path, logs: Path) -> None:
        add_hosts(HOSTS)
        self.authority = authority.make(state / "authority", [name for name in HOSTS if not name.startswith(MISNAMED)])
        authority.trust(self.authority)
        database = state / "database" / "logins.sqlite"
        database.parent.mkdir()
        database.parent.chmod(0o777)
        self._postfix = Postfix(state / "postfix", logs / "postfix.log")
        self._dovecot = Dovecot(state / "dovecot", (POP, POP_TWO), self.authority, database, logs / "dovecot.log")
        self.events = Events(database, (self._postfix.log, self._dovecot.log))
        self.events.create()
        self._policy = Policy(self.events)
        self.paths = {
            "pop": StrippedPath((STRIPPED, 110), (POP, 110)),
            "smtp": StrippedPath((STRIPPED, 587), (AUTH, 587)),
        }
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, passwords: Mapping[str, str]) -> None:
        """Start all of it."""
        self._processes = [
            self._dovecot.start(passwords),
            self._postfix.start(
                {FIRST: "first", BOTH: "both", AUTH: "auth", AUTH_TWO: "auth"},
                window=WINDOW,
                authority=self.authority,
                database=self.events.database,
                sasl=self._dovecot.sasl,
                policy=self._policy.port,
            ),
        ]

    def stop(self) -> None:
        """End it."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(20)

    def deliver(self, login: str, subject: str) -> None:
        """Put a message into a mailbox."""
        self._dovecot.deliver(login, subject)

    def given_away(self, ip: str, login: str, password: str, since: float) -> list[str]:
        """Return what shows that a client at ``ip`` used this login after ``since``, or gave its password to another.

        Dovecot tells of a password that is not the login's own by its digest: POP3, IMAP and SMTP AUTH alike.
        """
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest()
        wrong = [line for line in self.events.log_lines(f",{ip},") if f"given password: {digest}" in line]
        there = [line for line in self.events.log_lines(f"rip={ip}, lip={POP_TWO},") if f"user=<{login}>" in line]
        used = [str(event) for event in self.events.of(ip, since) if event.login == login]
        return [*wrong, *there, *used]

    def connections(self, protocol: str, ip: str) -> list[bool]:
        """Return, for each connection from ``ip`` that did not come to a login, whether it is over, as the logs say."""
        if protocol == "pop":
            lines = self.events.log_lines(f"rip={ip},")
            return [True for line in lines if "pop3-login: " in line and " Login: " not in line]
        lines = self.events.log_lines(f"[{ip}]")
        begun, over = (sum(f": {word} " in line for line in lines) for word in ("connect from", "disconnect from"))
        return [number < over for number in range(begun)]
