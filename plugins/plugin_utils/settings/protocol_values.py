# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The values of one Protocol of a response, and the findings about them that gather while they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..findings import Finding
from ..pox.response import Protocol, Value
from ..wording import quoted

BOOLEANS = {"on": True, "off": False}
BOOLEAN_SYNONYMS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class ProtocolValues:
    """What one Protocol says. Findings and errors gather; nothing stops at the first."""

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

    def overridable(self, field: str, element: str, default: bool | None) -> bool | None:
        """Read an on/off element, unless the caller gives ``field`` of the server."""
        if field in self.overrides:
            return bool(self.overrides[field])
        return self.boolean(element, default)

    def said(self, element: str) -> str:
        """Return an element and its value as a message names them."""
        value = self.protocol.get(element)
        return f"{element} {quoted(value.text)}" if value is not None else f"no {element}"


def _on_off(value: bool) -> str:
    return "on" if value else "off"
