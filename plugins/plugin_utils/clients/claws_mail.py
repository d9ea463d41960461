# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Accounts in; their keys in Claws Mail's ``accountrc`` out.

Names and numbers are those of Claws Mail's ``src/prefs_account.c``: the keys for ports are
``pop_port``, not ``popport``, and a key of another name is ignored in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..settings.account import MailAccount
from . import cases, rows
from .client import Client, Option, Rendering, Row
from .files import File, KeyedFile, Place, Section, WholeFile

PROTOCOLS = {"pop3": "0", "imap": "1"}
"""``RecvProtocol`` since config_version 1; before that IMAP was 3."""

SECURITY = {"plain": "0", "SSL": "1", "STARTTLS": "2"}
"""``SSLType`` in ``src/common/ssl.h``."""

KINDS = {"pop3": "pop", "imap": "imap"}
"""What the names of keys for one kind of server hold: ``pop_port``, ``imap_port``."""

METHODS = {"pop": "use_pop_auth", "imap": "imap_auth_method"}
"""The key that says how to log in: 0 is USER and PASS for POP3, and "automatic" for IMAP."""

CONFIG_VERSION = "4"
"""Read by 3.18 to 4.3.0 as it is and migrated by later ones; a newer number than the client knows opens a dialog."""

MAILBOX = "Mailbox"

FOLDERLIST = f"""<?xml version="1.0" encoding="UTF-8"?>
<folderlist>
    <folder type="mh" name="{MAILBOX}" path="Mail">
        <folderitem type="inbox" name="inbox" path="inbox" />
        <folderitem type="outbox" name="sent" path="sent" />
        <folderitem type="draft" name="draft" path="draft" />
        <folderitem type="queue" name="queue" path="queue" />
        <folderitem type="trash" name="trash" path="trash" />
    </folder>
</folderlist>
"""
"""Without a folder list Claws Mail opens its first-start assistant and makes its own account (main.c, run_wizard)."""


def render(accounts: Sequence[MailAccount], options: Mapping[str, Any]) -> Rendering:
    """Return one ``accountrc`` for each user, with a section for each account, and the folder list of a first start."""
    by_directory: dict[str, list[MailAccount]] = {}
    for account in accounts:
        home = "/etc/skel" if options["scope"] == "skel" else f"{{home:{account.user}}}"
        by_directory.setdefault(f"{home}/.claws-mail", []).append(account)
    files: list[File] = []
    for directory, owners in by_directory.items():
        sections = tuple(_section(account) for account in owners)
        files.append(KeyedFile(Place.at(f"{directory}/accountrc"), sections, running=("claws-mail",)))
        files.append(
            WholeFile(
                Place.at(f"{directory}/folderlist.xml"),
                tuple(account.email for account in owners),
                FOLDERLIST,
                once=True,
            )
        )
    return Rendering(tuple(files))


def _section(account: MailAccount) -> Section:
    kind = KINDS[account.incoming.type]
    authenticated = account.outgoing.authentication != "none"
    enforced = {
        "receive_server": account.incoming.hostname,
        "user_id": account.incoming.username,
        f"set_{kind}port": "1",
        f"{kind}_port": str(account.incoming.port),
        f"ssl_{kind}": SECURITY[account.incoming.socket_type],
        METHODS[kind]: "0",
        "smtp_server": account.outgoing.hostname,
        "use_mail_command": "0",
        "set_smtpport": "1",
        "smtp_port": str(account.outgoing.port),
        "ssl_smtp": SECURITY[account.outgoing.socket_type],
        "use_smtp_auth": "1" if authenticated else "0",
        "pop_before_smtp": "1" if account.pop_first else "0",
    }
    if authenticated:
        enforced["smtp_auth_method"] = "0"
        # Empty means the login and the password of the incoming server (send_message.c).
        enforced["smtp_user_id"] = "" if account.outgoing.same_secret else account.outgoing.username
    if account.pop_first:
        # The client's belief about the server's window, in minutes; POX has no such value: log in each time.
        enforced["pop_before_smtp_timeout"] = "0"
    fixed = {"protocol": PROTOCOLS[account.incoming.type]}
    seeded = {
        "account_name": account.email,
        "name": account.display_name or account.local_part,
        "address": account.email,
        "config_version": CONFIG_VERSION,
    }
    if kind == "pop":
        seeded |= {"remove_mail": "0", "inbox": f"#mh/{MAILBOX}/inbox"}
    return Section(
        account=account.email,
        numbered="Account: ",
        match={"address": account.email, "user_id": account.incoming.username, **fixed},
        fixed=fixed,
        enforced=enforced,
        seeded=seeded,
    )


