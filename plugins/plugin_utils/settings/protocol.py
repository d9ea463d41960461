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
from ..wording import listed, quoted, quoted_login
from .logins import host_of_domain
from .model import Authentication, IncomingServer, OutgoingServer, SocketType
from .names import has_control, is_local, is_plain_text, normalised_hostname
from .transport import (
    ENCRYPTION_WORDS,
    NO_ENCRYPTION,
    STARTTLS_WORDS,
    USUAL_PORTS,
    WISHES,
    SslWord,
    encrypted,
    read_transport,
)
from .unfilled import is_unfilled, is_wrapped_address

BOOLEANS = {"on": True, "off": False}
BOOLEAN_SYNONYMS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

_DOMAIN = re.compile(r"[^\s@\\/\x00-\x1f\x7f]{1,255}")
_PORT = re.compile(r"[0-9]{1,5}")


class ProtocolReader:
    """Reads the values of one Protocol. Findings and errors gather; nothing stops at the first."""

    def __init__(self, protocol: Protocol, kind: str, overrides: Mapping[str, Any], domain: str | None = None) -> None:
        self.protocol = protocol
        self.kind = kind
        self.domain_of_address = domain
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
                f"{self.title} has no Server. Add the host name to the answer, or override hostname.",
                "Server",
                self.protocol.values.get("Server"),
            )
            return ""
        if self._is_no_value("Server", value, "server-invalid", "hostname"):
            return ""
        text = value.text if self.domain_of_address is None else host_of_domain(value.text, self.domain_of_address)
        name = normalised_hostname(text)
        if name is None:
            self.note(
                "server-invalid",
                f"{self.title}: Server is {quoted_login(value.text)}, which is no host name and no IP address."
                f"{_server_advice(value.text)}",
                "Server",
                value,
            )
            return ""
        if is_local(name):
            self.note(
                "server-local",
                f"{self.title}: Server is {quoted(name)}, which is another server on each machine, or none. Use the "
                "full host name.",
                "Server",
                value,
            )
        return name

    def _is_no_value(self, element: str, value: Value, code: str, override: str) -> bool:
        """Note an error for HTML, or for a placeholder that was not filled in, and tell whether there was one."""
        if value.nested:
            self.note(
                code,
                f"{self.title}: {element} holds HTML ({quoted(value.nested, 40)} first) and the text "
                f"{quoted(value.text)}: the server's script printed it, there is no value. Correct the script, or "
                f"override {override}.",
                element,
                value,
            )
            return True
        if is_unfilled(value.text):
            self.note(
                "placeholder-unfilled",
                f"{self.title}: {element} is {quoted(value.text)}, which the server's template did not fill in. "
                f"Correct the template, or override {override}.",
                element,
                value,
            )
            return True
        return False

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
            "Correct the answer, or override port.",
            "Port",
            value,
        )
        return None

    def socket_type(self, port: int | None) -> SocketType:
        """Read Encryption and SSL in the light of ``port``, by the table of ``transport.py``."""
        if "socket_type" in self.overrides:
            socket_type: SocketType = self.overrides["socket_type"]
            return socket_type
        value = self.protocol.get("Encryption")
        text = value.text if value is not None else ""
        encryption = ENCRYPTION_WORDS.get(text.lower())
        if encryption is None:
            wish = text.lower() not in NO_ENCRYPTION
            self.note(
                "encryption-unknown",
                f"{self.title}: Encryption is {quoted(text)}, none of None, SSL, TLS and Auto; "
                + (f"read as a wish for encryption, {encrypted(port)}." if wish else "not used."),
                "Encryption",
                value,
            )
            if wish:
                return encrypted(port)
            encryption = "absent"
        ssl = self._ssl()
        reading = read_transport(encryption, ssl, port)
        if reading.contradiction:
            parts = [*(("Encryption",) if encryption != "absent" else ()), "SSL", "Port"]
            self.note(
                "encryption-port-contradiction",
                f"{self.title}: {listed(map(self._said, parts))} do not fit together; read as {reading.socket_type}.",
                parts[0],
                self.protocol.get(parts[0]),
            )
        return self._wished(reading.socket_type, port)

    def _wished(self, read: SocketType, port: int | None) -> SocketType:
        """Return ``read``, unless that is no encryption and an element that no document knows asks for it."""
        if read != "plain":
            return read
        for element in WISHES:
            value = self.protocol.get(element)
            word = value.text.lower() if value is not None else "off"
            if value is not None and word not in NO_ENCRYPTION and word != "none":
                self.note(
                    "encryption-wish",
                    f"{self.title}: {element} is {quoted(value.text)}, an undocumented wish for encryption, beside "
                    f"{self._said('SSL')}; read as {encrypted(port)}.",
                    element,
                    value,
                )
                return encrypted(port)
        return read

    def _ssl(self) -> SslWord:
        value = self.protocol.get("SSL")
        if value is None:
            return "absent"
        if value.text.lower() in STARTTLS_WORDS:
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
        if value is None or self._is_no_value("LoginName", value, "login-name-invalid", "username"):
            return None
        problem = (
            "which holds control or direction characters, or more than 1,000 bytes"
            if not is_plain_text(value.text)
            else "an address with something around it, which is no login"
            if is_wrapped_address(value.text)
            else None
        )
        if problem is not None:
            self.note(
                "login-name-invalid",
                f"{self.title}: LoginName is {quoted_login(value.text)}, {problem}. Correct the answer, or override "
                "username.",
                "LoginName",
                value,
            )
            return None
        return value.text

    def domain(self) -> str | None:
        """Read DomainName; None when it is missing or empty, or when the caller gives the whole login."""
        value = self.protocol.get("DomainName") if "username" not in self.overrides else None
        if value is None or self._is_no_value("DomainName", value, "domain-invalid", "username with the whole login"):
            return None
        if has_control(value.text) or not _DOMAIN.fullmatch(value.text):
            self.note(
                "domain-invalid",
                f"{self.title}: DomainName is {quoted_login(value.text)}, which is no domain. Correct the answer, or "
                "override username with the whole login.",
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
        # A login that the caller gives is the whole one.
        domain_required = "username" not in self.overrides and bool(self.boolean("DomainRequired", False))
        domain = self.domain()
        username = self.username()
        if domain_required and domain is None and username is not None and not set(username) & {"@", "\\"}:
            self.note(
                "domain-required-without-domain",
                f"{self.title}: DomainRequired is on and there is no DomainName; the domain of the address completes "
                "the login.",
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
        if common["username"] is None and self.protocol.get("LoginName") is None:
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
        same_credentials = self._overridable("same_credentials", "UsePOPAuth", None)
        if auth_required is False:
            common["authentication"] = "none"
            self._note_login_without_authentication(same_credentials)
        server = OutgoingServer(
            type="smtp",
            **common,
            auth_required=auth_required,
            same_credentials=same_credentials,
            pop_before_smtp=bool(self._overridable("pop_before_smtp", "SMTPLast", False)),
        )
        self._warn_of_plaintext(server)
        return server

    def _note_login_without_authentication(self, same_credentials: bool | None) -> None:
        said = "UsePOPAuth" if same_credentials else "LoginName"
        value = self.protocol.get(said)
        if value is not None and "auth_required" not in self.overrides:
            self.note(
                "auth-off-with-login",
                f"{self.title}: AuthRequired is off, but {self._said(said)} says how to log in; no login is made. "
                f"Write AuthRequired on, or take {said} out.",
                "AuthRequired",
                self.protocol.get("AuthRequired"),
            )


def _on_off(value: bool) -> str:
    return "on" if value else "off"


def _server_advice(text: str) -> str:
    if "://" in text:
        return " Give the bare host name, without a scheme."
    if not text.isascii():
        return " Write an international name in its ASCII form (xn--...)."
    if text.count(":") == 1:
        return " Give the port in Port."
    if "%" in text:
        return (
            " It looks like a placeholder; only %EMAILDOMAIN% is filled in there, alone or at the end. Correct the "
            "answer, or override hostname."
        )
    return " Correct the answer, or override hostname."
