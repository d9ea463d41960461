# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Whose response it is: signs that it was made for another address, and the name of the person in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..errors import MeaningError
from ..findings import Finding
from ..wording import quoted
from .logins import belongs_to, expanded, is_address_of_another
from .model import Settings
from .names import is_plain_text


@dataclass(frozen=True, slots=True)
class OtherPerson:
    """The address that a response seems to be for, and the finding that says so."""

    email: str
    finding: Finding


def other_person(settings: Settings, logins: Iterable[str], email: str) -> OtherPerson | None:
    """Return for whom the response seems to be by its address and ``logins`` if that is not ``email``, or null.

    A cache, or a script that mixes up two requests, hands out the response of somebody else. An alias has a primary
    address of its own, so this is a warning and no error.
    """
    if (other := other_address(settings, email)) is not None:
        return other
    for name in logins:
        if is_address_of_another(name, email):
            return _other(name, email, f"LoginName is {quoted(name)}", "LoginName")
    return None


def strange_logins(logins: Mapping[str, str], email: str) -> list[Finding]:
    """Tell which of ``logins``, each with its host, are neither the address nor its local part."""
    return [
        Finding(
            "login-not-address",
            f"{email}: the login for {host} is {quoted(name)}, which is neither the address nor its local part.",
            "LoginName",
        )
        for name, host in logins.items()
        if not belongs_to(name, email)
    ]


def other_address(settings: Settings, email: str) -> OtherPerson | None:
    """Return for whom the response says that it is if that is not ``email``, or null."""
    if settings.email is None or settings.email.casefold() == email.casefold():
        return None
    return _other(settings.email, email, f"AutoDiscoverSMTPAddress is {settings.email}", "AutoDiscoverSMTPAddress")


def _other(other: str, email: str, sign: str, element: str) -> OtherPerson:
    message = (
        f"{email}: the answer seems to be for somebody else: its {sign}. Its DisplayName is not used. Fetch it again "
        f"with {email}, and check whose it is."
    )
    return OtherPerson(other, Finding("response-of-another", message, element))


def answered_name(settings: Settings, email: str, findings: list[Finding]) -> str | None:
    """Return the DisplayName of the response with its placeholders filled in; null where it is nobody's name."""
    said = settings.display_name
    if said is None:
        return None
    try:
        name = expanded(said, email, "DisplayName")
    except MeaningError as error:
        findings.append(Finding("display-name-invalid", f"{error} It was not used.", "DisplayName"))
        return None
    if not is_plain_text(name) or not name.strip():
        findings.append(
            Finding("display-name-invalid", f"{email}: DisplayName is {quoted(name)}; it was not used.", "DisplayName")
        )
        return None
    if "@" not in name and _holds_domain(name, email.rpartition("@")[2]):
        findings.append(
            Finding(
                "display-name-of-provider",
                f"{email}: DisplayName {quoted(name)} names the mail domain and no person; it was not used.",
                "DisplayName",
            )
        )
        return None
    return name


def _holds_domain(name: str, domain: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(domain.casefold())}(?![\w-])(?!\.\w)", name.casefold()) is not None
