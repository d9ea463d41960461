# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the servers did in; what happened from one address, in order, out.

POP3 logins come from the database that Postfix looks them up in, and what became of a message from Postfix's own
questions to a policy service: both know the moment to the millisecond, which no log of theirs does.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Literal

Kind = Literal["pop-login", "accepted", "refused"]


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """One thing that happened: ``time`` in seconds since 1970, ``login`` where somebody logged in."""

    time: float
    kind: Kind
    ip: str
    login: str
    tls: bool | None = None
    """Of a message; of a POP3 login only Dovecot's log knows it."""

    def __str__(self) -> str:
        login = f" as {self.login}" if self.login else ""
        return self.kind + login + (" without TLS" if self.tls is False else "")


@dataclass(slots=True)
class Events:
    """All events of a run. Threads may add and read."""

    database: Path
    logs: Sequence[Path]
    _smtp: list[Event] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def create(self) -> None:
        """Make the database. WAL and a patient reader: without them Postfix gives up on a locked database."""
        with sqlite3.connect(self.database) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE logins (at REAL, ip TEXT, login TEXT, open INTEGER DEFAULT 1)")
            connection.execute("CREATE INDEX logins_by_ip ON logins (ip, at)")
        connection.close()
        for path in self.database.parent.glob(self.database.name + "*"):
            path.chmod(0o666)

    def add(self, kind: Kind, ip: str, login: str, tls: bool) -> None:
        """Note what became of a message."""
        with self._lock:
            self._smtp.append(Event(time.time(), kind, ip, login, tls))

    def of(self, ip: str, since: float = 0) -> list[Event]:
        """Return what happened from ``ip`` after ``since``, in order."""
        with self._lock:
            found = [event for event in self._smtp if event.ip == ip and event.time >= since]
        rows = self._query("SELECT at, ip, login FROM logins WHERE ip = ? AND at >= ?", ip, since)
        return sorted([*found, *(Event(at, "pop-login", ip, login) for at, ip, login in rows)])

    def close_window(self, ip: str) -> None:
        """Let Postfix forget every login of ``ip``; it stays in the list of events."""
        self._query("UPDATE logins SET open = 0 WHERE ip = ?", ip)

    def pop_in_the_clear(self, ip: str) -> list[str]:
        """Return Dovecot's lines about logins from ``ip`` that were not inside TLS."""
        return [line for line in self.log_lines(f"rip={ip},") if " Login: " in line and ", TLS" not in line]

    def imap_logins(self, ip: str, login: str) -> list[str]:
        """Return Dovecot's lines about logins to IMAP from ``ip``."""
        lines = self.log_lines(f"rip={ip},")
        return [line for line in lines if "imap-login: " in line and f" Login: user=<{login}>," in line]

    def last_login(self, ip: str) -> float:
        """Return the time of the last login of ``ip``, 0 when there is none."""
        rows = self._query("SELECT max(at) FROM logins WHERE ip = ?", ip)
        return float(rows[0][0] or 0)

    def log_lines(self, word: str) -> list[str]:
        """Return the lines of the servers' logs that hold ``word``."""
        lines = []
        for path in self.logs:
            if path.exists():
                lines += [line for line in path.read_text(errors="replace").splitlines() if word in line]
        return lines

    def _query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.database, timeout=20)
        try:
            with connection:
                return connection.execute(statement, values).fetchall()
        finally:
            connection.close()
