# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Holds what is known of one file, what a run makes of it, and what its record entry has in common with others.

Plain data: nothing is read or written here.
"""

from __future__ import annotations

import json

from ._limits import MISSING_BYTES


class Target:
    """One file: ``wanted`` and ``entries`` (client -> record entry) are all that concerns it."""

    __slots__ = (
        "user",
        "token",
        "shown",
        "found",
        "wanted",
        "entries",
        "made",
        "outcome",
        "number",
        "numbers",
        "numbers_unknown",
    )

    def __init__(self, user: object, token: str, shown: str, found: object) -> None:
        self.user = user
        self.token = token
        self.shown = shown
        self.found = found
        self.wanted = []
        self.entries = {}
        self.made = []  # directories above it that we made, says the record
        self.outcome = None
        self.number = 0  # its place in the request
        self.numbers = None  # numbers that no new section may get; None where other files do not know them
        self.numbers_unknown = None  # why they are not known


class Outcome:
    """What a run makes of one file; ``content`` None: it goes; ``entries``: client to new record entry or None."""

    __slots__ = (
        "content",
        "rewrite",
        "mode",
        "uid",
        "gid",
        "entries",
        "rows",
        "drift",
        "diffs",
        "errors",
        "findings",
        "directories",
        "make",
    )

    def __init__(self, target: Target) -> None:
        self.content = target.found.content
        self.rewrite = False
        self.mode = self.uid = self.gid = None
        self.entries = dict(target.entries)
        self.rows = []  # (client, accounts, action, note)
        self.drift = []
        self.diffs = []  # entries of the result, or functions that make them when somebody asks
        self.errors = []  # (accounts, client, reason)
        self.findings = []  # (code, severity, account, message)
        self.directories = []  # to remove if they are empty
        self.make = []  # to make together with the file

    @property
    def writes(self) -> bool:
        """Whether the file itself is touched."""
        return self.rewrite or (self.mode, self.uid, self.gid) != (None, None, None)


def entry_of(target: Target, wanted: object, client: str, accounts: list) -> dict:
    """Return a record entry with what all kinds have in common; what an earlier entry of this file knows is kept."""
    old = target.entries.get(client)
    earlier = old or next(iter(target.entries.values()), None)
    there = target.found.content is not None
    prefix = target.token[: len(target.token) - len(_rest(target))]
    with_it = [] if there else target.found.absent or []
    made = target.made + [prefix + path for path in (target.found.missing or []) + with_it]
    return {
        "path": target.token,
        "client": client,
        "accounts": sorted(set(accounts)),
        "user": target.user.name if target.user else None,
        "home": target.user.home if target.user else None,
        "kind": wanted.kind if wanted else old["kind"],
        "running": wanted.running if wanted else old["running"],
        "created": earlier["created"] if earlier and there else not there,
        "directories": _with_earlier(made, earlier["directories"] if earlier else []),
        "attributes": earlier["attributes"] if earlier and there else {},
    }


def _with_earlier(made: list, earlier: list) -> list:
    """Return the directories that we made, those of former runs included, as far as their paths are not too long.

    A user can have other ones made in each run, and the record is everybody's. What is left out stays, empty.
    """
    left = MISSING_BYTES
    found = set(made)
    for path in sorted(set(earlier) - found, key=len):
        left -= len(json.dumps(path))
        if left < 0:
            break
        found.add(path)
    return sorted(found)


def _rest(target: Target) -> str:
    return target.token.partition("}")[2] if target.user else target.token


def labels_of(wanted: list, refused: set) -> list:
    return [account for account in dict.fromkeys(a for item in wanted for a in item.accounts) if account not in refused]


def only(accounts: list) -> object:
    """Return the account when there is exactly one."""
    return accounts[0] if len(accounts) == 1 else None