ROWS = (
    Row("incoming", "Type", "POP3", "native", "protocol=0", cases.is_pop3),
    Row("incoming", "Type", "IMAP", "native", "protocol=1"),
    Row("incoming", "Server", "any", "native", "receive_server={incoming_host}"),
    Row("incoming", "Port", "POP3", "native", "set_popport=1, pop_port={incoming_port}", cases.is_pop3),
    Row("incoming", "Port", "IMAP", "native", "set_imapport=1, imap_port={incoming_port}"),
    Row("incoming", "Encryption", "plain", "native", "ssl_{kind}=0", cases.incoming_is("plain")),
    Row("incoming", "Encryption", "SSL", "native", "ssl_{kind}=1", cases.incoming_is("SSL")),
    Row("incoming", "Encryption", "STARTTLS", "native", "ssl_{kind}=2"),
    Row("incoming", "LoginName", "any", "native", "user_id={incoming_login}"),
    Row(
        "incoming",
        "DomainName",
        "any",
        "native",
        "user_id={incoming_login}",
        note=rows.PART_OF_THE_LOGIN,
    ),
    *rows.spa_as_password("incoming", "Claws Mail", "{method}=0"),
    Row("incoming", "SPA", "off", "native", "{method}=0"),
    Row("outgoing", "Type", "SMTP", "native", "use_mail_command=0"),
    Row("outgoing", "Server", "any", "native", "smtp_server={outgoing_host}"),
    Row("outgoing", "Port", "any", "native", "set_smtpport=1, smtp_port={outgoing_port}"),
    Row("outgoing", "Encryption", "plain", "native", "ssl_smtp=0", cases.outgoing_is("plain")),
    Row("outgoing", "Encryption", "SSL", "native", "ssl_smtp=1", cases.outgoing_is("SSL")),
    Row("outgoing", "Encryption", "STARTTLS", "native", "ssl_smtp=2"),
    Row("outgoing", "LoginName", "no login to SMTP", "native", "use_smtp_auth=0", cases.no_smtp_auth),
    Row(
        "outgoing",
        "LoginName",
        "same login and password",
        "native",
        "smtp_user_id= (empty)",
        cases.same_secret,
        note="Empty means: the login and the password of the incoming server.",
    ),
    Row("outgoing", "LoginName", "own login or password", "native", "smtp_user_id={outgoing_login}"),
    Row("outgoing", "DomainName", "no login to SMTP", "native", "use_smtp_auth=0", cases.no_smtp_auth),
    Row("outgoing", "DomainName", "same login and password", "native", "smtp_user_id= (empty)", cases.same_secret),
    Row(
        "outgoing",
        "DomainName",
        "any",
        "native",
        "smtp_user_id={outgoing_login}",
        note=rows.PART_OF_THE_LOGIN,
    ),
    *rows.spa_as_password("outgoing", "Claws Mail", "smtp_auth_method=0"),
    Row("outgoing", "SPA", "no login to SMTP", "native", "use_smtp_auth=0", cases.no_smtp_auth),
    Row("outgoing", "SPA", "off", "native", "smtp_auth_method=0"),
    Row(
        "outgoing",
        "AuthRequired",
        "on, but without TLS and with SMTPLast on",
        "approximated",
        "use_smtp_auth=0",
        cases.auth_left_out,
        note="No password is sent unencrypted; the POP3 login before each sending stands in for it.",
    ),
    Row("outgoing", "AuthRequired", "off", "native", "use_smtp_auth=0", cases.no_smtp_auth),
    Row(
        "outgoing",
        "AuthRequired",
        "on or unsaid",
        "native",
        "use_smtp_auth=1",
        note="A server that offers no AUTH is sent mail to without it (src/common/smtp.c).",
    ),
    Row("outgoing", "UsePOPAuth", "no login to SMTP", "native", "use_smtp_auth=0", cases.no_smtp_auth),
    Row(
        "outgoing",
        "UsePOPAuth",
        "on, or the same login within one domain",
        "native",
        "smtp_user_id= (empty)",
        cases.same_secret,
    ),
    Row("outgoing", "UsePOPAuth", "off", "native", "smtp_user_id={outgoing_login}"),
    Row(
        "outgoing",
        "SMTPLast",
        "on, POP3 account",
        "native",
        "pop_before_smtp=1, pop_before_smtp_timeout=0",
        cases.pop_first,
        note="Logs in to POP3 before each sending, beside SMTP AUTH where that is on.",
    ),
    *rows.smtp_last_without_effect(
        "pop_before_smtp=0",
        "Claws Mail ignores pop_before_smtp on IMAP accounts (send_message.c)",
        "Set incoming: pop3.",
    ),
    Row(
        "account",
        "DisplayName",
        "any",
        "native",
        "name={name}",
        note="Written once; the person may change it. Without one, the local part of the address.",
    ),
    *rows.lifetime("Claws Mail"),
)

CLIENT = Client(
    name="claws_mail",
    title="Claws Mail",
    description="Keys of the accounts in ~/.claws-mail/accountrc; everything else in that file stays as it is.",
    rows=ROWS,
    render=render,
    options={
        "scope": Option(
            "user",
            "Whose accounts these are. V(skel) writes to C(/etc/skel), which Claws Mail copies for a user "
            "who has no settings yet: the same account for every new user.",
            choices=("user", "skel"),
        ),
    },
    places={
        "kind": lambda account: KINDS[account.incoming.type],
        "method": lambda account: METHODS[KINDS[account.incoming.type]],
        "name": lambda account: account.display_name or account.local_part,
    },
    needs_user=lambda options: options["scope"] == "user",
    notes=(
        "Claws Mail rewrites ``accountrc`` when it exits and would undo an edit made while it runs: option "
        "``client_running`` says what to do then. It reads lines of at most 1,024 bytes.",
        "Written once and the person's own from then on: account name, display name, folder, leaving mail on the "
        "server. The folder list is made only when there is none, because without it Claws Mail starts its assistant.",
        "Automatic acceptance of certificates is never switched on.",
    ),
)
