# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes the rows of the record about accounts and a run, gives the rows after it: servers, logins and numbers.

A row is kept for each account, client and user. It outlives the account: a client may go on meaning the account by the
number of its section, so the number is never given again, and may keep the password for when the account comes back.
"""

from __future__ import annotations


class Accounts:
    """The rows while a run changes them; ``moved`` are those whose servers are other ones than last time."""

    def __init__(self, rows: list) -> None:
        self._before = {_key(row): row for row in rows}
        self._rows = {key: _copy(row) for key, row in self._before.items()}

    def numbers(self, path: str) -> set:
        """Return the numbers that were ever given to sections of the file at ``path``."""
        return {number for row in self._rows.values() for number in row["numbers"].get(path, ())}

    def connect(self, connections: list, refused: set, undone: set) -> None:
        """Note the servers of each account that is provisioned; ``undone``: pairs of client and account that wait."""
        for connection in connections:
            if connection["account"] in refused:
                continue
            account = connection["account"]
            for client in [client for client in connection["clients"] if (client, account) not in undone]:
                row = self._row(account, client, connection.get("user") or "")
                row.update(
                    incoming=_given(connection["incoming"]), outgoing=_given(connection["outgoing"]), managed=True
                )

    def number(self, account: str, client: str, user: str, path: str, number: int) -> None:
        """Note that the account has this number in the file at ``path``."""
        row = self._row(account, client, user)
        row["managed"] = True
        given = row["numbers"].setdefault(path, [])
        if number in given:
            given.remove(number)
        given.append(number)

    def leave(self, leaves: object) -> None:
        """Let the accounts go for which ``leaves(client, account)``.

        Servers and numbers stay on record: a client may find the old password when the account comes back.
        """
        for row in self._rows.values():
            if leaves(row["client"], row["account"]):
                row["managed"] = False

    def rows(self) -> list:
        """Return all rows, in an order that depends on nothing but them."""
        return [self._rows[key] for key in sorted(self._rows)]

    def moved(self) -> list:
        """Return (account, client, user, was there, side, before, now) of each server whose host name is new.

        Whether the account was there all the time: it may have been removed and come back.
        """
        found = []
        for key, row in sorted(self._rows.items()):
            before = self._before.get(key)
            for side in ("incoming", "outgoing"):
                was, now = (before or {}).get(side), row.get(side)
                if was and now and was["hostname"] != now["hostname"]:
                    found.append((*key, before["managed"], side, was["hostname"], now["hostname"]))
        return found

    def _row(self, account: str, client: str, user: str) -> dict:
        key = (account, client, user)
        if key not in self._rows:
            self._rows[key] = {"account": account, "client": client, "user": user, "managed": True, "numbers": {}}
        return self._rows[key]


def _key(row: dict) -> tuple:
    return row["account"], row["client"], row["user"]


def _copy(row: dict) -> dict:
    return dict(row, numbers={path: list(given) for path, given in row["numbers"].items()})


def _given(server: dict) -> dict:
    """Return a server without what Ansible fills in for what was left out."""
    return {name: value for name, value in server.items() if value is not None}
