# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rendered files in; what a client would understand of them out, in words that all clients share.

``readers/NAME.py`` holds for each client two functions that know its own grammar and nothing of our renderer:

``read(files)``: a Read for each account in the items for ``client_files``; it raises for anything that the
client would stumble over, and for anything in a place where nothing should be.

``has(files, setting, side)``: whether what a row of the client's table calls ``setting`` was really written.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, fields
from typing import Any, Protocol

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.account import MailAccount

Files = list[dict[str, Any]]


@dataclass(frozen=True)
class Read:
    """What a client understands. None: its files do not say it (an address in a file for a whole domain)."""

    email: str | None
    incoming_type: str
    incoming_host: str
    incoming_port: int
    incoming_security: str | None
    """``plain``, ``STARTTLS`` or ``SSL``; None where the format cannot tell the last two apart and TLS is on."""
    incoming_login: str
    outgoing_host: str
    outgoing_port: int
    outgoing_security: str | None
    outgoing_login: str | None
    """The login to SMTP, the incoming one where the client takes that; None: it does not log in."""
    pop_first: bool
    """A POP3 login comes before each sending, by whatever means; False where the client has none."""


class Reader(Protocol):
    """A module of ``readers/``."""

    def read(self, files: Files) -> list[Read]:
        """Return what the client understands, for each account."""

    def has(self, files: Files, setting: str, side: str) -> bool:
        """Tell whether a setting was really written."""


def reader(name: str) -> Reader:
    """Return the reader of a client."""
    return importlib.import_module(f"{__package__}.readers.{name}")  # type: ignore[return-value]


def understood(account: MailAccount) -> Read:
    """Return what every client should understand of ``account``."""
    incoming, outgoing = account.incoming, account.outgoing
    login = None if outgoing.authentication == "none" else outgoing.username
    return Read(
        email=account.email,
        incoming_type=incoming.type,
        incoming_host=incoming.hostname,
        incoming_port=incoming.port,
        incoming_security=incoming.socket_type,
        incoming_login=incoming.username,
        outgoing_host=outgoing.hostname,
        outgoing_port=outgoing.port,
        outgoing_security=outgoing.socket_type,
        outgoing_login=login,
        pop_first=account.pop_first,
    )


def differences(read: Read, account: MailAccount) -> dict[str, tuple[Any, Any]]:
    """Return each thing that was understood wrongly, as (read, meant).

    What the format cannot say is left out. ``pop_first`` and ``outgoing_login`` are compared only where they agree
    with what the client's table says: some clients must choose one of the two, and then the table has the verdict.
    """
    meant = understood(account)
    pairs = {field.name: (getattr(read, field.name), getattr(meant, field.name)) for field in fields(Read)}
    must_choose = read.pop_first and read.outgoing_login is None
    if must_choose or read.pop_first is not meant.pop_first:
        del pairs["outgoing_login"]
    del pairs["pop_first"]
    for name in ("email", "incoming_security", "outgoing_security"):
        if pairs[name][0] is None:
            del pairs[name]
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
