# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""What the installer found on a node in; a finding for each stored password that will go to a server elsewhere, out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .clients.registry import CLIENTS
from .findings import Finding
from .settings.names import same_organisation

Move = tuple[str, str, str, str]
"""Address, client, host name before, host name now."""


def moved_passwords(
    moved: Iterable[Mapping[str, Any]], drift: Iterable[Mapping[str, Any]], commanded: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Return a finding for each account that keeps its password while its server moves to another domain.

    Args:
        moved: ``moved`` of ``client_files``: servers that are other ones than the record has.
        drift: ``drift`` of ``client_files``: what a person or an adopted account had in the place of our server.
        commanded: addresses whose password is printed by a command, whatever the server is.
    """
    moves = dict.fromkeys([*_recorded_moves(moved, commanded), *_found_moves(drift)])
    return [
        {
            **Finding(
                "password-to-new-server",
                f"{email}: {CLIENTS[client].title} keeps the password by account, and the server moves from {before} "
                f"to {now}, in another domain: the stored password will be sent to {now}. If that server is not "
                "yours, correct the answer before the next run.",
            ).as_dict(),
            "email": email,
        }
        for email, client, before, now in moves
        if not same_organisation(before.lower(), now.lower())
    ]


def _recorded_moves(moved: Iterable[Mapping[str, Any]], commanded: Sequence[str]) -> Iterator[Move]:
    for row in moved:
        client = CLIENTS.get(row["client"])
        if client and (
            client.login_kept_by == "account" or (client.login_kept_by == "command" and row["email"] in commanded)
        ):
            yield row["email"], client.name, row["before"], row["after"]


def _found_moves(drift: Iterable[Mapping[str, Any]]) -> Iterator[Move]:
    for row in drift:
        client = CLIENTS.get(row["client"])
        key = (row["key"] or "").rpartition("] ")[2]
        if client and key in client.server_keys and row["email"] and row["found"] and row["expected"]:
            yield row["email"], client.name, row["found"], row["expected"]
