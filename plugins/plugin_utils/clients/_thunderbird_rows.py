# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""An account in; what becomes of each POX element in Thunderbird, as rows, out. The settings are its preferences."""

from __future__ import annotations

from dataclasses import replace

from . import cases, rows
from .client import Row

_NO_LOGIN = "mail.smtpserver.{key}.authMethod=1, no mail.smtpserver.{key}.username"
_LOGIN = "mail.smtpserver.{key}.username={outgoing_login}"
_INCOMING_LOGIN = "mail.server.{key}.userName={incoming_login}"
_POLLED = "mail.server.{key}.login_at_startup=true, mail.server.{key}.check_time={interval}"
_POLLING = ("enforcement", "polling")

_TABLE = (
    Row("incoming", "Type", "POP3", "native", "mail.server.{key}.type=pop3", cases.is_pop3),
    Row("incoming", "Type", "IMAP", "native", "mail.server.{key}.type=imap"),
    Row("incoming", "Server", "any", "native", "mail.server.{key}.hostname={incoming_host}"),
    Row("incoming", "Port", "any", "native", "mail.server.{key}.port={incoming_port}"),
    Row("incoming", "Encryption", "plain", "native", "mail.server.{key}.socketType=0", cases.incoming_is("plain")),
    Row("incoming", "Encryption", "SSL", "native", "mail.server.{key}.socketType=3", cases.incoming_is("SSL")),
    Row("incoming", "Encryption", "STARTTLS", "native", "mail.server.{key}.socketType=2"),
    Row("incoming", "LoginName", "any", "native", _INCOMING_LOGIN),
    Row("incoming", "DomainName", "any", "native", _INCOMING_LOGIN, note=rows.PART_OF_THE_LOGIN),
    Row("incoming", "SPA", "on", "native", "mail.server.{key}.authMethod=6", cases.incoming_ntlm),
    rows.spa_ignored("incoming", "mail.server.{key}.authMethod=3"),
    Row("incoming", "SPA", "off", "native", "mail.server.{key}.authMethod=3"),
    Row("outgoing", "Type", "SMTP", "native", "mail.smtpserver.{key}.type=smtp"),
    Row("outgoing", "Server", "any", "native", "mail.smtpserver.{key}.hostname={outgoing_host}"),
    Row("outgoing", "Port", "any", "native", "mail.smtpserver.{key}.port={outgoing_port}"),
    Row("outgoing", "Encryption", "plain", "native", "mail.smtpserver.{key}.try_ssl=0", cases.outgoing_is("plain")),
    Row("outgoing", "Encryption", "SSL", "native", "mail.smtpserver.{key}.try_ssl=3", cases.outgoing_is("SSL")),
    Row("outgoing", "Encryption", "STARTTLS", "native", "mail.smtpserver.{key}.try_ssl=2"),
    *rows.outgoing_login(_NO_LOGIN, _LOGIN),
    Row("outgoing", "SPA", "on", "native", "mail.smtpserver.{key}.authMethod=6", cases.outgoing_ntlm),
    rows.spa_ignored("outgoing", "mail.smtpserver.{key}.authMethod=3"),
    Row("outgoing", "SPA", "no login to SMTP", "native", _NO_LOGIN, cases.no_smtp_auth),
    Row("outgoing", "SPA", "off", "native", "mail.smtpserver.{key}.authMethod=3"),
    Row(
        "outgoing",
        "AuthRequired",
        "on, SMTPLast on, and no TLS or option smtp_last: enforce",
        "approximated",
        _NO_LOGIN,
        cases.auth_left_out,
        note="No password is sent to SMTP; fetching mail before each sending stands in for it.",
    ),
    Row("outgoing", "AuthRequired", "off", "native", _NO_LOGIN, cases.no_smtp_auth),
    Row(
        "outgoing",
        "AuthRequired",
        "on or unsaid",
        "native",
        "mail.smtpserver.{key}.authMethod={auth_method}",
        note="A server that offers no AUTH at all is sent mail to without it (SmtpClient.sys.mjs).",
    ),
    Row("outgoing", "UsePOPAuth", "no login to SMTP", "native", _NO_LOGIN, cases.no_smtp_auth),
    Row(
        "outgoing",
        "UsePOPAuth",
        "on, or the same login within one domain",
        "native",
        f"{_LOGIN}, mail.smtpserver.{{key}}.incomingAccount={{key}}",
        cases.same_secret,
        note="The password of the incoming server is used; the person is asked once.",
    ),
    Row(
        "outgoing",
        "UsePOPAuth",
        "off",
        "native",
        f"{_LOGIN}, no mail.smtpserver.{{key}}.incomingAccount",
        note="The person is asked for a password of its own.",
    ),
    Row(
        "outgoing",
        "SMTPLast",
        "on, POP3 account, option enforcement: polling",
        "approximated",
        _POLLED,
        cases.pop_first,
        note="Thunderbird logs in at start-up and then at half of pop_before_smtp_window, but never more often than "
        "once a minute. Mail is refused before the first login, after a change of address and after sleep, until the "
        "next one.",
        option=_POLLING,
    ),
    Row(
        "outgoing",
        "SMTPLast",
        "on, POP3 account",
        "hook",
        "mail.smtpserver.{key}.popBeforeSmtp={key}",
        cases.pop_first,
        note="Our add-on fetches the account's mail before each sending, beside SMTP AUTH where that is on, and stops "
        "the sending when the fetch fails.",
        needs=("Thunderbird 149 or later", "the POP3 password, stored in Thunderbird or typed when it asks"),
    ),
    *rows.smtp_last_without_effect(
        "no mail.smtpserver.{key}.popBeforeSmtp",
        "Fetching from an IMAP server is no POP3 login",
        "Set incoming: pop3.",
    ),
    Row(
        "account",
        "DisplayName",
        "any",
        "native",
        "mail.identity.{key}.fullName={name}",
        note="Written once; the person may change it. Without one, the local part of the address.",
    ),
    *rows.lifetime("Thunderbird"),
)


def _was_seen(row: Row) -> bool:
    """Tell whether Thunderbird 153 ESR was seen to do it; for NTLM it was only seen to read the setting."""
    return row.option == _POLLING or (row.verdict in ("native", "hook") and (row.element, row.case) != ("SPA", "on"))


ROWS = tuple(replace(row, proof="client") if _was_seen(row) else row for row in _TABLE)
