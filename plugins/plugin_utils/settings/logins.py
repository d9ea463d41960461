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
from ..wording import listed, quoted, quoted_login
from .model import IncomingServer, OutgoingServer
from .names import is_plain_text, normalised_address
from .policy import Policy

_PLACEHOLDER = re.compile(r"%[A-Za-z][A-Za-z0-9_/]*%")
_HOST_OF_DOMAIN = re.compile(r"(?P<before>(?:[A-Za-z0-9-]+\.)*)%EMAILDOMAIN%", re.I)

PLACEHOLDERS: dict[str, Callable[[str], str]] = {
    "%EMAILADDRESS%": lambda email: email,
    "%EMAILLOCALPART%": lambda email: email.rpartition("@")[0],
    "%EMAILDOMAIN%": lambda email: email.rpartition("@")[2],
}
"""What an answer may leave for the reader to fill in, in whatever capitals; the words are Mozilla's."""

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
        fill_in = PLACEHOLDERS.get(match[0].upper())
        if fill_in is None:
            raise MeaningError(
                f"{email}: {element} {quoted(text)} holds the placeholder {quoted(match[0])}; only "
                f"{listed(PLACEHOLDERS)} can be filled in. Correct the answer, or {_INSTEAD[element]}."
            )
        return fill_in(email)

    return _PLACEHOLDER.sub(fill, text) if "%" in text else text


def host_of_domain(text: str, domain: str) -> str:
    """Return a Server with ``%EMAILDOMAIN%`` filled in, alone or behind other labels; anything else as it is.

    So it only ever names a host of the address's own domain.
    """
    found = _HOST_OF_DOMAIN.fullmatch(text)
    return f"{found['before']}{domain}" if found is not None else text


def login(server: IncomingServer | OutgoingServer, email: str, policy: Policy, findings: list[Finding]) -> str:
    """Return the login for ``server``: the answer's own, completed by its domain, or what the policy says.

    Raises:
        MeaningError: for an unknown placeholder, or a login that would not fit on one line of a file.
    """
    said = server.username
    if said is None:
        bare = policy.username == "localpart" or (server.domain_required and server.domain is not None)
        name = email.rpartition("@")[0] if bare else email
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
    """Return the login with the domain that it needs. MS-POX, DomainName: the address's, when the answer gives none."""
    if "@" in name or "\\" in name or not server.domain_required:
        return name
    if server.domain is None:
        return f"{name}@{email.rpartition('@')[2]}"
    domain = expanded(server.domain, email, "DomainName")
    return f"{domain}\\{name}" if server.authentication == "NTLM" else f"{name}@{domain}"


def has_placeholder(text: str) -> bool:
    """Tell whether ``text`` holds a placeholder that is filled in."""
    return any(name in text.upper() for name in PLACEHOLDERS)


def has_own_placeholder(text: str) -> bool:
    """Tell whether ``text`` holds a placeholder by which it differs from person to person of a domain."""
    return any(name in text.upper() for name in ("%EMAILADDRESS%", "%EMAILLOCALPART%"))


def belongs_to(login_name: str, email: str) -> bool:
    """Tell whether a literal login is the address itself or its local part, with a Windows domain before it or not."""
    bare = login_name.rpartition("\\")[2].casefold()
    address = email.casefold()
    return bare in (address, address.rpartition("@")[0])


def is_address_of_another(login_name: str, email: str) -> bool:
    """Tell whether a login is an e-mail address whose local part is not that of ``email``."""
    local, at, _domain = login_name.casefold().rpartition("@")
    return bool(at) and local != email.casefold().rpartition("@")[0] and normalised_address(login_name) is not None
