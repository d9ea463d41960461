# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""One POP3, IMAP or SMTP Protocol of an answer in; one server of Settings, its findings and its errors out."""

from __future__ import annotations

import re
from typing import Any

from ..callers import advice
from ..wording import quoted
from .encryption import socket_type_of
from .hosts_and_logins import domain_of, hostname_of, username_of
from .model import Authentication, IncomingServer, OutgoingServer
from .protocol_values import ProtocolValues
from .transport import USUAL_PORTS

_PORT = re.compile(r"[0-9]{1,5}")


class ProtocolReader(ProtocolValues):
    """Reads one Protocol as a server of Settings."""

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
            f"{self.title}: Port is {quoted(value.text)}; a port is a whole number from 1 to 65535."
            f"{advice('correct the answer', overrides='override port')}",
            "Port",
            value,
        )
        return None

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
        hostname = hostname_of(self)
        port = self.port()
        socket_type = socket_type_of(self, port)
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
        domain = domain_of(self)
        username = username_of(self)
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
                f"{self.title} has no LoginName.{advice(username='option username says what to log in with')}",
                "LoginName",
                self.protocol.values.get("LoginName"),
            )
        server = IncomingServer(type="pop3" if self.kind == "pop3" else "imap", **common)
        self._warn_of_plaintext(server)
        return server

    def outgoing(self) -> OutgoingServer:
        """Read an SMTP Protocol."""
        auth_required = self.overridable("auth_required", "AuthRequired", None)
        common = self.common()
        same_credentials = self.overridable("same_credentials", "UsePOPAuth", None)
        if auth_required is False:
            common["authentication"] = "none"
            self._note_login_without_authentication(same_credentials)
        server = OutgoingServer(
            type="smtp",
            **common,
            auth_required=auth_required,
            same_credentials=same_credentials,
            pop_before_smtp=bool(self.overridable("pop_before_smtp", "SMTPLast", False)),
        )
        self._warn_of_plaintext(server)
        return server

    def _note_login_without_authentication(self, same_credentials: bool | None) -> None:
        said = "UsePOPAuth" if same_credentials else "LoginName"
        value = self.protocol.get(said)
        if value is not None and "auth_required" not in self.overrides:
            self.note(
                "auth-off-with-login",
                f"{self.title}: AuthRequired is off, but {self.said(said)} says how to log in; no login is made. "
                f"Write AuthRequired on, or take {said} out.",
                "AuthRequired",
                self.protocol.get("AuthRequired"),
            )
