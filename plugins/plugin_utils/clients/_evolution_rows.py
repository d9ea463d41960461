# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""An account in; what becomes of each POX element in Evolution, as rows, out.

Incoming settings stand in the source of the account, outgoing ones in that of the transport and those after
``msmtprc:`` in the settings of msmtp, those of the person in the source of the identity.
"""

from __future__ import annotations

from ..settings.account import MailAccount
from . import cases, pop_first, rows
from .client import Proof, Row


def _hooked_without_login(account: MailAccount) -> bool:
    return account.pop_first and cases.no_smtp_auth(account)


def _hooked_must_choose(account: MailAccount) -> bool:
    return account.pop_first and account.pop_wins


def _hooked_same_secret(account: MailAccount) -> bool:
    return account.pop_first and account.outgoing.same_secret


def _hooked_ntlm(account: MailAccount) -> bool:
    return account.pop_first and cases.outgoing_ntlm(account)


def _hooked_spa_ignored(account: MailAccount) -> bool:
    return account.pop_first and cases.outgoing_spa_ignored(account)


_POP_FIRST = "SMTPLast on, POP3 account"
_BY_MSMTP = "Evolution hands the mail to a script, and msmtp delivers it with settings of its own."
_CHOSEN = "msmtp either logs in or does not; the POP3 login before each sending stands in for it."
_ASKED_TWICE = "Evolution keeps a password for each source: it asks for the same one again when it sends."
_ONE_METHOD = (
    "Evolution takes one method, that of option smtp_method, and gives up where the server offers only others. Where "
    "it offers none at all, mail is sent without a login (camel-smtp-transport.c)."
)


def _hooked(element: str, setting: str, proof: Proof = "documented") -> Row:
    """Return the row of an element that msmtp gets."""
    return Row(
        "outgoing", element, _POP_FIRST, "hook", setting, cases.pop_first, _BY_MSMTP, proof=proof, needs=("msmtp",)
    )


def _hooked_login(element: str) -> tuple[Row, ...]:
    """Return the rows of an element that makes a login, where msmtp sends."""
    return (
        Row(
            "outgoing",
            element,
            f"{_POP_FIRST}, no login to SMTP",
            "hook",
            "msmtprc: auth off",
            _hooked_without_login,
            _BY_MSMTP,
            needs=("msmtp",),
        ),
        Row(
            "outgoing",
            element,
            f"{_POP_FIRST}, no other way in",
            "approximated",
            "msmtprc: auth off",
            _hooked_must_choose,
            _CHOSEN,
        ),
        _hooked(element, "msmtprc: {msmtp_login}"),
    )


ROWS = (
    Row("incoming", "Type", "POP3", "native", "[Mail Account] BackendName=pop", cases.is_pop3, proof="client"),
    Row("incoming", "Type", "IMAP", "native", "[Mail Account] BackendName=imapx"),
    Row("incoming", "Server", "any", "native", "[Authentication] Host={incoming_host}", proof="client"),
    Row("incoming", "Port", "any", "native", "[Authentication] Port={incoming_port}", proof="client"),
    Row(
        "incoming",
        "Encryption",
        "plain",
        "native",
        "[Security] Method=none",
        cases.incoming_is("plain"),
        proof="client",
    ),
    Row("incoming", "Encryption", "SSL", "native", "[Security] Method=ssl-on-alternate-port", cases.incoming_is("SSL")),
    Row("incoming", "Encryption", "STARTTLS", "native", "[Security] Method=starttls-on-standard-port"),
    Row("incoming", "LoginName", "any", "native", "[Authentication] User={incoming_login}", proof="client"),
    Row(
        "incoming",
        "DomainName",
        "any",
        "native",
        "[Authentication] User={incoming_login}",
        note=rows.PART_OF_THE_LOGIN,
    ),
    Row("incoming", "SPA", "on", "native", "[Authentication] Method=NTLM", cases.incoming_ntlm),
    rows.spa_ignored("incoming", "[Authentication] Method=none"),
    Row(
        "incoming",
        "SPA",
        "off",
        "native",
        "[Authentication] Method=none",
        note="None is no SASL: Evolution logs in with USER and PASS, or LOGIN.",
        proof="client",
    ),
    Row(
        "outgoing",
        "Type",
        _POP_FIRST,
        "hook",
        "[Mail Transport] BackendName=sendmail",
        cases.pop_first,
        _BY_MSMTP,
        proof="client",
        needs=("msmtp",),
    ),
    Row("outgoing", "Type", "SMTP", "native", "[Mail Transport] BackendName=smtp", proof="client"),
    _hooked("Server", "msmtprc: host {outgoing_host}", "client"),
    Row("outgoing", "Server", "any", "native", "[Authentication] Host={outgoing_host}", proof="client"),
    _hooked("Port", "msmtprc: port {outgoing_port}", "client"),
    Row("outgoing", "Port", "any", "native", "[Authentication] Port={outgoing_port}", proof="client"),
    _hooked("Encryption", "msmtprc: {msmtp_tls}"),
    Row(
        "outgoing",
        "Encryption",
        "plain",
        "native",
        "[Security] Method=none",
        cases.outgoing_is("plain"),
        proof="client",
    ),
    Row("outgoing", "Encryption", "SSL", "native", "[Security] Method=ssl-on-alternate-port", cases.outgoing_is("SSL")),
    Row("outgoing", "Encryption", "STARTTLS", "native", "[Security] Method=starttls-on-standard-port"),
    *_hooked_login("LoginName"),
    Row(
        "outgoing",
        "LoginName",
        "no login to SMTP",
        "native",
        "[Authentication] Method=none",
        cases.no_smtp_auth,
        proof="client",
    ),
    Row(
        "outgoing",
        "LoginName",
        "same login and password",
        "native",
        "[Authentication] User={outgoing_login}",
        cases.same_secret,
        note=_ASKED_TWICE,
        proof="client",
    ),
    Row("outgoing", "LoginName", "own login or password", "native", "[Authentication] User={outgoing_login}"),
    *_hooked_login("DomainName"),
    Row("outgoing", "DomainName", "no login to SMTP", "native", "[Authentication] Method=none", cases.no_smtp_auth),
    Row(
        "outgoing",
        "DomainName",
        "any",
        "native",
        "[Authentication] User={outgoing_login}",
        note=rows.PART_OF_THE_LOGIN,
    ),
    Row(
        "outgoing",
        "SPA",
        f"{_POP_FIRST}, no other way in",
        "approximated",
        "msmtprc: auth off",
        lambda account: _hooked_must_choose(account) and not _hooked_without_login(account),
        _CHOSEN,
    ),
    Row(
        "outgoing",
        "SPA",
        f"on, {_POP_FIRST}",
        "hook",
        "msmtprc: {msmtp_auth}; {msmtp_login}",
        _hooked_ntlm,
        _BY_MSMTP,
        needs=("msmtp with NTLM (GNU SASL)",),
    ),
    Row(
        "outgoing",
        "SPA",
        f"on, option spa: ignore, {_POP_FIRST}",
        "approximated",
        "msmtprc: {msmtp_auth}",
        _hooked_spa_ignored,
        "A password is sent instead, because option spa says so.",
    ),
    _hooked("SPA", "msmtprc: {msmtp_auth}"),
    Row("outgoing", "SPA", "on", "native", "[Authentication] Method=NTLM", cases.outgoing_ntlm),
    rows.spa_ignored("outgoing", "[Authentication] Method={smtp_method}"),
    Row("outgoing", "SPA", "no login to SMTP", "native", "[Authentication] Method=none", cases.no_smtp_auth),
    Row("outgoing", "SPA", "off", "native", "[Authentication] Method={smtp_method}", note=_ONE_METHOD, proof="client"),
    Row(
        "outgoing",
        "AuthRequired",
        "on, but without TLS and with SMTPLast on",
        "approximated",
        "msmtprc: auth off",
        cases.auth_left_out,
        note="No password is sent unencrypted; the POP3 login before each sending stands in for it.",
    ),
    Row(
        "outgoing",
        "AuthRequired",
        f"off, {_POP_FIRST}",
        "hook",
        "msmtprc: auth off",
        _hooked_without_login,
        _BY_MSMTP,
        needs=("msmtp",),
    ),
    Row(
        "outgoing",
        "AuthRequired",
        f"on or unsaid, {_POP_FIRST}, no other way in",
        "approximated",
        "msmtprc: auth off",
        _hooked_must_choose,
        _CHOSEN,
        proof="client",
    ),
    _hooked("AuthRequired", "msmtprc: {msmtp_auth}"),
    Row(
        "outgoing", "AuthRequired", "off", "native", "[Authentication] Method=none", cases.no_smtp_auth, proof="client"
    ),
    Row(
        "outgoing",
        "AuthRequired",
        "on or unsaid",
        "native",
        "[Authentication] Method={smtp_method}",
        note=_ONE_METHOD,
        proof="client",
    ),
    Row(
        "outgoing",
        "UsePOPAuth",
        f"{_POP_FIRST}, no login to SMTP",
        "hook",
        "msmtprc: auth off",
        _hooked_without_login,
        _BY_MSMTP,
        needs=("msmtp",),
    ),
    Row(
        "outgoing",
        "UsePOPAuth",
        f"{_POP_FIRST}, no other way in",
        "approximated",
        "msmtprc: auth off",
        _hooked_must_choose,
        _CHOSEN,
    ),
    Row(
        "outgoing",
        "UsePOPAuth",
        f"on, or the same login within one domain, {_POP_FIRST}",
        "hook",
        "msmtprc: {msmtp_login}",
        _hooked_same_secret,
        "msmtp logs in as mpop does, with the password of password_command where that is given.",
        needs=("msmtp", pop_first.WAY_IN),
    ),
    _hooked("UsePOPAuth", "msmtprc: {msmtp_login}"),
    Row("outgoing", "UsePOPAuth", "no login to SMTP", "native", "[Authentication] Method=none", cases.no_smtp_auth),
    Row(
        "outgoing",
        "UsePOPAuth",
        "on, or the same login within one domain",
        "native",
        "[Authentication] User={outgoing_login}",
        cases.same_secret,
        note=_ASKED_TWICE,
    ),
    Row("outgoing", "UsePOPAuth", "off", "native", "[Authentication] User={outgoing_login}"),
    Row(
        "outgoing",
        "SMTPLast",
        "on, POP3 account",
        "hook",
        "[Mail Transport] BackendName=sendmail; [Sendmail Backend] CustomBinary={script}; "
        "[Sendmail Backend] CustomArgs={arguments}",
        cases.pop_first,
        note="A script logs in to POP3 with mpop before each sending, and sends nothing where that fails.",
        proof="client",
        needs=pop_first.SEND_NEEDS,
    ),
    *rows.smtp_last_without_effect(
        "[Mail Transport] BackendName=smtp",
        "There is no POP3 server to log in to on an IMAP account",
        "Set incoming: pop3.",
    ),
    Row(
        "account",
        "DisplayName",
        "any",
        "native",
        "[Mail Identity] Name={name}",
        note="Written once; the person may change it. Without one, the local part of the address.",
        proof="client",
    ),
    *rows.lifetime("Evolution"),
)
