# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A program and a person in; a running client that takes orders from a second call of the same program out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .accountrc import AccountFile
from .client import Account, Session
from .network import Person
from .screen import Screen
from .waiting import until


@dataclass(frozen=True, slots=True)
class Windows:
    """Titles of windows that are no question: the client's own, and those that show how far an order has come."""

    main: re.Pattern[str]
    progress: re.Pattern[str]


class OrderedSession(Session):
    """A running client, on a display of its own."""

    def __init__(self, program: str, windows: Windows, file: AccountFile, queued: str, log: Path) -> None:
        self._name = program
        self._windows = windows
        self._file = file
        self._queued = queued
        self._person: Person = file.person
        self._screen = Screen(self._person, log)
        self._program = self._screen.start([program])
        until(self._screen.windows, 20, f"{program} shows a window")
        until(lambda: self.dialogs() or self._order("--status").strip(), 10, f"{program} takes orders")

    def dialogs(self) -> list[str]:
        wanted = (self._windows.main, self._windows.progress)
        return [title for title in self._screen.windows() if not any(one.search(title) for one in wanted)]

    def fetch(self) -> None:
        self._order("--receive-all")

    def has(self, subject: str) -> bool:
        # While it still receives it neither sends nor logs in for that.
        return self._file.has_mail(subject) and not any(map(self._windows.progress.search, self._screen.windows()))

    def send(self, account: Account, subject: str) -> None:
        number = self._file.number(account.email)
        smtp = account.situation.smtp.name
        self._file.queue(self._queued.format(email=account.email, smtp=smtp, number=number, subject=subject))
        self._order("--send")

    def stop(self) -> None:
        self._order("--exit")
        until(lambda: self._program.poll() is not None, 20, f"{self._name} exits")
        self._screen.close()

    def kill(self) -> None:
        self._screen.close()

    def _order(self, option: str) -> str:
        return self._person.run([self._name, option], env=self._screen.environment).stdout
