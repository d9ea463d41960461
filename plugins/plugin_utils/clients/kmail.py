# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""What becomes of each element in KMail and Akonadi; their files are made by ``_kmail_files.py``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..settings.account import MailAccount
from . import cases, pop_first, rows
from ._kmail_files import logs_in, render, resource
from .client import Client, Row
from .files import Sandbox


def _no_login(account: MailAccount) -> bool:
    return not logs_in(account)


def _pop_instead(account: MailAccount) -> bool:
    """POP-before-SMTP stands in for the login that the answer asks for."""
    return not logs_in(account) and account.source_outgoing.authentication != "none"


def _ntlm_instead(account: MailAccount) -> bool:
    return _pop_instead(account) and account.source_outgoing.authentication == "NTLM"


def _ntlm_in_the_open(account: MailAccount) -> bool:
    return logs_in(account) and cases.outgoing_ntlm(account) and account.outgoing.socket_type == "plain"


def _pop3_with(socket_type: str) -> Callable[[MailAccount], bool]:
    return lambda account: cases.is_pop3(account) and account.incoming.socket_type == socket_type


_NO_LOGIN = "auth=false"
_INSTEAD = (
    "The POP3 login before each sending stands in for it: with a login, KMail sends nothing through a server that "
    "offers none, as servers that know POP-before-SMTP alone do."
)
_NTLM_MODULE = "Needs the NTLM module of Cyrus SASL (in Debian, libsasl2-modules)."


def _without_login(element: str, case: str, applies: Callable[[MailAccount], bool]) -> Row:
    return Row("outgoing", element, case, "approximated", _NO_LOGIN, applies, note=_INSTEAD)


_TABLE = (
    Row(
        "incoming",
        "Type",
        "POP3",
        "native",
        "{resource}\\AgentType=akonadi_pop3_resource",
        cases.is_pop3,
    ),
    Row("incoming", "Type", "IMAP", "native", "{resource}\\AgentType=akonadi_imap_resource"),
    Row("incoming", "Server", "POP3", "native", "host={incoming_host}", cases.is_pop3, proof="client"),
    Row("incoming", "Server", "IMAP", "native", "ImapServer={incoming_host}"),
    Row("incoming", "Port", "POP3", "native", "port={incoming_port}", cases.is_pop3),
    Row("incoming", "Port", "IMAP", "native", "ImapPort={incoming_port}"),
    Row("incoming", "Encryption", "plain, POP3", "native", "useSSL=false, useTLS=false", _pop3_with("plain")),
    Row(
        "incoming", "Encryption", "SSL, POP3", "native", "useSSL=true, useTLS=false", _pop3_with("SSL"), proof="client"
    ),
    Row("incoming", "Encryption", "STARTTLS, POP3", "native", "useSSL=false, useTLS=true", _pop3_with("STARTTLS")),
    Row("incoming", "Encryption", "plain, IMAP", "native", "Safety=NONE", cases.incoming_is("plain")),
    Row("incoming", "Encryption", "SSL, IMAP", "native", "Safety=SSL", cases.incoming_is("SSL")),
    Row("incoming", "Encryption", "STARTTLS, IMAP", "native", "Safety=STARTTLS"),
    Row("incoming", "LoginName", "POP3", "native", "login={incoming_login}", cases.is_pop3, proof="client"),
    Row("incoming", "LoginName", "IMAP", "native", "UserName={incoming_login}"),
    Row("incoming", "DomainName", "any", "native", "{login}={incoming_login}", note=rows.PART_OF_THE_LOGIN),
    Row("incoming", "SPA", "on", "native", "{method}=5", cases.incoming_ntlm, note=_NTLM_MODULE),
    rows.spa_ignored("incoming", "{method}=7"),
    Row("incoming", "SPA", "off", "native", "{method}=7"),
    Row("outgoing", "Type", "SMTP", "native", "identifier=SMTP"),
    Row("outgoing", "Server", "any", "native", "host={outgoing_host}"),
    Row("outgoing", "Port", "any", "native", "port={outgoing_port}"),
    Row("outgoing", "Encryption", "plain", "native", "encryption=None", cases.outgoing_is("plain")),
    Row("outgoing", "Encryption", "SSL", "native", "encryption=SSL", cases.outgoing_is("SSL")),
    Row("outgoing", "Encryption", "STARTTLS", "native", "encryption=TLS"),
    Row("outgoing", "LoginName", "no login to SMTP", "native", _NO_LOGIN, cases.no_smtp_auth),
    replace(_without_login("LoginName", "SMTPLast alone", _pop_instead), proof="client"),
    Row("outgoing", "LoginName", "any", "native", "user={outgoing_login}"),
    Row("outgoing", "DomainName", "no login to SMTP", "native", _NO_LOGIN, cases.no_smtp_auth),
    _without_login("DomainName", "SMTPLast alone", _pop_instead),
    Row("outgoing", "DomainName", "any", "native", "user={outgoing_login}", note=rows.PART_OF_THE_LOGIN),
    Row(
        "outgoing",
        "SPA",
        "on, without TLS",
        "impossible",
        "",
        _ntlm_in_the_open,
        note="Where the server offers no NTLM, KMail sends the password instead (KSMTP, selectAuthentication), "
        "and here it would go unencrypted.",
        refuses=True,
        always=True,
    ),
    _without_login("SPA", "on, SMTPLast alone", _ntlm_instead),
    Row(
        "outgoing",
        "SPA",
        "on",
        "native",
        "authtype=NTLM",
        cases.outgoing_ntlm,
        note=f"{_NTLM_MODULE} Where the server offers no NTLM, the password is sent inside TLS.",
    ),
    rows.spa_ignored("outgoing", "authtype=PLAIN"),
    Row("outgoing", "SPA", "no login to SMTP", "native", _NO_LOGIN, _no_login),
    Row("outgoing", "SPA", "off", "native", "authtype=PLAIN"),
    Row(
        "outgoing",
        "AuthRequired",
        "on, SMTPLast on, and no TLS or option smtp_last: enforce",
        "approximated",
        _NO_LOGIN,
        cases.auth_left_out,
        note="No password is sent to SMTP; the POP3 login before each sending stands in for it.",
    ),
    Row("outgoing", "AuthRequired", "off", "native", _NO_LOGIN, cases.no_smtp_auth),
    replace(_without_login("AuthRequired", "on or unsaid, SMTPLast alone", _no_login), proof="client"),
    Row(
        "outgoing",
        "AuthRequired",
        "on or unsaid",
        "native",
        "auth=true",
        note="Through a server that offers no AUTH nothing is sent.",
    ),
    Row("outgoing", "UsePOPAuth", "no login to SMTP", "native", _NO_LOGIN, cases.no_smtp_auth),
    replace(_without_login("UsePOPAuth", "SMTPLast alone", _pop_instead), proof="client"),
    Row(
        "outgoing",
        "UsePOPAuth",
        "on, or the same login within one domain",
        "approximated",
        "user={outgoing_login}",
        cases.same_secret,
        note="KMail keeps the password for sending apart, and asks for the same one once more.",
    ),
    Row("outgoing", "UsePOPAuth", "off", "native", "user={outgoing_login}"),
    Row(
        "outgoing",
        "SMTPLast",
        "on, POP3 account",
        "hook",
        "precommand={precommand}",
        cases.pop_first,
        note="The script logs in to POP3 by mpop before each connection to the SMTP server, beside SMTP AUTH where "
        "that is on. When it fails, nothing is sent, the mail stays in the outbox, and a notification says why.",
        needs=pop_first.LOGIN_NEEDS,
    ),
    *rows.smtp_last_without_effect(
        "", "Only POP3 accounts have something to log in to before sending", "Set incoming: pop3."
    ),
    Row(
        "account",
        "DisplayName",
        "any",
        "native",
        "Name={name}",
        note="Written once; the person may change it. Without one, the local part of the address.",
        proof="client",
    ),
    *rows.lifetime("KMail"),
)

