# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""A client's name and settings in; the rows out that the tables of several clients have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from ..settings.account import MailAccount
from . import cases
from .client import Row

PART_OF_THE_LOGIN = "Part of the login, where DomainRequired and the login ask for it."


def proven(table: Iterable[Row], *elements: str) -> tuple[Row, ...]:
    """Return the rows, those of ``elements`` with the proof that the real client was seen to do what they say."""
    return tuple(replace(row, proof="client") if row.element in elements else row for row in table)


LIVED = (
    ("Type", "POP3"),
    ("Type", "SMTP"),
    ("Server", "any"),
    ("Port", "any"),
    ("Port", "POP3"),
    ("Encryption", "plain"),
    ("Encryption", "SSL"),
    ("Encryption", "STARTTLS"),
    ("LoginName", "any"),
    ("LoginName", "no login to SMTP"),
    ("LoginName", "same login and password"),
    ("SPA", "off"),
    ("SPA", "no login to SMTP"),
    ("AuthRequired", "off"),
    ("AuthRequired", "on or unsaid"),
    ("UsePOPAuth", "no login to SMTP"),
    ("UsePOPAuth", "on, or the same login within one domain"),
    ("SMTPLast", "on, POP3 account"),
    ("SMTPLast", "off"),
)
"""Elements and cases that every client of the lab (docs/lab.md) lives through, where it sends by itself."""


def lived(table: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows, those of ``LIVED`` with the proof that the real client was seen to do what they say."""
    return tuple(replace(row, proof="client") if (row.element, row.case) in LIVED else row for row in table)


def outgoing_login(no_login: str, login: str) -> tuple[Row, ...]:
    """Return the rows of LoginName and DomainName of SMTP for a client that writes one login, or none."""
    return (
        Row("outgoing", "LoginName", "no login to SMTP", "native", no_login, cases.no_smtp_auth),
        Row("outgoing", "LoginName", "any", "native", login),
        Row("outgoing", "DomainName", "no login to SMTP", "native", no_login, cases.no_smtp_auth),
        Row("outgoing", "DomainName", "any", "native", login, note=PART_OF_THE_LOGIN),
    )


def spa_as_password(side: Literal["incoming", "outgoing"], title: str, setting: str) -> tuple[Row, ...]:
    """Return the rows of SPA for a client without NTLM: a password inside TLS, and never without TLS.

    For ``outgoing``, ``no_login`` rows of SPA belong before the last one, which is the one for "off".
    """
    ntlm = cases.incoming_ntlm if side == "incoming" else cases.outgoing_ntlm

    def unencrypted(account: MailAccount) -> bool:
        server = account.incoming if side == "incoming" else account.outgoing
        return ntlm(account) and server.socket_type == "plain"

    return (
        Row(
            side,
            "SPA",
            "on, without TLS",
            "impossible",
            "",
            unencrypted,
            note=f"{title} has no NTLM, and the password is not sent unencrypted in its place.",
            refuses=True,
            always=True,
        ),
        Row(
            side,
            "SPA",
            "on, with TLS",
            "approximated",
            setting,
            ntlm,
            note=f"{title} has no NTLM; the password is sent inside TLS.",
        ),
        spa_ignored(side, setting),
    )


def spa_ignored(side: Literal["incoming", "outgoing"], setting: str) -> Row:
    """Return the row for SPA=on where the caller says to send a password all the same."""
    return Row(
        side,
        "SPA",
        "on, option spa: ignore",
        "approximated",
        setting,
        cases.incoming_spa_ignored if side == "incoming" else cases.outgoing_spa_ignored,
        note="A password is sent instead, because option spa says so.",
    )


def smtp_last_without_effect(setting: str, on_imap: str, alone: str, beside: str | None = None) -> tuple[Row, ...]:
    """Return the rows of SMTPLast for every case in which no POP3 login comes first, "off" at the end.

    Args:
        setting: what the client gets in all these cases.
        on_imap: why nothing comes of SMTPLast on an IMAP account, as a sentence without its full stop.
        alone: what to do where SMTPLast is the only way in, as a sentence.
        beside: replaces ``setting`` where the client uses SMTP AUTH alone.
    """
    return (
        Row(
            "outgoing",
            "SMTPLast",
            "on, IMAP account, no other way in",
            "impossible",
            setting,
            cases.smtp_last_pure_on_imap,
            note=f"{on_imap}. {alone}",
            refuses=True,
        ),
        Row(
            "outgoing",
            "SMTPLast",
            "on, IMAP account, beside a login for SMTP",
            "impossible",
            setting if beside is None else beside,
            cases.smtp_last_both_on_imap,
            note=f"{on_imap}; SMTP AUTH is used alone.",
            warns=False,
        ),
        Row(
            "outgoing",
            "SMTPLast",
            "on, no POP3 offered",
            "impossible",
            setting,
            cases.smtp_last_without_pop3,
            note="There is no POP3 server to log in to.",
            warns=False,
        ),
        Row(
            "outgoing",
            "SMTPLast",
            "on, option smtp_last: ignore",
            "approximated",
            setting,
            cases.smtp_last_ignored,
            note="Left out, because option smtp_last says so.",
            warns=False,
        ),
        Row("outgoing", "SMTPLast", "off", "native", setting),
    )


def smtp_last_impossible(title: str, setting: str) -> tuple[Row, ...]:
    """Return all rows of SMTPLast for a client that has nothing like it."""
    return (
        Row(
            "outgoing",
            "SMTPLast",
            "on, POP3 account, no other way in",
            "impossible",
            setting,
            lambda account: account.pop_first and account.smtp_last == "pure",
            note=f"{title} has no POP-before-SMTP. Fetch mail by hand before sending, or use another client.",
            refuses=True,
        ),
        Row(
            "outgoing",
            "SMTPLast",
            "on, POP3 account, beside a login for SMTP",
            "impossible",
            setting,
            cases.pop_first,
            note=f"{title} has no POP-before-SMTP; SMTP AUTH is used alone.",
        ),
        *smtp_last_without_effect(setting, f"{title} has no POP-before-SMTP", "Use another client."),
    )


def lifetime(title: str, again: str = "run the playbook again") -> tuple[Row, ...]:
    """Return the rows of TTL and ExpirationDate for a client that reads its settings once."""
    return (
        Row("account", "TTL", "any", "impossible", "", note=f"{title} never asks again; {again}."),
        Row("account", "ExpirationDate", "any", "impossible", "", note=f"{title} knows no end of an account."),
    )
