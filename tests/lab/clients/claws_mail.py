# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Claws Mail on a display of its own. A running one takes orders from a second call of the same program."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from ..client import PASSWORD, Account, Client, Flip, Session
from ..network import Person
from ..screen import PACKAGES, Screen
from ..waiting import until

DIRECTORY = ".claws-mail"
SECURITY = {"plain": "0", "SSL": "1", "STARTTLS": "2"}

EXPECTED = re.compile(r" - Claws Mail [\d.]+$|^Sending message$|^Retrieving new messages$")
"""Its own window, and what shows how far an order has come."""

BY_HAND = """\
[Account: 1]
account_name=what I made myself
is_default=1
name=Myself
address={email}
protocol=0
receive_server={pop}
set_popport=1
pop_port={pop_port}
ssl_pop={pop_security}
user_id={email}
smtp_server={smtp}
set_smtpport=1
smtp_port={smtp_port}
ssl_smtp={smtp_security}
inbox=#mh/Mailbox/inbox
remove_mail=0
ssl_certs_auto_accept=1
config_version=4
"""
FOLDERS = """\
<?xml version="1.0" encoding="UTF-8"?>
<folderlist>
    <folder type="mh" name="Mailbox" path="Mail">
        <folderitem type="inbox" name="inbox" path="inbox" />
        <folderitem type="outbox" name="sent" path="sent" />
        <folderitem type="draft" name="draft" path="draft" />
        <folderitem type="queue" name="queue" path="queue" />
        <folderitem type="trash" name="trash" path="trash" />
    </folder>
</folderlist>
"""

QUEUED = """\
S:{email}
SSV:{smtp}
R:<somebody@elsewhere.example>
MAID:{number}
X-Claws-End-Special-Headers: 1

Date: Mon, 2 Nov 2026 10:00:00 +0000
From: {email}
To: somebody@elsewhere.example
Subject: {subject}

A line.
"""
"""A message that waits in the folder ``queue`` (procmsg.c): sending what waits needs no window."""


class ClawsSession(Session):
    """A running Claws Mail."""

    def __init__(self, person: Person, logs: Path) -> None:
        self._person = person
        self._screen = Screen(person, logs / f"{person.name}.log")
        self._program = self._screen.start(["claws-mail"])
        until(self._screen.windows, 20, "Claws Mail shows a window")
        until(lambda: self.dialogs() or self._answers(), 10, "Claws Mail takes orders")

    def dialogs(self) -> list[str]:
        return [title for title in self._screen.windows() if not EXPECTED.search(title)]

    def fetch(self) -> None:
        self._order("--receive-all")

    def has(self, subject: str) -> bool:
        return any(
            f"Subject: {subject}\n" in path.read_text(errors="replace")
            for path in (self._person.home / "Mail/inbox").glob("[0-9]*")
        )

    def send(self, account: Account, subject: str) -> None:
        message = QUEUED.format(
            email=account.email,
            smtp=account.situation.smtp.name,
            number=_number(self._person, account.email),
            subject=subject,
        )
        used = [int(path.name) for path in (self._person.home / "Mail/queue").glob("[0-9]*")]
        self._person.write(f"Mail/queue/{max(used, default=0) + 1}", message)
        self._order("--send")

    def stop(self) -> None:
        self._order("--exit")
        until(lambda: self._program.poll() is not None, 20, "Claws Mail exits")
        self._screen.close()

    def kill(self) -> None:
        self._screen.close()

    def _answers(self) -> bool:
        return self._order("--status").strip() != ""

    def _order(self, option: str) -> str:
        return self._person.run(["claws-mail", option], env=self._screen.environment).stdout


def _sections(person: Person) -> dict[str, str]:
    """Return the accounts of ``accountrc``: number to text."""
    path = person.home / DIRECTORY / "accountrc"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return dict(re.findall(r"^\[Account: (\d+)\]\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL))


def _number(person: Person, email: str) -> str:
    return next(number for number, text in _sections(person).items() if f"\naddress={email}\n" in text)


def _with(key: str, value: str) -> Callable[[Person], None]:
    """Return what sets ``key`` to ``value`` in a person's account."""

    def apply(person: Person) -> None:
        path = person.home / DIRECTORY / "accountrc"
        text, count = re.subn(rf"^{key}=.*$", f"{key}={value}", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        if count != 1:
            text = text.replace("\nconfig_version=", f"\n{key}={value}\nconfig_version=", 1)
        path.write_text(text, encoding="utf-8")

    return apply


def _unchecked(person: Person) -> None:
    """Switch the checking of certificates off, for all accounts."""
    person.write(f"{DIRECTORY}/clawsrc", "[Common]\nskip_ssl_cert_check=1\n")


class ClawsMail(Client):
    """Claws Mail."""

    name = "claws_mail"
    title = "Claws Mail"
    packages = ("claws-mail", *PACKAGES)
    flips = (
        Flip("pop_before_smtp=0", "pure", _with("pop_before_smtp", "0"), frozenset({"sends", "sends again"})),
        Flip("pop_before_smtp_timeout=60", "pure", _with("pop_before_smtp_timeout", "60"), frozenset({"sends again"})),
        Flip("use_smtp_auth=0", "auth", _with("use_smtp_auth", "0"), frozenset({"sends"})),
        Flip("ssl_pop=0", "stripped-pop", _with("ssl_pop", "0"), frozenset({"keeps the password"})),
        Flip("ssl_smtp=0", "stripped-smtp", _with("ssl_smtp", "0"), frozenset({"keeps the password"})),
        Flip("skip_ssl_cert_check=1", "misnamed-pop", _unchecked, frozenset({"keeps the password"})),
        Flip("skip_ssl_cert_check=1", "misnamed-smtp", _unchecked, frozenset({"keeps the password"})),
    )

    def make_by_hand(self, person: Person, account: Account) -> None:
        pop, smtp = account.situation.pop, account.situation.smtp
        text = BY_HAND.format(
            email=account.email,
            pop=pop.name,
            pop_port=pop.port,
            pop_security=SECURITY[pop.security],
            smtp=smtp.name,
            smtp_port=smtp.port,
            smtp_security=SECURITY[smtp.security],
        )
        person.write(f"{DIRECTORY}/accountrc", text)
        person.write(f"{DIRECTORY}/folderlist.xml", FOLDERS)

    def seed_password(self, person: Person, account: Account) -> None:
        path = person.home / DIRECTORY / "passwordstorerc"
        text = path.read_text(encoding="utf-8") if path.exists() else "[config_version:4]\n"
        entry = f"[account:{_number(person, account.email)}]\nrecv {PASSWORD}\n"
        person.write(f"{DIRECTORY}/passwordstorerc", text + entry)

    def start(self, person: Person, logs: Path) -> Session:
        return ClawsSession(person, logs)

    def accounts(self, person: Person) -> list[str]:
        return re.findall(r"^address=(.*)$", "".join(_sections(person).values()), re.MULTILINE)


CLIENT = ClawsMail()
