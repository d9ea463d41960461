# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""An account in; what becomes of each POX element in Evolution, as rows, out.

Incoming settings stand in the source of the account, outgoing ones in that of the transport and those after
``msmtprc:`` in the settings of msmtp, those of the person in the source of the identity.
"""

from __future__ import annotations

from . import cases, msmtp_rows, pop_first, rows
from .client import Row

_ASKED_TWICE = "Evolution keeps a password for each source: it asks for the same one again when it sends."
_ONE_METHOD = (
    "Evolution takes one method, that of option smtp_method, and gives up where the server offers only others. Where "
    "it offers none at all, mail is sent without a login (camel-smtp-transport.c)."
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
    Row(
        "incoming",
        "Encryption",
        "SSL",
        "native",
        "[Security] Method=ssl-on-alternate-port",
        cases.incoming_is("SSL"),
        proof="client",
    ),
    Row("incoming", "Encryption", "STARTTLS", "native", "[Security] Method=starttls-on-standard-port", proof="client"),
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
        msmtp_rows.POP_FIRST,
        "hook",
        "[Mail Transport] BackendName=sendmail",
        cases.pop_first,
        msmtp_rows.by_msmtp("Evolution"),
        proof="client",
        needs=("msmtp",),
    ),
    Row("outgoing", "Type", "SMTP", "native", "[Mail Transport] BackendName=smtp", proof="client"),
    *msmtp_rows.hooked("Server", "Evolution", msmtp_rows.POP_FIRST),
    Row("outgoing", "Server", "any", "native", "[Authentication] Host={outgoing_host}", proof="client"),
    *msmtp_rows.hooked("Port", "Evolution", msmtp_rows.POP_FIRST),
    Row("outgoing", "Port", "any", "native", "[Authentication] Port={outgoing_port}", proof="client"),
    *msmtp_rows.hooked("Encryption", "Evolution", msmtp_rows.POP_FIRST),
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
    *msmtp_rows.hooked("LoginName", "Evolution", msmtp_rows.POP_FIRST),
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
    *msmtp_rows.hooked("DomainName", "Evolution"),
    Row("outgoing", "DomainName", "no login to SMTP", "native", "[Authentication] Method=none", cases.no_smtp_auth),
    Row(
        "outgoing",
        "DomainName",
        "any",
        "native",
        "[Authentication] User={outgoing_login}",
        note=rows.PART_OF_THE_LOGIN,
    ),
    *msmtp_rows.hooked("SPA", "Evolution"),
    Row("outgoing", "SPA", "on", "native", "[Authentication] Method=NTLM", cases.outgoing_ntlm),
    rows.spa_ignored("outgoing", "[Authentication] Method={smtp_method}"),
    Row("outgoing", "SPA", "no login to SMTP", "native", "[Authentication] Method=none", cases.no_smtp_auth),
    Row("outgoing", "SPA", "off", "native", "[Authentication] Method={smtp_method}", note=_ONE_METHOD, proof="client"),
    *msmtp_rows.hooked("AuthRequired", "Evolution", msmtp_rows.MUST_CHOOSE, msmtp_rows.POP_FIRST),
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
    *msmtp_rows.hooked("UsePOPAuth", "Evolution"),
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
