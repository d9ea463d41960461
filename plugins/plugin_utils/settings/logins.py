# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""A server of Settings, an address and the policy in; the login that a client shall use out."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..errors import MeaningError
from ..findings import Finding
from ..wording import quoted, quoted_login
from .model import IncomingServer, OutgoingServer
from .names import is_plain_text
from .policy import Policy

_PLACEHOLDER = re.compile(r"%[A-Za-z][A-Za-z0-9_/]*%")

PLACEHOLDERS: dict[str, Callable[[str], str]] = {
    "%EMAILADDRESS%": lambda email: email,
    "%EMAILLOCALPART%": lambda email: email.rpartition("@")[0],
}
"""What an answer may leave for the reader to fill in; the words are Mozilla's."""

_INSTEAD = {
    "LoginName": "override username",
    "DomainName": "override username with the whole login",
    "DisplayName": "give display_name",
}


def expanded(text: str, email: str, element: str = "LoginName") -> str:
    """Return ``text`` of ``element`` with its placeholders filled in from ``email``.

    Raises:
        MeaningError: for a placeholder that is not known.
    """

    def fill(match: re.Match[str]) -> str:
        fill_in = PLACEHOLDERS.get(match[0])
        if fill_in is None:
            raise MeaningError(
                f"{email}: {element} {quoted(text)} holds the placeholder {quoted(match[0])}; only "
                f"{' and '.join(PLACEHOLDERS)} can be filled in. Correct the answer, or {_INSTEAD[element]}."
            )
        return fill_in(email)

    return _PLACEHOLDER.sub(fill, text) if "%" in text else text


def login(server: IncomingServer | OutgoingServer, email: str, policy: Policy, findings: list[Finding]) -> str:
    """Return the login for ``server``: the answer's own, completed by its domain, or what the policy says.

    Raises:
        MeaningError: for an unknown placeholder, or a login that would not fit on one line of a file.
    """
    said = server.username
    if said is None:
        name = email if policy.username == "email" else email.rpartition("@")[0]
    else:
        name = expanded(said, email)
        if name != said:
            findings.append(
                Finding(
                    "placeholder-expanded",
                    f"{server.type} {server.hostname}: LoginName {quoted(said)} is {quoted(name)} for {email}.",
                    "LoginName",
                )
            )
    name = _with_domain(name, server, email)
    if not name or not is_plain_text(name):
        raise MeaningError(
            f"{email}: the login {quoted_login(name)} for {server.hostname} is empty, longer than 1,000 bytes, or "
            "holds control or direction characters. Correct the answer, or override username."
        )
    return name


def _with_domain(name: str, server: IncomingServer | OutgoingServer, email: str) -> str:
    if "@" in name or "\\" in name or not server.domain_required or server.domain is None:
        return name
    domain = expanded(server.domain, email, "DomainName")
    return f"{domain}\\{name}" if server.authentication == "NTLM" else f"{name}@{domain}"


def has_placeholder(text: str) -> bool:
    """Tell whether ``text`` holds a placeholder that is filled in, so that it differs from person to person."""
    return any(placeholder in text for placeholder in PLACEHOLDERS)


def belongs_to(login_name: str, email: str) -> bool:
    """Tell whether a literal login is the address itself or its local part, with a Windows domain before it or not."""
    bare = login_name.rpartition("\\")[2].casefold()
    address = email.casefold()
    return bare in (address, address.rpartition("@")[0])
