# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Settings: what an answer means, as frozen data; plain JSON-able dictionaries in and out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

IncomingType = Literal["pop3", "imap"]
SocketType = Literal["plain", "STARTTLS", "SSL"]
Authentication = Literal["password-cleartext", "NTLM", "none"]

VERSION = 1


@dataclass(frozen=True, slots=True)
class IncomingServer:
    """A server to fetch mail from. ``username`` and ``domain`` are null when the answer does not say them."""

    type: IncomingType
    hostname: str
    port: int
    socket_type: SocketType
    authentication: Authentication
    username: str | None = None
    domain: str | None = None
    domain_required: bool = False


@dataclass(frozen=True, slots=True)
class OutgoingServer:
    """A server to send mail through. Null in ``auth_required`` and ``same_credentials`` means: the answer is silent."""

    type: Literal["smtp"]
    hostname: str
    port: int
    socket_type: SocketType
    authentication: Authentication
    username: str | None = None
    domain: str | None = None
    domain_required: bool = False
    auth_required: bool | None = None
    same_credentials: bool | None = None
    """``UsePOPAuth`` as said."""
    pop_before_smtp: bool = False
    """``SMTPLast``: mail must be downloaded before this server accepts mail."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the answer says of an Exchange server beside POP3, IMAP and SMTP."""

    ews_url: str | None = None
    oab_url: str | None = None
    owa_url: str | None = None
    server: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """The meaning of one answer. Servers stand in the server's order of preference."""

    incoming: tuple[IncomingServer, ...]
    outgoing: tuple[OutgoingServer, ...]
    email: str | None = None
    display_name: str | None = None
    ttl_hours: int = 1
    """Hours until the answer should be asked for again; 0: never. Default 1 (MS POX reference, TTL)."""
    expires: str | None = None
    """ISO date after which the settings are no longer valid, from ExpirationDate."""
    exchange: Exchange = Exchange()

    def as_dict(self) -> dict[str, Any]:
        """Return the published form, which ``settings.schema.json`` describes."""
        return {
            "version": VERSION,
            "email": self.email,
            "display_name": self.display_name,
            "ttl_hours": self.ttl_hours,
            "expires": self.expires,
            "incoming": [_plain(server) for server in self.incoming],
            "outgoing": [_plain(server) for server in self.outgoing],
            "exchange": _plain(self.exchange),
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Settings:
        """Build Settings from a document that has passed ``validate``; keys that may be absent get their defaults."""
        return cls(
            incoming=tuple(IncomingServer(**_whole(server)) for server in document["incoming"]),
            outgoing=tuple(OutgoingServer(**_whole(server)) for server in document["outgoing"]),
            email=document.get("email"),
            display_name=document.get("display_name"),
            ttl_hours=int(document.get("ttl_hours", 1)),
            expires=document.get("expires"),
            exchange=Exchange(**(document.get("exchange") or {})),
        )


_NAMES: dict[type, tuple[str, ...]] = {
    cls: tuple(field.name for field in fields(cls)) for cls in (IncomingServer, OutgoingServer, Exchange)
}


def _whole(server: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``server`` with a whole number as its port: to JSON Schema, 587.0 is an integer too."""
    return {**server, "port": int(server["port"])}


def _plain(item: IncomingServer | OutgoingServer | Exchange) -> dict[str, Any]:
    return {name: getattr(item, name) for name in _NAMES[type(item)]}
