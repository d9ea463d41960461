# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""One POP3, IMAP or SMTP Protocol of an answer in; one server of Settings, its findings and its errors out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..findings import Finding
from ..pox.response import Protocol, Value
from ..wording import quoted, quoted_login
from .model import Authentication, IncomingServer, OutgoingServer, SocketType
from .names import has_control, is_plain_text, normalised_hostname
from .transport import ENCRYPTION_WORDS, USUAL_PORTS, SslWord, read_transport

BOOLEANS = {"on": True, "off": False}
BOOLEAN_SYNONYMS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

_DOMAIN = re.compile(r"[^\s@\\/\x00-\x1f\x7f]{1,255}")
_PORT = re.compile(r"[0-9]{1,5}")


class ProtocolReader:
    """Reads the values of one Protocol. Findings and errors gather; nothing stops at the first."""

    def __init__(self, protocol: Protocol, kind: str, overrides: Mapping[str, Any]) -> None:
        self.protocol = protocol
        self.kind = kind
        self.overrides = overrides
        """Fields of the server (as in Settings) that the caller replaces: not read, so they cannot be wrong."""
        self.findings: list[Finding] = []

    def note(self, code: str, message: str, element: str, value: Value | None = None) -> None:
        """Add a finding about ``element`` on the line of ``value``, or of the Protocol when there is none."""
        line = value.line if value is not None else self.protocol.line
        self.findings.append(Finding(code, message, element, line))

    @property
    def title(self) -> str:
        """The Protocol as messages name it: its Type as the answer writes it."""
        return f"Protocol {self.protocol.type}"

    def boolean(self, element: str, default: bool | None) -> bool | None:
        """Read an on/off element; absent and empty give ``default``, unknown words too, with a finding."""
        value = self.protocol.get(element)
        if value is None:
            return default
        word = value.text.lower()
        if word in BOOLEANS:
            return BOOLEANS[word]
        if word in BOOLEAN_SYNONYMS:
            meant = BOOLEAN_SYNONYMS[word]
            self.note(
                "boolean-synonym",
                f"{self.title}: {element} is {quoted(value.text)}; read as {_on_off(meant)}. Write on or off.",
                element,
                value,
            )
            return meant
        taken = "unsaid" if default is None else _on_off(default)
        self.note(
            "boolean-unknown",
            f"{self.title}: {element} is {quoted(value.text)}, neither on nor off; read as {taken}.",
            element,
            value,
        )
        return default

    def _overridable(self, field: str, element: str, default: bool | None) -> bool | None:
        if field in self.overrides:
            return bool(self.overrides[field])
        return self.boolean(element, default)

    def hostname(self) -> str:
        """Read Server; missing and impossible ones are errors."""
        if "hostname" in self.overrides:
            return str(self.overrides["hostname"])
        value = self.protocol.get("Server")
        if value is None:
            self.note(
                "server-missing",
                f"{self.title} has no Server. Add the host name to the answer, or give it as an override.",
                "Server",
                self.protocol.values.get("Server"),
            )
            return ""
        name = normalised_hostname(value.text)
        if name is None:
            self.note(
                "server-invalid",
                f"{self.title}: Server is {quoted_login(value.text)}, which is no host name and no IP address."
                f"{_server_advice(value.text)}",
                "Server",
                value,
            )
            return ""
        return name

    def port(self) -> int | None:
        """Read Port; None when the answer gives none."""
        if "port" in self.overrides:
            return int(self.overrides["port"])
        value = self.protocol.get("Port")
        if value is None:
            return None
        if _PORT.fullmatch(value.text) and value.text.isascii() and 1 <= int(value.text) <= 65535:
            return int(value.text)
        self.note(
            "port-invalid",
            f"{self.title}: Port is {quoted(value.text)}; a port is a whole number from 1 to 65535. "
            "Correct the answer, or give the port as an override.",
            "Port",
            value,
        )
        return None

    def socket_type(self, port: int | None) -> SocketType:
        """Read Encryption and SSL in the light of ``port``, by the table of ``transport.py``."""
        if "socket_type" in self.overrides:
            socket_type: SocketType = self.overrides["socket_type"]
            return socket_type
        encryption_value = self.protocol.get("Encryption")
        encryption_text = encryption_value.text if encryption_value is not None else ""
        encryption = ENCRYPTION_WORDS.get(encryption_text.lower())
        if encryption is None:
            self.note(
                "encryption-unknown",
                f"{self.title}: Encryption is {quoted(encryption_text)}, none of None, SSL, TLS and Auto; not used.",
                "Encryption",
                encryption_value,
            )
            encryption = "absent"
        reading = read_transport(encryption, self._ssl(), port)
        if reading.contradiction:
            self.note(
                "encryption-port-contradiction",
                f"{self.title}: {self._said('Encryption')}, {self._said('SSL')} and {self._said('Port')} "
                f"do not fit together; read as {reading.socket_type}.",
                "Encryption" if encryption_value is not None else "SSL",
                encryption_value or self.protocol.get("SSL"),
            )
        return reading.socket_type

    def _ssl(self) -> SslWord:
        value = self.protocol.get("SSL")
        if value is None:
            return "absent"
        if value.text.lower() == "starttls":
            self.note(
                "boolean-unknown",
                f"{self.title}: SSL is {quoted(value.text)}, neither on nor off; read as a wish for STARTTLS.",
                "SSL",
                value,
            )
            return "starttls"
        meant = self.boolean("SSL", None)
        if meant is None:
            return "unknown"
        return "on" if meant else "off"

    def _said(self, element: str) -> str:
        value = self.protocol.get(element)
        return f"{element} {quoted(value.text)}" if value is not None else f"no {element}"

    def username(self) -> str | None:
        """Read LoginName; None when it is missing or empty."""
        if "username" in self.overrides:
            return str(self.overrides["username"])
        value = self.protocol.get("LoginName")
        if value is None:
            return None
        if not is_plain_text(value.text):
            self.note(
                "login-name-invalid",
                f"{self.title}: LoginName is {quoted_login(value.text)}, which holds control or direction characters, "
                "or more than 1,000 bytes. Correct the answer, or give the login as an override.",
                "LoginName",
                value,
            )
            return None
        return value.text

    def domain(self) -> str | None:
        """Read DomainName; None when it is missing or empty."""
        value = self.protocol.get("DomainName")
        if value is None:
            return None
        if has_control(value.text) or not _DOMAIN.fullmatch(value.text):
            self.note(
                "domain-invalid",
                f"{self.title}: DomainName is {quoted_login(value.text)}, which is no domain. Correct the answer.",
                "DomainName",
                value,
            )
            return None
        return value.text

    def ntlm(self) -> bool:
        """Read SPA. Absent means off for these protocols, although the documentation says on."""
        if "authentication" in self.overrides:
            return bool(self.overrides["authentication"] == "NTLM")
        if self.protocol.get("SPA") is None:
            self.note("spa-default", f"{self.title} has no SPA; read as off.", "SPA", self.protocol.values.get("SPA"))
            return False
        return bool(self.boolean("SPA", False))

    def common(self) -> dict[str, Any]:
        """Read what all three kinds of servers have, ready as keyword arguments."""
        hostname = self.hostname()
        port = self.port()
        socket_type = self.socket_type(port)
        failed = any(finding.code == "port-invalid" for finding in self.findings)
        if port is None and not failed:
            port = USUAL_PORTS[self.kind, socket_type]
            self.note(
                "port-missing",
                f"{self.title} has no Port; {port} is usual for {socket_type}.",
                "Port",
                self.protocol.values.get("Port"),
            )
        authentication: Authentication = "NTLM" if self.ntlm() else "password-cleartext"
        domain_required = bool(self.boolean("DomainRequired", False))
        domain = self.domain()
        username = self.username()
        bare = username is None or not set(username) & {"@", "\\"}
        if domain_required and domain is None and bare:
            self.note(
                "domain-required-without-domain",
                f"{self.title}: DomainRequired is on, but there is no DomainName; the login is used as it is.",
                "DomainRequired",
                self.protocol.get("DomainRequired"),
            )
        return {
            "hostname": hostname,
            "port": port or 0,
            "socket_type": socket_type,
            "authentication": authentication,
            "username": username,
            "domain": domain,
            "domain_required": domain_required,
        }

    def _warn_of_plaintext(self, server: IncomingServer | OutgoingServer) -> None:
        if server.socket_type == "plain" and server.authentication != "none":
            self.note(
                "plaintext-credentials",
                f"{self.title}: {server.hostname}:{server.port} is to be used without encryption: "
                "everybody on the way could read the password.",
                "Encryption" if self.protocol.get("Encryption") is not None else "SSL",
                self.protocol.get("Encryption") or self.protocol.get("SSL"),
            )

    def incoming(self) -> IncomingServer:
        """Read a POP3 or IMAP Protocol."""
        for element, code in (
            ("SMTPLast", "smtp-last-outside-smtp"),
            ("UsePOPAuth", "use-pop-auth-outside-smtp"),
        ):
            value = self.protocol.get(element)
            if value is not None:
                self.note(
                    code,
                    f"{self.title}: {element} is {quoted(value.text)}, but has a meaning for SMTP only; not used.",
                    element,
                    value,
                )
        if self.boolean("AuthRequired", True) is False:
            self.note(
                "auth-required-outside-smtp",
                f"{self.title}: AuthRequired is off; mail is fetched with a login all the same.",
                "AuthRequired",
                self.protocol.get("AuthRequired"),
            )
        common = self.common()
        if common["username"] is None and not any(f.code == "login-name-invalid" for f in self.findings):
            self.note(
                "login-name-missing",
                f"{self.title} has no LoginName; option username says what to log in with.",
                "LoginName",
                self.protocol.values.get("LoginName"),
            )
        server = IncomingServer(type="pop3" if self.kind == "pop3" else "imap", **common)
        self._warn_of_plaintext(server)
        return server

    def outgoing(self) -> OutgoingServer:
        """Read an SMTP Protocol."""
        auth_required = self._overridable("auth_required", "AuthRequired", None)
        common = self.common()
        if auth_required is False:
            common["authentication"] = "none"
        server = OutgoingServer(
            type="smtp",
            **common,
            auth_required=auth_required,
            same_credentials=self._overridable("same_credentials", "UsePOPAuth", None),
            pop_before_smtp=bool(self._overridable("pop_before_smtp", "SMTPLast", False)),
        )
        self._warn_of_plaintext(server)
        return server


def _on_off(value: bool) -> str:
    return "on" if value else "off"


def _server_advice(text: str) -> str:
    if "://" in text:
        return " Give the bare host name, without a scheme."
    if not text.isascii():
        return " Write an international name in its ASCII form (xn--...)."
    if text.count(":") == 1:
        return " Give the port in Port."
    if "%" in text or "{" in text or "@@" in text:
        return " It looks like a placeholder of a template that was never filled in."
    return " Correct the answer, or give the host name as an override."
