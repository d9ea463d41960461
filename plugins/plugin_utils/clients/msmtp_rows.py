# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The name of a client in; the rows of the outgoing elements that msmtp gets from it, out.

Evolution gives mail to msmtp where a POP3 login must come first, Mutt gives it all mail. Settings after
``msmtprc:`` are lines of the file that pop_first.py makes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..settings.account import MailAccount
from . import cases, pop_first, rows
from .client import Row

POP_FIRST = "SMTPLast on, POP3 account"
MUST_CHOOSE = f"on or unsaid, {POP_FIRST}, no other way in"
_CHOSEN = "msmtp either logs in or does not; the POP3 login before each sending stands in for it."

_OFF = "msmtprc: auth off"
_AUTH = "msmtprc: {msmtp_auth}"
_LOGIN = "msmtprc: {msmtp_login}"
_NTLM = "msmtprc: {msmtp_auth}; {msmtp_login}"
_PLAIN_LINES = {
    "Server": "msmtprc: host {outgoing_host}",
    "Port": "msmtprc: port {outgoing_port}",
    "Encryption": "msmtprc: {msmtp_tls}",
}


def by_msmtp(title: str) -> str:
    """Return the note on what msmtp gets where a POP3 login must come first."""
    return f"{title} hands the mail to a script, and msmtp delivers it with settings of its own."


def _without_login(account: MailAccount) -> bool:
    return account.pop_first and cases.no_smtp_auth(account)


def _must_choose(account: MailAccount) -> bool:
    return account.pop_first and account.pop_wins


def _same_secret(account: MailAccount) -> bool:
    return account.pop_first and account.outgoing.same_secret


def _ntlm(account: MailAccount) -> bool:
    return account.pop_first and cases.outgoing_ntlm(account)


def _spa_ignored(account: MailAccount) -> bool:
    return account.pop_first and cases.outgoing_spa_ignored(account)


def hooked(element: str, title: str, *proven: str) -> tuple[Row, ...]:
    """Return the rows of an outgoing element for an account whose POP3 login must come before each sending.

    ``proven`` names the cases that were seen with the real client.
    """
    return tuple(
        replace(row, proof="client") if row.case in proven else row for row in _hooked(element, by_msmtp(title))
    )


def _hooked(element: str, note: str) -> tuple[Row, ...]:

    def last(setting: str) -> Row:
        return Row("outgoing", element, POP_FIRST, "hook", setting, cases.pop_first, note, needs=("msmtp",))

    without_login = Row(
        "outgoing", element, f"{POP_FIRST}, no login to SMTP", "hook", _OFF, _without_login, note, needs=("msmtp",)
    )
    must_choose = Row("outgoing", element, f"{POP_FIRST}, no other way in", "approximated", _OFF, _must_choose, _CHOSEN)
    if element in _PLAIN_LINES:
        return (last(_PLAIN_LINES[element]),)
    if element == "SPA":
        return (*_spa_hooked(note), last(_AUTH))
    if element == "AuthRequired":
        return (*_auth_hooked(note), last(_AUTH))
    if element == "UsePOPAuth":
        same = Row(
            "outgoing",
            element,
            f"on, or the same login within one domain, {POP_FIRST}",
            "hook",
            _LOGIN,
            _same_secret,
            "msmtp logs in as mpop does, with the password of password_command where that is given.",
            needs=("msmtp", pop_first.WAY_IN),
        )
        return (without_login, must_choose, same, last(_LOGIN))
    return (without_login, must_choose, last(_LOGIN))


def _spa_hooked(note: str) -> tuple[Row, ...]:
    return (
        Row(
            "outgoing",
            "SPA",
            f"{POP_FIRST}, no other way in",
            "approximated",
            _OFF,
            lambda account: _must_choose(account) and not _without_login(account),
            _CHOSEN,
        ),
        Row(
            "outgoing",
            "SPA",
            f"on, {POP_FIRST}",
            "hook",
            _NTLM,
            _ntlm,
            note,
            needs=("msmtp with NTLM (GNU SASL)",),
        ),
        Row(
            "outgoing",
            "SPA",
            f"on, option spa: ignore, {POP_FIRST}",
            "approximated",
            _AUTH,
            _spa_ignored,
            "A password is sent instead, because option spa says so.",
        ),
    )


def _auth_hooked(note: str) -> tuple[Row, ...]:
    return (
        Row(
            "outgoing",
            "AuthRequired",
            "on, SMTPLast on, and no TLS or option smtp_last: enforce",
            "approximated",
            _OFF,
            cases.auth_left_out,
            note="No password is sent to SMTP; the POP3 login before each sending stands in for it.",
        ),
        Row("outgoing", "AuthRequired", f"off, {POP_FIRST}", "hook", _OFF, _without_login, note, needs=("msmtp",)),
        Row(
            "outgoing",
            "AuthRequired",
            MUST_CHOOSE,
            "approximated",
            _OFF,
            _must_choose,
            _CHOSEN,
        ),
    )


def native(element: str) -> tuple[Row, ...]:
    """Return the rows of an outgoing element for a client that gives all mail to msmtp."""
    if element in _PLAIN_LINES:
        return (Row("outgoing", element, "any", "native", _PLAIN_LINES[element]),)
    without_login = Row("outgoing", element, "no login to SMTP", "native", _OFF, cases.no_smtp_auth)
    if element == "SPA":
        return (
            Row(
                "outgoing",
                element,
                "on",
                "native",
                _NTLM,
                cases.outgoing_ntlm,
                note="msmtp must be built with NTLM (GNU SASL).",
            ),
            rows.spa_ignored("outgoing", _AUTH),
            without_login,
            Row("outgoing", element, "off", "native", _AUTH),
        )
    if element == "AuthRequired":
        return (
            Row("outgoing", element, "off", "native", _OFF, cases.no_smtp_auth),
            Row("outgoing", element, "on or unsaid", "native", _AUTH),
        )
    if element == "UsePOPAuth":
        return (
            without_login,
            Row(
                "outgoing",
                element,
                "on, or the same login within one domain",
                "native",
                _LOGIN,
                cases.same_secret,
                note="With the password of password_command where that is given.",
            ),
            Row("outgoing", element, "off", "native", _LOGIN),
        )
    note = rows.PART_OF_THE_LOGIN if element == "DomainName" else ""
    return (without_login, Row("outgoing", element, "any", "native", _LOGIN, note=note))


def _lines(account: MailAccount, *words: str) -> str:
    """Return the lines of msmtp's settings that begin with these words."""
    lines = str(pop_first.msmtprc(account).content).splitlines()
    return "; ".join(line for line in lines if line.partition(" ")[0] in words)


PLACES: dict[str, Callable[[MailAccount], object]] = {
    "msmtp_auth": lambda account: _lines(account, "auth"),
    "msmtp_login": lambda account: _lines(account, "user", "ntlmdomain"),
    "msmtp_tls": lambda account: _lines(account, "tls", "tls_starttls"),
}
"""What the settings of these rows name in braces."""
