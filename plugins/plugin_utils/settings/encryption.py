# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""How a Protocol says that its connection is encrypted, by Encryption, SSL, Port and what servers write instead."""

from __future__ import annotations

from ..wording import listed, quoted
from .model import SocketType
from .protocol_values import ProtocolValues
from .transport import ENCRYPTION_WORDS, NO_ENCRYPTION, STARTTLS_WORDS, WISHES, SslWord, encrypted, read_transport


def socket_type_of(values: ProtocolValues, port: int | None) -> SocketType:
    """Read Encryption and SSL in the light of ``port``, by the table of ``transport.py``."""
    if "socket_type" in values.overrides:
        socket_type: SocketType = values.overrides["socket_type"]
        return socket_type
    value = values.protocol.get("Encryption")
    text = value.text if value is not None else ""
    encryption = ENCRYPTION_WORDS.get(text.lower())
    if encryption is None:
        wish = text.lower() not in NO_ENCRYPTION
        values.note(
            "encryption-unknown",
            f"{values.title}: Encryption is {quoted(text)}, none of None, SSL, TLS and Auto; "
            + (f"read as a wish for encryption, {encrypted(port)}." if wish else "not used."),
            "Encryption",
            value,
        )
        if wish:
            return encrypted(port)
        encryption = "absent"
    ssl = _ssl(values)
    reading = read_transport(encryption, ssl, port)
    if reading.contradiction:
        parts = [*(("Encryption",) if encryption != "absent" else ()), "SSL", "Port"]
        values.note(
            "encryption-port-contradiction",
            f"{values.title}: {listed(map(values.said, parts))} do not fit together; read as {reading.socket_type}.",
            parts[0],
            values.protocol.get(parts[0]),
        )
    return _wished(values, reading.socket_type, port)


def _wished(values: ProtocolValues, read: SocketType, port: int | None) -> SocketType:
    """Return ``read``, unless that is no encryption and an element that no document knows asks for it."""
    if read != "plain":
        return read
    for element in WISHES:
        value = values.protocol.get(element)
        word = value.text.lower() if value is not None else "off"
        if value is not None and word not in NO_ENCRYPTION and word != "none":
            values.note(
                "encryption-wish",
                f"{values.title}: {element} is {quoted(value.text)}, an undocumented wish for encryption, beside "
                f"{values.said('SSL')}; read as {encrypted(port)}.",
                element,
                value,
            )
            return encrypted(port)
    return read


def _ssl(values: ProtocolValues) -> SslWord:
    value = values.protocol.get("SSL")
    if value is None:
        return "absent"
    if value.text.lower() in STARTTLS_WORDS:
        values.note(
            "boolean-unknown",
            f"{values.title}: SSL is {quoted(value.text)}, neither on nor off; read as a wish for STARTTLS.",
            "SSL",
            value,
        )
        return "starttls"
    meant = values.boolean("SSL", None)
    if meant is None:
        return "unknown"
    return "on" if meant else "off"
