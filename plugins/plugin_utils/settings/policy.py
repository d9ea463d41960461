# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""What the caller wants of an account beyond what the answer says. Defaults are those of ``client_config``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .names import normalised_hostname


@dataclass(frozen=True, slots=True)
class Policy:
    """The options of ``client_config`` that bear on meaning; each is described there."""

    incoming: Literal["auto", "pop3", "imap"] = "auto"
    smtp_last: Literal["auto", "enforce", "prefer_auth", "ignore"] = "auto"
    unsupported: Literal["fail", "warn"] = "fail"
    allow_plaintext: tuple[str, ...] = ()
    spa: Literal["follow", "ignore"] = "follow"
    username: Literal["email", "localpart"] = "email"
    pop_before_smtp_window: int = 600
    """Seconds for which the server accepts mail after a POP3 login. 10 minutes is what providers say most often."""

    def allows_plaintext(self, hostname: str) -> bool:
        """Tell whether a password may go to ``hostname`` without encryption."""
        return any(hostname == (normalised_hostname(str(name)) or name) for name in self.allow_plaintext)
