# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Findings: what the reader, the interpreter or a client noticed. One table holds every code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from .limits import FINDINGS_OF_A_CODE, kinds_over

Severity = Literal["error", "warning", "info"]

FINDINGS: dict[str, tuple[Severity, str]] = {
    # the document
    "leading-whitespace": ("warning", "blank characters stand before the XML declaration; XML forbids them"),
    "namespace-unexpected": ("info", "an element is in another namespace than the documented one"),
    "element-case": ("warning", "an element's name is written with other capitals than documented"),
    "element-duplicate": ("warning", "an element stands twice in one Protocol, Account or User; the first one counts"),
    "element-unknown": ("info", "a mail Protocol holds an element that is not known, and not used"),
    "element-nested": ("warning", "an element that should hold text holds other elements; it was not used"),
    "script-output": ("warning", "the server's script printed HTML or text, as of a PHP warning, between the elements"),
    "element-misplaced": ("warning", "an element of a Protocol stands outside of one; it was not used"),
    "encoding-contradiction": ("info", "the declared encoding is not the one of the bytes; the bytes count"),
    "error-beside-settings": ("warning", "the answer holds an Error beside usable settings"),
    "redirect-beside-settings": ("warning", "the answer holds a redirect beside usable settings; it was not followed"),
    "type-attribute": ("warning", "the Type of a mail Protocol is an attribute instead of an element"),
    "type-unknown": ("info", "the Type of a Protocol is neither one of mail nor another known one; it was not used"),
    "account-type-unexpected": ("warning", "the AccountType of an Account is not email"),
    # the meaning
    "type-alias": ("warning", "a Protocol Type is written in an undocumented way, such as POP for POP3"),
    "boolean-synonym": ("warning", "an on/off value is written as true, yes, 1, false, no or 0"),
    "boolean-unknown": ("warning", "an on/off value is neither on nor off; the documented default was taken"),
    "encryption-unknown": (
        "warning",
        "an Encryption value is none of None, SSL, TLS, STARTTLS, Auto; read as a wish for encryption, or not used",
    ),
    "encryption-wish": (
        "warning",
        "an undocumented element, such as TLS, asks for encryption where SSL and Encryption do not; it was obeyed",
    ),
    "encryption-port-contradiction": (
        "warning",
        "Encryption, SSL and Port contradict each other; the safer reading was taken",
    ),
    "plaintext-credentials": ("warning", "the answer asks to send a password without encryption"),
    "port-missing": ("info", "no Port is given; the usual one for type and encryption was taken"),
    "port-invalid": ("error", "a Port is not a number from 1 to 65535"),
    "server-missing": ("error", "a mail Protocol has no Server"),
    "server-invalid": ("error", "a Server is no host name and no IP address"),
    "server-local": ("warning", "a Server has no dot or is a loopback address: each machine would ask another one"),
    "placeholder-unfilled": (
        "error",
        "a LoginName, DomainName or Server is a placeholder or a word for nothing: the server's template left it so",
    ),
    "login-name-missing": ("info", "no LoginName is given; option username decides"),
    "login-name-invalid": ("error", "a LoginName holds control characters or HTML, or is too long"),
    "domain-invalid": ("error", "a DomainName holds characters that no domain has, or HTML"),
    "domain-required-without-domain": (
        "info",
        "DomainRequired is on, but there is no DomainName; the domain of the address completes the login",
    ),
    "auth-off-with-login": ("warning", "AuthRequired is off beside a LoginName or UsePOPAuth=on; no login is made"),
    "spa-default": ("info", "SPA is absent; read as off, as every reader does, although the documentation says on"),
    "auth-required-outside-smtp": (
        "info",
        "AuthRequired=off on an incoming server has no meaning; mail is never fetched without a login",
    ),
    "smtp-last-outside-smtp": ("warning", "SMTPLast stands outside an SMTP Protocol; it was not used"),
    "use-pop-auth-outside-smtp": ("warning", "UsePOPAuth stands outside an SMTP Protocol; it was not used"),
    "ttl-invalid": ("warning", "a TTL is not a whole number of hours from 0 up; it was not used"),
    "expired": ("warning", "the ExpirationDate has passed; the response should be fetched again"),
    "expiration-date-invalid": ("warning", "an ExpirationDate is not of the form YYYYMMDD; it was not used"),
    "display-name-invalid": (
        "warning",
        "the DisplayName holds control characters, HTML or a placeholder, or is too long; it was not used",
    ),
    "display-name-of-provider": ("info", "the DisplayName names the mail domain and no person; it was not used"),
    "address-invalid": ("warning", "the AutoDiscoverSMTPAddress is no e-mail address; it was not used"),
    "network-requirements": ("warning", "a Protocol is meant for clients in certain networks only; it was skipped"),
    # the account
    "override": ("info", "an override of the caller replaced what the answer says"),
    "placeholder-expanded": ("info", "a placeholder of the answer was replaced by the address or its local part"),
    "server-not-used": ("info", "the answer offers another server of the kind; the account uses one"),
    "plaintext-skipped": ("info", "a server without encryption was passed over for an encrypted one"),
    "smtp-last-without-pop3": ("warning", "SMTPLast is on, but the answer offers no POP3 server to log in to first"),
    "smtp-last-with-auth": (
        "info",
        "SMTPLast is on beside a login for SMTP; a client that cannot do both keeps SMTP AUTH",
    ),
    "smtp-last-with-imap": ("warning", "SMTPLast is on, but the account uses IMAP, where clients ignore it"),
    "smtp-last-ignored": ("info", "SMTPLast is on, but option smtp_last says to ignore it"),
    "smtp-login-unused": (
        "warning",
        "UsePOPAuth is on beside an SMTP LoginName that differs; the incoming login is used",
    ),
    "spa-ignored": ("info", "SPA is on, but option spa says to ignore it"),
    "password-other-domain": (
        "warning",
        "the SMTP server is in another domain and no own login is given; its password is asked for separately",
    ),
    "login-not-address": ("warning", "the login is neither the address nor its local part"),
    "response-of-another": (
        "warning",
        "the response seems to be for another address; its DisplayName is not used, and it replaces no login",
    ),
    "unsupported": (
        "warning",
        "a client cannot do what the answer asks for; provisioned all the same, because option unsupported is warn",
    ),
    "password-to-new-server": (
        "warning",
        "the account's server moves to another domain, and the client will send the stored password there",
    ),
    # the caller
    "variable-unknown": (
        "warning",
        "a variable looks like a misspelt one of the role mail_client, which does not know it",
    ),
    # the installation
    "record-missing": (
        "warning",
        "there is no record of what was installed on this host; without it nothing is removed",
    ),
    "client-not-on-record": (
        "warning",
        "a client that shall be removed is not on record, but one of nearly that name may be",
    ),
    "client-sandboxed": (
        "warning",
        "a client is installed as Flatpak or Snap, which does not see the files of the host; they reach it only there",
    ),
    "program-missing": (
        "warning",
        "a program that a client needs for SMTPLast is not in this root; it must be there before the client is used",
    ),
    "section-changed": ("warning", "a part of a file is not what was installed any more, so it was left as it is"),
    "place-foreign": (
        "warning",
        "the record names a file where its client has none; it is neither removed nor given back",
    ),
    "owner-kept": (
        "warning",
        "a file that stays keeps the owner that it was given, because its directory belongs to somebody else",
    ),
    "file-changed": ("info", "a file that was removed, or stays, had been changed since it was installed"),
}
"""Code → severity and meaning. Codes are stable: people filter on them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed. ``element`` and ``line`` say where in the document, and are null when it is not from there."""

    code: str
    message: str
    element: str | None = None
    line: int | None = None

    @property
    def severity(self) -> Severity:
        """Return ``error``, ``warning`` or ``info``, as the table says for this code."""
        return FINDINGS[self.code][0]

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as users see it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "element": self.element,
            "line": self.line,
            "message": self.message,
        }


def few_of_a_kind(findings: Iterable[Finding], untold: Mapping[str, int] | None = None) -> tuple[Finding, ...]:
    """Return ten findings of each code; the tenth says how many more there are.

    Args:
        findings: in the order in which they are told.
        untold: code → how many were left out before.
    """
    rows = list(findings)
    counts: dict[str, int] = {}
    kept: list[Finding] = []
    over = kinds_over(row.code for row in rows)
    for place, row in enumerate(rows):
        counts[row.code] = counts.get(row.code, 0) + 1
        if counts[row.code] < FINDINGS_OF_A_CODE:
            kept.append(row)
        elif counts[row.code] == FINDINGS_OF_A_CODE:
            more = over[place] + (untold or {}).get(row.code, 0)
            kept.append(replace(row, message=f"{row.message} And {more} more of the same kind.") if more else row)
    return tuple(kept)
