# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Servers of accounts in, and what a node has on record of them; a finding for each password that goes astray, out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .clients.registry import CLIENTS
from .findings import Finding
from .settings.account import MailAccount
from .settings.names import same_organisation

Move = tuple[str, str, str, str]
"""Address, client, host name before, host name now."""


def connection(account: MailAccount, clients: Sequence[str]) -> dict[str, Any]:
    """Return one item of ``connections`` of ``client_files``: servers and login, which the node keeps on record."""
    incoming, outgoing = (
        {name: getattr(server, name) for name in ("hostname", "port", "socket_type", "username")}
        for server in (account.incoming, account.outgoing)
    )
    if account.outgoing.authentication == "none":
        del outgoing["username"]
    doubt = {"of_another": account.of_another} if account.of_another is not None else {}
    return {
        **doubt,
        "account": account.email,
        "user": account.user,
        "clients": list(clients),
        "incoming": {"type": account.incoming.type, **incoming},
        "outgoing": {"type": "smtp", **outgoing},
    }


def moved_passwords(
    moved: Sequence[Mapping[str, Any]],
    drift: Iterable[Mapping[str, Any]],
    *,
    commanded: Sequence[str] = (),
    shared: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Return a finding for each account whose stored password goes to a server in another domain than before.

    Args:
        moved: ``moved`` of ``client_files``: servers that are other ones than the record has.
        drift: ``drift`` of ``client_files``: what a person or an adopted account had in the place of our server.
        commanded: addresses whose password is printed by a command, whatever the server is.
        shared: addresses whose incoming password is sent to the outgoing server as well.
    """
    moves = dict.fromkeys([*_recorded_moves(moved, commanded, shared), *_found_moves(drift)])
    return [
        {
            **Finding(
                "password-to-new-server",
                f"{email}: {CLIENTS[client].title} does not find the password by the server alone, and that moves from "
                f"{before} to {now}, in another domain: the stored password will be sent to {now}. If that server is "
                "not yours, correct the answer before the next run.",
            ).as_dict(),
            "email": email,
        }
        for email, client, before, now in moves
        if not same_organisation(before.lower(), now.lower())
    ]


def _recorded_moves(
    moved: Sequence[Mapping[str, Any]], commanded: Sequence[str], shared: Sequence[str]
) -> Iterator[Move]:
    incoming = {(row["email"], row["client"], row["user"]) for row in moved if row["server"] == "incoming"}
    for row in moved:
        client = CLIENTS.get(row["client"])
        if client is None:
            continue
        # With the incoming server the client has lost its password too, and asks for one.
        alone = row["server"] == "outgoing" and (row["email"], row["client"], row["user"]) not in incoming
        if (
            client.login_kept_by == "address"
            or (client.login_kept_by == "section" and row["kept"])
            or (client.takes_command and row["email"] in commanded)
            or (client.shares_login and row["email"] in shared and alone)
        ):
            yield row["email"], client.name, row["before"], row["after"]


def _found_moves(drift: Iterable[Mapping[str, Any]]) -> Iterator[Move]:
    for row in drift:
        client = CLIENTS.get(row["client"])
        key = (row["key"] or "").rpartition("] ")[2]
        found, expected = row["found"], row["expected"]
        if (
            client
            and key in client.server_keys
            and row["email"]
            and isinstance(found, str)
            and isinstance(expected, str)
        ):
            yield row["email"], client.name, found, expected
