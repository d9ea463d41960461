# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""An account in; each POX element with the value it had in the answer, and the words for settings, out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..settings.account import MailAccount
from ..settings.model import OutgoingServer
from .client import Side


class Said(NamedTuple):
    """One element of the answer. ``value`` is null when the answer is silent and a default or an option decides."""

    side: Side
    protocol: str | None
    element: str
    value: str | None


ELEMENTS: tuple[tuple[Side, str], ...] = (
    ("incoming", "Type"),
    ("incoming", "Server"),
    ("incoming", "Port"),
    ("incoming", "Encryption"),
    ("incoming", "LoginName"),
    ("incoming", "DomainName"),
    ("incoming", "SPA"),
    ("outgoing", "Type"),
    ("outgoing", "Server"),
    ("outgoing", "Port"),
    ("outgoing", "Encryption"),
    ("outgoing", "LoginName"),
    ("outgoing", "DomainName"),
    ("outgoing", "SPA"),
    ("outgoing", "AuthRequired"),
    ("outgoing", "UsePOPAuth"),
    ("outgoing", "SMTPLast"),
    ("account", "DisplayName"),
    ("account", "TTL"),
    ("account", "ExpirationDate"),
)
"""Every element that bears on a mail account; each client's table answers for each of them.

Encryption stands for Encryption and SSL together, as they were read. DomainRequired belongs to DomainName.
"""

PLACES: dict[str, Callable[[MailAccount], object]] = {
    "email": lambda account: account.email,
    "display_name": lambda account: account.display_name or "",
    "incoming_host": lambda account: account.incoming.hostname,
    "incoming_port": lambda account: account.incoming.port,
    "incoming_login": lambda account: account.incoming.username,
    "outgoing_host": lambda account: account.outgoing.hostname,
    "outgoing_port": lambda account: account.outgoing.port,
    "outgoing_login": lambda account: account.outgoing.username,
}
"""Names that may stand in braces in the ``setting`` of a row."""


def said(account: MailAccount) -> Iterator[Said]:
    """Yield what the answer asked of this account, in the order of ``ELEMENTS``."""
    incoming, outgoing = account.source_incoming, account.source_outgoing
    for side, server in (("incoming", incoming), ("outgoing", outgoing)):
        where: Side = "incoming" if side == "incoming" else "outgoing"
        yield Said(where, server.type, "Type", server.type.upper())
        yield Said(where, server.type, "Server", server.hostname)
        yield Said(where, server.type, "Port", str(server.port))
        yield Said(where, server.type, "Encryption", server.socket_type)
        yield Said(where, server.type, "LoginName", server.username)
        if server.domain is not None or server.domain_required:
            yield Said(where, server.type, "DomainName", server.domain)
        # AuthRequired=off leaves nothing of SPA in Settings.
        spa = None if server.authentication == "none" else server.authentication == "NTLM"
        yield Said(where, server.type, "SPA", _on_off(spa))
        if isinstance(server, OutgoingServer):
            yield Said(where, "smtp", "AuthRequired", _on_off(server.auth_required))
            if server.same_credentials is not None:
                yield Said(where, "smtp", "UsePOPAuth", _on_off(server.same_credentials))
            yield Said(where, "smtp", "SMTPLast", _on_off(server.pop_before_smtp))
    yield Said("account", None, "DisplayName", account.display_name)
    yield Said("account", None, "TTL", str(account.ttl_hours))
    if account.expires is not None:
        yield Said("account", None, "ExpirationDate", account.expires)


def _on_off(value: bool | None) -> str | None:
    return None if value is None else "on" if value else "off"
