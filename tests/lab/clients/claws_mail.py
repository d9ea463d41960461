# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Claws Mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from ..accountrc import AccountFile
from ..client import Account, Client, Flip, Session
from ..network import Person
from ..orders import OrderedSession, Windows
from ..screen import PACKAGES

DIRECTORY = ".claws-mail"

WINDOWS = Windows(
    re.compile(r" - Claws Mail [\d.]+$"),
    re.compile(r"^(Sending message|Retrieving new messages)$"),
)

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


def _with(key: str, value: str) -> Callable[[Person, Account], None]:
    """Return what sets ``key`` to ``value`` in a person's account."""
    return lambda person, account: AccountFile(person, DIRECTORY).set(account.email, key, value)


def _number_again(person: Person, account: Account) -> None:
    """Give the account the number of the one before, whose password is stored."""
    kept = re.findall(r"^\[account:(\d+)\]$", (person.home / DIRECTORY / "passwordstorerc").read_text(), re.MULTILINE)
    AccountFile(person, DIRECTORY).renumber(account.email, kept[0])


def _unchecked(person: Person, account: Account) -> None:  # noqa: ARG001
    """Switch the checking of certificates off, for all accounts."""
    person.write(f"{DIRECTORY}/clawsrc", "[Common]\nskip_ssl_cert_check=1\n")


class ClawsMail(Client):
    """Claws Mail."""

    name = "claws_mail"
    title = "Claws Mail"
    packages = ("claws-mail", *PACKAGES)
    keeps_tree = True
    flips = (
        Flip("pop_before_smtp=0", "pure", _with("pop_before_smtp", "0"), {"sends", "sends again"}),
        Flip("pop_before_smtp_timeout=60", "pure", _with("pop_before_smtp_timeout", "60"), {"sends again"}),
        Flip("pop_before_smtp=0", "both", _with("pop_before_smtp", "0"), {"sends"}),
        Flip("use_smtp_auth=0", "both", _with("use_smtp_auth", "0"), {"sends"}),
        Flip("use_smtp_auth=0", "auth", _with("use_smtp_auth", "0"), {"sends"}),
        Flip("ssl_pop=0", "stripped-pop", _with("ssl_pop", "0"), {"keeps the password"}),
        Flip("ssl_smtp=0", "stripped-smtp", _with("ssl_smtp", "0"), {"keeps the password"}),
        Flip("skip_ssl_cert_check=1", "misnamed-pop", _unchecked, {"keeps the password"}),
        Flip("skip_ssl_cert_check=1", "misnamed-smtp", _unchecked, {"keeps the password"}),
        Flip("the number of the one before", "leaver", _number_again, {"another's password"}),
        Flip("the number of the one before", "heir", _number_again, {"another's password", "another's folders"}),
    )

    def make_by_hand(self, person: Person, account: Account) -> None:
        more = {"config_version": "4", "ssl_certs_auto_accept": "1", "pop_before_smtp_timeout": "0"}
        AccountFile(person, DIRECTORY).add(account.email, account.situation, more)

    def seed_password(self, person: Person, account: Account) -> None:
        path = person.home / DIRECTORY / "passwordstorerc"
        text = path.read_text(encoding="utf-8") if path.exists() else "[config_version:4]\n"
        number = AccountFile(person, DIRECTORY).number(account.email)
        # Of two blocks of one number Claws Mail reads the first.
        text = re.sub(rf"^\[account:{number}\]\n(?:[^\[].*\n|\n)*", "", text, flags=re.MULTILINE)
        person.write(f"{DIRECTORY}/passwordstorerc", f"{text}[account:{number}]\nrecv {account.password}\n")

    def start(self, person: Person, logs: Path) -> Session:
        file = AccountFile(person, DIRECTORY)
        return OrderedSession("claws-mail", WINDOWS, file, QUEUED, logs / f"{person.name}.log")

    def accounts(self, person: Person) -> list[str]:
        return AccountFile(person, DIRECTORY).addresses()

    def trees(self, person: Person, account: Account) -> list[str]:
        return AccountFile(person, DIRECTORY).trees(account.email)


CLIENT = ClawsMail()
