# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts in; the same made by the driver, for a client that the collection does not provision yet, out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .answers import SITUATIONS
from .client import Account, Client
from .network import Person
from .role import Role


def asked_for() -> bool:
    """Return whether LAB_BY_HAND=1 asks for it."""
    return os.environ.get("LAB_BY_HAND") == "1"


def provisioner(client: Client, people: Mapping[str, Person], logs: Path) -> Role | ByHand:
    """Return what provisions ``client``: the role, unless it is to be done by hand."""
    return ByHand(client, people) if asked_for() else Role(client.name, logs / "role", client.options)


class ByHand:
    """Stands in for the role, so that a driver can be tried before its client's renderer is there."""

    def __init__(self, client: Client, people: Mapping[str, Person]) -> None:
        self._client = client
        self._people = people
        self._done: set[str] = set()

    def run(self, accounts: Sequence[Mapping[str, Any]], state: str = "present") -> dict[str, Any]:
        """Make the accounts that are not there yet."""
        if state != "present" or not {account["email"] for account in accounts} - self._done:
            raise AssertionError("Nothing changes an account that was made by hand.")
        for account in accounts:
            if account["email"] not in self._done:
                self._done.add(account["email"])
                person = self._people[account["user"]]
                situation = next(one for one in SITUATIONS.values() if one.answer() == account["pox"])
                self._client.make_by_hand(person, Account(account["email"], situation))
        return {"changed": True}