ROWS = rows.lived(_TABLE)
"""Seen with KMail 22.12."""

CLIENT = Client(
    name="kmail",
    title="KMail",
    description="A transport, a resource of Akonadi and an identity in ~/.config, and for POP-before-SMTP a script "
    "that KMail starts before it sends; everything else in these files stays as it is.",
    rows=ROWS,
    territory=(
        *(f"{{home}}/.config/{name}" for name in ("mailtransports", "emailidentities", "kmail2rc", "akonadi/")),
        "{home}/.config/akonadi_*_resource_mailfleet_*rc",
        pop_first.TERRITORY,
    ),
    render=render,
    sandbox=Sandbox("KMail", flatpak=("org.kde.kontact",)),
    places={
        "resource": resource,
        "login": lambda account: "login" if cases.is_pop3(account) else "UserName",
        "method": lambda account: "authenticationMethod" if cases.is_pop3(account) else "Authentication",
        "precommand": lambda account: f"~/.config/mailfleet/kmail-{pop_first.name(account)}",
        "name": lambda account: account.display_name or account.local_part,
    },
    login_kept_by="address",
    server_keys=("host", "ImapServer"),
    notes=(
        "``mailtransports`` holds a transport, ``emailidentities`` an identity that sends through it, "
        "``akonadi/agentsrc`` the name of a resource that fetches, and a file of that name its settings. An "
        "identity of the same address that is there is taken over, and only its transport is changed. Transports "
        "and resources that are there are not: nothing in them says whose address they are for. Who has set up the "
        "same mailbox by hand has it twice until one of the two is removed in KMail.",
        "The wallet holds passwords by transport and resource, whose numbers are made of the address and the same for "
        "ever. No other account gets them; when the account's server moves to another domain, the run warns that the "
        "stored "
        "password will be sent there.",
        "KMail and Akonadi keep these files in memory and would overwrite an edit: option ``client_running`` says "
        "what to do when they run. Closing KMail is not enough, because Akonadi goes on; ``akonadictl stop`` ends "
        "it.",
        "Written once and the person's own from then on: names, the interval, storing the password in the wallet, "
        "and leaving mail on the server, which is on; KMail itself has it off where nothing is said. The default "
        "identity and the default transport stay what they are; where there are none, KMail takes the first.",
        "KMail runs a program before sending without arguments, so each account has a small script of its own. It "
        "logs in by mpop, which needs its own way to the password: password_command, ``~/.netrc`` or the secret "
        "service; KMail's wallet is closed to it. While KMail fetches from a server that locks the mailbox the "
        "login can fail; the mail then stays in the outbox and can be sent again. Where mail stays there and nothing "
        "says why, Akonadi may be stuck (seen with 22.12, docs/lab.md): ``akonadictl restart``, at a first start "
        "not before it has come to rest.",
        "KMail reads a stored password for SMTP while it already connects (transport.cpp and smtpjob.cpp of 22.12), "
        "and asks for it where the server is faster. Seen without the script only: while that logs in, the password "
        "arrives.",
        "An account that goes from POP3 to IMAP, or back, becomes another resource; what was fetched stays in the "
        "local folders. What Akonadi has cached of an IMAP resource that is gone, ``akonadictl fsck`` removes.",
        "KConfig could read transports and identities from ``/etc/xdg`` too, but every user of the host would get "
        "them, and Akonadi does not merge such a list of resources with the user's. So there is no scope "
        "``system``.",
    ),
)
