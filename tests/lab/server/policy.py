# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Postfix's questions about a message in; an event for each answer that was given out (SMTPD_POLICY_README)."""

from __future__ import annotations

import socketserver
import threading
from typing import cast

from .events import Events


class _Questions(socketserver.StreamRequestHandler):
    """One connection of an smtpd, which asks about many messages."""

    def handle(self) -> None:
        events = cast("Policy", self.server).events
        attributes: dict[str, str] = {}
        for raw in self.rfile:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            if line:
                name, _equals, value = line.partition("=")
                attributes[name] = value
                continue
            # Asked at RCPT only when nothing has accepted the recipient before.
            events.add(
                "accepted" if attributes["protocol_state"] == "END-OF-MESSAGE" else "refused",
                attributes["client_address"],
                attributes.get("sasl_username", ""),
                bool(attributes.get("encryption_protocol")),
            )
            attributes = {}
            self.wfile.write(b"action=DUNNO\n\n")


class Policy(socketserver.ThreadingTCPServer):
    """The service, on a port of its own."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, events: Events) -> None:
        super().__init__(("127.0.0.1", 0), _Questions)
        self.events = events
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        """Where Postfix asks."""
        return int(self.server_address[1])
