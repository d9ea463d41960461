# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Encryption, SSL and Port in, one reading of transport security out: the whole decision as one table.

Encryption overrides SSL and its TLS means STARTTLS ([MS-OXDSCLI] 2.2.4.1.1.2.6.22). What is deployed
contradicts that: SSL=on on port 587 means STARTTLS, and some servers write Encryption=TLS for port 993.
So the port breaks the tie, and of two readings the unencrypted one never wins.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from .model import SocketType

EncryptionWord = Literal["none", "ssl", "tls", "auto", "absent"]
SslWord = Literal["on", "off", "starttls", "unknown", "absent"]
PortKind = Literal["implicit", "starttls", "other", "absent"]

ENCRYPTION_WORDS: dict[str, EncryptionWord] = {
    "none": "none",
    "ssl": "ssl",
    "tls": "tls",
    "starttls": "tls",
    "auto": "auto",
    "": "absent",
}

NO_ENCRYPTION = frozenset(("0", "clear", "cleartext", "disabled", "false", "no", "off", "plain", "unencrypted"))
"""Words in lower case that are no value of Encryption, and no wish for encryption either."""

STARTTLS_WORDS = frozenset(("explicit", "start_tls", "start-tls", "starttls", "tls"))
"""Values of SSL in lower case that say how the connection is encrypted, where on or off belongs."""

WISHES = ("TLS", "UseTLS", "StartTLS", "UseSSL", "SocketType")
"""Elements that no document knows and servers send to ask for encryption, beside SSL=off."""

IMPLICIT_PORTS = frozenset((993, 995, 465))
STARTTLS_PORTS = frozenset((25, 110, 143, 587))

USUAL_PORTS: dict[tuple[str, SocketType], int] = {
    ("pop3", "plain"): 110,
    ("pop3", "STARTTLS"): 110,
    ("pop3", "SSL"): 995,
    ("imap", "plain"): 143,
    ("imap", "STARTTLS"): 143,
    ("imap", "SSL"): 993,
    ("smtp", "plain"): 25,
    ("smtp", "STARTTLS"): 587,
    ("smtp", "SSL"): 465,
}
"""IANA's service names and RFC 8314; the POX reference gives no numbers."""


class Reading(NamedTuple):
    """One row: what stands in the answer, what it means, and whether its parts contradict each other."""

    encryption: tuple[EncryptionWord, ...]
    ssl: tuple[SslWord, ...]
    port: tuple[PortKind, ...]
    socket_type: SocketType
    contradiction: bool


_SSL_ANY: tuple[SslWord, ...] = ("on", "off", "starttls", "unknown", "absent")
_PORT_ANY: tuple[PortKind, ...] = ("implicit", "starttls", "other", "absent")
_NOT_IMPLICIT: tuple[PortKind, ...] = ("starttls", "other", "absent")
_OPEN: tuple[PortKind, ...] = ("implicit", "other", "absent")

READINGS: tuple[Reading, ...] = (
    #       Encryption    SSL                           Port             means       contradiction
    Reading(("none",), ("off", "absent"), _NOT_IMPLICIT, "plain", False),
    Reading(("none",), _SSL_ANY, ("implicit",), "SSL", True),
    Reading(("none",), ("on", "starttls", "unknown"), _NOT_IMPLICIT, "STARTTLS", True),
    Reading(("ssl",), _SSL_ANY, ("starttls",), "SSL", True),
    Reading(("ssl",), _SSL_ANY, _OPEN, "SSL", False),
    Reading(("tls",), _SSL_ANY, ("implicit",), "SSL", True),
    Reading(("tls",), _SSL_ANY, _NOT_IMPLICIT, "STARTTLS", False),
    Reading(("auto",), _SSL_ANY, ("implicit",), "SSL", False),
    Reading(("auto",), _SSL_ANY, ("starttls",), "STARTTLS", False),
    Reading(("auto",), _SSL_ANY, ("other", "absent"), "SSL", True),
    Reading(("absent",), ("starttls",), ("implicit",), "SSL", True),
    Reading(("absent",), ("starttls",), _NOT_IMPLICIT, "STARTTLS", False),
    Reading(("absent",), ("on", "absent", "unknown"), ("starttls",), "STARTTLS", False),
    Reading(("absent",), ("on", "absent", "unknown"), _OPEN, "SSL", False),
    Reading(("absent",), ("off",), ("implicit",), "SSL", True),
    Reading(("absent",), ("off",), _NOT_IMPLICIT, "plain", False),
)

_BY_WORDS: dict[tuple[EncryptionWord, SslWord, PortKind], Reading] = {
    (encryption, ssl, port): reading
    for reading in reversed(READINGS)
    for encryption in reading.encryption
    for ssl in reading.ssl
    for port in reading.port
}


def port_kind(port: int | None) -> PortKind:
    """Say what a port number tells about encryption; ``None`` is a port that the answer does not give."""
    if port is None:
        return "absent"
    if port in IMPLICIT_PORTS:
        return "implicit"
    return "starttls" if port in STARTTLS_PORTS else "other"


def encrypted(port: int | None) -> SocketType:
    """Return how a connection to ``port`` is encrypted when all that is known is that it shall be."""
    return "SSL" if port_kind(port) == "implicit" else "STARTTLS"


def read_transport(encryption: EncryptionWord, ssl: SslWord, port: int | None) -> Reading:
    """Return the row of ``READINGS`` that holds for these three."""
    return _BY_WORDS[encryption, ssl, port_kind(port)]
