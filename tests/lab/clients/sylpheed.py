# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sylpheed."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from pathlib import Path

from ..accountrc import AccountFile
from ..client import Account, Client, Flip, Session
from ..network import Person
from ..orders import OrderedSession, Windows
from ..screen import PACKAGES

DIRECTORY = ".sylpheed-2.0"

WINDOWS = Windows(
    re.compile(r" - Sylpheed [\w.]+$|^Sylpheed$|^Notification$"),
    re.compile(r"^Sending |(^|: )(Authenticating with POP3|Retrieving new messages)$"),
)

QUEUED = """\
S:{email}
SSV:{smtp}
R:<somebody@elsewhere.example>
AID:{number}

Date: Mon, 2 Nov 2026 10:00:00 +0000
From: {email}
To: somebody@elsewhere.example
Subject: {subject}

A line.
"""
"""A message that waits in the folder ``queue`` (procmsg.c): sending what waits needs no window."""


def _with(key: str, value: str) -> Callable[[Person, Account], None]:
    """Return what sets ``key`` to ``value`` in a person's account."""
    return lambda person, account: AccountFile(person, DIRECTORY).set(account.email, key, value)


def _number_again(person: Person, account: Account) -> None:
    """Give the account the number of the one before, whose folders are listed."""
    file = AccountFile(person, DIRECTORY)
    file.renumber(account.email, file.listed()[0])


def _accepted(person: Person, account: Account) -> None:
    """Let the person have accepted each server's certificate for good (ssl.c: trust.crt, for every host)."""
    hosts = [host for host in (account.situation.pop, account.situation.smtp) if host.security == "SSL"]
    certificates = [ssl.get_server_certificate((host.name, host.port), timeout=10) for host in hosts]
    person.write(f"{DIRECTORY}/trust.crt", "".join(certificates))


class Sylpheed(Client):
    """Sylpheed."""

    name = "sylpheed"
    title = "Sylpheed"
    packages = ("sylpheed", *PACKAGES)
    keeps_tree = True
    flips = (
        Flip("pop_before_smtp=0", "pure", _with("pop_before_smtp", "0"), {"sends", "sends again"}),
        Flip("pop_before_smtp=0", "both", _with("pop_before_smtp", "0"), {"sends"}),
        Flip("use_smtp_auth=0", "both", _with("use_smtp_auth", "0"), {"sends"}),
        Flip("use_smtp_auth=0", "auth", _with("use_smtp_auth", "0"), {"sends"}),
        Flip("ssl_pop=0", "stripped-pop", _with("ssl_pop", "0"), {"keeps the password"}),
        Flip("ssl_smtp=0", "stripped-smtp", _with("ssl_smtp", "0"), {"keeps the password"}),
        Flip("an exception for the certificate", "misnamed-pop", _accepted, {"keeps the password"}),
        Flip("an exception for the certificate", "misnamed-smtp", _accepted, {"keeps the password"}),
        Flip("the number of the one before", "heir", _number_again, {"another's folders"}),
    )

    def make_by_hand(self, person: Person, account: Account) -> None:
        AccountFile(person, DIRECTORY).add(account.email, account.situation, {})

    def seed_password(self, person: Person, account: Account) -> None:
        AccountFile(person, DIRECTORY).set(account.email, "password", account.password)

    def start(self, person: Person, logs: Path) -> Session:
        file = AccountFile(person, DIRECTORY)
        return OrderedSession("sylpheed", WINDOWS, file, QUEUED, logs / f"{person.name}.log")

    def accounts(self, person: Person) -> list[str]:
        return AccountFile(person, DIRECTORY).addresses()

    def trees(self, person: Person, account: Account) -> list[str]:
        return AccountFile(person, DIRECTORY).trees(account.email)


CLIENT = Sylpheed()
