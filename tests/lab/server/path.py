# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server's address in; an address that leads to it, and takes the offer of TLS out of what the server says, out.

What a client sends on such a path is kept: that is what somebody on the way would have read.
"""

from __future__ import annotations

import re
import select
import socket
import socketserver
import threading
from dataclasses import dataclass, field
from typing import cast

OFFERS = re.compile(rb"^(?:250[ -]STARTTLS|STLS)\r?\n", re.MULTILINE)
REQUEST = re.compile(rb"^(?:STARTTLS|STLS)\r?\n", re.MULTILINE | re.IGNORECASE)
"""Some clients ask for TLS whether it was offered or not; the server is told a word that it does not know."""


@dataclass(slots=True)
class Heard:
    """One connection: what the client sent, and whether it is over."""

    sent: bytearray = field(default_factory=bytearray)
    ended: bool = False


class _Connection(socketserver.BaseRequestHandler):
    """One connection of a client."""

    def handle(self) -> None:
        path = cast("StrippedPath", self.server)
        heard = path.note(self.client_address[0])
        try:
            self._pass_on(path.target, heard)
        finally:
            heard.ended = True

    def _pass_on(self, target: tuple[str, int], heard: Heard) -> None:
        with socket.create_connection(target, timeout=10) as server:
            ends = {self.request: server, server: self.request}
            while True:
                for end in select.select(list(ends), [], [], 60)[0]:
                    try:
                        data = end.recv(65536)
                    except OSError:
                        return
                    if not data:
                        return
                    if end is server:
                        data = self._without_tls(data)
                    else:
                        heard.sent += data
                        data = REQUEST.sub(b"XXXX\r\n", data)
                    ends[end].sendall(data)

    @staticmethod
    def _without_tls(data: bytes) -> bytes:
        # The last line of EHLO's answer has a space after its code; the one before it must not get lost with it.
        kept = OFFERS.sub(b"", data)
        if kept != data and re.search(rb"^250-[^\n]*\n\Z", kept, re.MULTILINE):
            kept = re.sub(rb"^250-([^\n]*\n)\Z", rb"250 \1", kept, flags=re.MULTILINE)
        return kept


class StrippedPath(socketserver.ThreadingTCPServer):
    """A way to ``target`` without TLS, listening at ``address``."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], target: tuple[str, int]) -> None:
        super().__init__(address, _Connection)
        self.target = target
        self._heard: dict[str, list[Heard]] = {}
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def note(self, ip: str) -> Heard:
        """Return a new place for what a client at ``ip`` sends."""
        with self._lock:
            heard = Heard()
            self._heard.setdefault(ip, []).append(heard)
            return heard

    def heard(self, ip: str) -> list[Heard]:
        """Return what came from ``ip``, one entry for each connection."""
        with self._lock:
            return list(self._heard.get(ip, []))
