# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""An account in; what becomes of each POX element in an Outlook profile file, as rows, out."""

from __future__ import annotations

from ..settings.account import MailAccount
from . import cases, rows
from .client import Row


def pop_instead(account: MailAccount) -> bool:
    """POP-before-SMTP takes the place of SMTP AUTH."""
    return account.pop_first and account.pop_wins


def _enforced(account: MailAccount) -> bool:
    return pop_instead(account) and cases.enforced(account)


def _pop_instead_of_ntlm(account: MailAccount) -> bool:
    return pop_instead(account) and cases.outgoing_ntlm(account)


_ONE_OF_THREE = "Outlook logs in to SMTP, or to POP3 before sending, not both"
_INSTEAD = "Outlook logs in to POP3 before sending, and not to SMTP."
_ENFORCED = f"{_INSTEAD} Option smtp_last says so."
_METHOD_2 = "SMTPUseAuth=1, SMTPAuthMethod=2"

ROWS = (
    Row("incoming", "Type", "POP3", "native", "Account1=I_Mail", cases.is_pop3),
    Row("incoming", "Type", "IMAP", "native", "Account1=IMAP_I_Mail"),
    Row("incoming", "Server", "any", "native", "{kind}Server={incoming_host}"),
    Row("incoming", "Port", "any", "native", "{kind}Port={incoming_port}"),
    Row("incoming", "Encryption", "plain", "native", "{kind}UseSSL=0", cases.incoming_is("plain")),
    Row("incoming", "Encryption", "SSL", "native", "{kind}UseSSL=1", cases.incoming_is("SSL")),
    Row(
        "incoming",
        "Encryption",
        "STARTTLS",
        "impossible",
        "{kind}UseSSL=1",
        note="A profile file knows TLS from the first byte or none for the incoming server. It asks for TLS, so no "
        "password goes out unencrypted; on a port for STARTTLS no mail comes either. Offer the port for TLS.",
        refuses=True,
    ),
    Row("incoming", "LoginName", "any", "native", "{kind}UserName={incoming_login}"),
    Row("incoming", "DomainName", "any", "native", "{kind}UserName={incoming_login}", note=rows.PART_OF_THE_LOGIN),
    Row("incoming", "SPA", "on", "native", "{kind}UseSPA=1", cases.incoming_ntlm),
    rows.spa_ignored("incoming", "{kind}UseSPA=0"),
    Row("incoming", "SPA", "off", "native", "{kind}UseSPA=0"),
    Row("outgoing", "Type", "SMTP", "native", "SMTPServer={outgoing_host}"),
    Row("outgoing", "Server", "any", "native", "SMTPServer={outgoing_host}"),
    Row("outgoing", "Port", "any", "native", "SMTPPort={outgoing_port}"),
    Row("outgoing", "Encryption", "plain", "native", "SMTPSecureConnection=0", cases.outgoing_is("plain")),
    Row("outgoing", "Encryption", "SSL", "native", "SMTPSecureConnection=1", cases.outgoing_is("SSL")),
    Row("outgoing", "Encryption", "STARTTLS", "native", "SMTPSecureConnection=2"),
    *(
        row
        for element in ("LoginName", "DomainName")
        for row in (
            Row(
                "outgoing",
                element,
                "beside SMTPLast, option smtp_last: enforce",
                "approximated",
                "no SMTPUserName",
                _enforced,
                note=_ENFORCED,
            ),
            Row("outgoing", element, "no login to SMTP", "native", "no SMTPUserName", cases.no_smtp_auth),
            Row("outgoing", element, "POP3 login first", "native", "no SMTPUserName", pop_instead, note=_INSTEAD),
            Row(
                "outgoing",
                element,
                "same login and password",
                "native",
                "SMTPAuthMethod=0, no SMTPUserName",
                cases.same_secret,
            ),
            Row(
                "outgoing",
                element,
                "own login or password",
                "native",
                "SMTPAuthMethod=1, SMTPUserName={outgoing_login}",
                note="Outlook asks for its password." if element == "LoginName" else rows.PART_OF_THE_LOGIN,
            ),
        )
    ),
    Row(
        "outgoing",
        "SPA",
        "on, POP3 login first",
        "approximated",
        "SMTPUseSPA=0",
        _pop_instead_of_ntlm,
        note=_INSTEAD,
    ),
    Row("outgoing", "SPA", "on", "native", "SMTPUseSPA=1", cases.outgoing_ntlm),
    rows.spa_ignored("outgoing", "SMTPUseSPA=0"),
    Row("outgoing", "SPA", "no login to SMTP", "native", "SMTPUseSPA=0", cases.no_smtp_auth),
    Row("outgoing", "SPA", "off", "native", "SMTPUseSPA=0"),
    Row(
        "outgoing",
        "AuthRequired",
        "on, SMTPLast on, and no TLS or option smtp_last: enforce",
        "approximated",
        _METHOD_2,
        cases.auth_left_out,
        note="No password is sent to SMTP; the POP3 login before each sending stands in for it.",
    ),
    Row(
        "outgoing",
        "AuthRequired",
        "off, SMTPLast on",
        "native",
        _METHOD_2,
        lambda account: cases.no_smtp_auth(account) and account.pop_first,
        note="SMTPUseAuth is the switch above all three ways; method 2 sends no login to SMTP.",
    ),
    Row("outgoing", "AuthRequired", "off", "native", "SMTPUseAuth=0, SMTPAuthMethod=0", cases.no_smtp_auth),
    Row("outgoing", "AuthRequired", "on or unsaid, POP3 login first", "native", _METHOD_2, pop_instead, note=_INSTEAD),
    Row("outgoing", "AuthRequired", "on or unsaid", "native", "SMTPUseAuth=1"),
    Row(
        "outgoing",
        "UsePOPAuth",
        "beside SMTPLast, option smtp_last: enforce",
        "approximated",
        "SMTPAuthMethod=2",
        _enforced,
        note=_ENFORCED,
    ),
    Row("outgoing", "UsePOPAuth", "no login to SMTP", "native", "no SMTPUserName", cases.no_smtp_auth),
    Row("outgoing", "UsePOPAuth", "off, POP3 login first", "native", "SMTPAuthMethod=2", pop_instead, note=_INSTEAD),
    Row(
        "outgoing",
        "UsePOPAuth",
        "on, or the same login within one domain",
        "native",
        "SMTPAuthMethod=0",
        cases.same_secret,
    ),
    Row("outgoing", "UsePOPAuth", "off", "native", "SMTPAuthMethod=1, SMTPUserName={outgoing_login}"),
    Row(
        "outgoing",
        "SMTPLast",
        "on, POP3 account, the only way in or option smtp_last: enforce",
        "native",
        _METHOD_2,
        pop_instead,
        note="SMTP_AUTH_RECEIVE_BEFORE_SEND: Outlook logs in to POP3 before each sending, instead of SMTP AUTH.",
    ),
    Row(
        "outgoing",
        "SMTPLast",
        "on, POP3 account, beside a login for SMTP",
        "impossible",
        "SMTPUseAuth=1, SMTPAuthMethod={method}",
        cases.pop_first,
        note=f"{_ONE_OF_THREE}; SMTP AUTH is kept. Option smtp_last: enforce turns that round.",
    ),
    *rows.smtp_last_without_effect(
        "SMTPUseAuth={use_auth}, SMTPAuthMethod={method}",
        "Outlook is known to log in before sending on POP3 accounts only",
        "Set incoming: pop3.",
    ),
    Row(
        "account",
        "DisplayName",
        "any",
        "native",
        "DisplayName={name}",
        note="Without one, the local part of the address.",
    ),
    *rows.lifetime("Outlook's profile", "render the file and import it again"),
)
