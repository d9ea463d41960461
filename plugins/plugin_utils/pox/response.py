# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""What an Autodiscover POX answer says, before anybody asks what it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..findings import Finding


@dataclass(frozen=True, slots=True)
class Value:
    """The trimmed text of one element and the line on which it stands (1 is the first line of the document)."""

    text: str
    line: int
    nested: str = ""
    """The name of the first element inside of it: then its text is what a script printed, and no value."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """One ``<Protocol>`` element. ``values`` maps canonical element names of ``elements.py`` to what they say.

    An element that stands there empty is in ``values`` with an empty text; one that is absent is not.
    """

    line: int
    values: Mapping[str, Value]
    container: str | None = None
    """``Internal`` or ``External`` when the Protocol is nested in one, else null."""

    def get(self, element: str) -> Value | None:
        """Return what the element says, or None when it is absent or empty."""
        value = self.values.get(element)
        return value if value is not None and value.text else None

    @property
    def type(self) -> str:
        """The type as the answer writes it, trimmed; ``@mapiHttp`` for the attribute form; empty when unsaid."""
        value = self.values.get("Type")
        return value.text if value is not None else ""


@dataclass(frozen=True, slots=True)
class Account:
    """One ``<Account>`` element."""

    line: int
    action: Value | None = None
    account_type: Value | None = None
    redirect_url: Value | None = None
    redirect_addr: Value | None = None
    protocols: tuple[Protocol, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """An ``<Error>`` element, wherever it stands."""

    line: int
    error_code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer. ``source`` names the document in messages (a path or an address)."""

    source: str
    display_name: Value | None = None
    smtp_address: Value | None = None
    """``User/AutoDiscoverSMTPAddress``: the primary address."""
    accounts: tuple[Account, ...] = ()
    error: ErrorReport | None = None
    active_sync: Value | None = None
    """The namespace and line of the Response when the answer is one for ActiveSync."""
    line: int = 1
    """The line of the root element."""
    redirects: tuple[tuple[str, Value], ...] = ()
    """``RedirectUrl`` and ``RedirectAddr`` with what they say, wherever they stand."""
    findings: tuple[Finding, ...] = field(default=())
    untold: Mapping[str, int] = field(default_factory=dict)
    """Code → how many more findings of it there were than are told."""

    def protocols(self) -> Iterator[Protocol]:
        """Yield every Protocol of every Account in the order of the document: the server's order of preference."""
        for account in self.accounts:
            yield from account.protocols
