# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""An account in; the keys, files and rows out that Sylpheed and its child Claws Mail have in common.

Both keep their accounts in ``accountrc``. The keys for ports are ``pop_port``, not ``popport`` as in the sources, and a
key of another name is ignored in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..settings.account import MailAccount
from . import cases, rows
from .client import Row
from .files import File, KeyedFile, Place, Section, WholeFile

SECURITY = {"plain": "0", "SSL": "1", "STARTTLS": "2"}
"""``SSLType``: Sylpheed's ``libsylph/ssl.h``, Claws Mail's ``src/common/ssl.h``."""

KINDS = {"pop3": "pop", "imap": "imap"}
"""What the names of keys for one kind of server hold: ``pop_port``, ``imap_port``."""

MAILBOX = "Mailbox"

FOLDERS = ("inbox", "sent", "draft", "queue", "trash")

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
"""Without a folder list both ask the person where mail shall go before they do anything else (``main.c``)."""


NUMBERS = {"folderlist.xml": ("account_id",), "customheaderrc": ("\n",)}
"""Files beside ``accountrc`` in which an account is its number, and what stands before it (folder.c, customheader.c).

Mail that waits in the queue names its account as well. What becomes of it when the account is gone is decided by the
server that it was for, so the number is of no use there (``account_find_from_smtp_server()``).
"""


def files(
    accounts: Sequence[MailAccount],
    directory: Callable[[MailAccount], str],
    section: Callable[[MailAccount], Section],
    process: str,
    numbers: Mapping[str, tuple[str, ...]],
) -> tuple[File, ...]:
    """Return one ``accountrc`` for each directory, with a section for each account, and a folder list to start with.

    ``numbers``: the client's own files in which an account is its number, and what stands before it.
    """
    by_directory: dict[str, list[MailAccount]] = {}
    for account in accounts:
        by_directory.setdefault(directory(account), []).append(account)
    made: list[File] = []
    for place, owners in by_directory.items():
        sections = tuple(section(account) for account in owners)
        numbers_in = tuple((f"{place}/{name}", after) for name, after in {**NUMBERS, **numbers}.items())
        made.append(KeyedFile(Place.at(f"{place}/accountrc"), sections, running=(process,), numbers_in=numbers_in))
        emails = tuple(account.email for account in owners)
        home = place.rpartition("/")[0]
        # Seen with Claws Mail 4.1.1: into a folder whose directory is not there it fetches mail without a word, notes
        # it as fetched, and files it nowhere.
        folders = tuple(f"{home}/Mail/{folder}" for folder in FOLDERS)
        made.append(WholeFile(Place.at(f"{place}/folderlist.xml"), emails, FOLDERLIST, once=True, directories=folders))
    return tuple(made)


def section(
    account: MailAccount, protocols: Mapping[str, str], enforced: Mapping[str, str], seeded: Mapping[str, str]
) -> Section:
    """Return the section of an account; ``protocols`` has the client's numbers for kinds of server."""
    fixed = {"protocol": protocols[account.incoming.type]}
    names = {
        "account_name": account.email,
        "name": name(account),
        "address": account.email,
    }
    # 0: mail stays on the server, for ever.
    keep = {"remove_mail": "0"} if account.incoming.type == "pop3" else {}
    return Section(
        account=account.email,
        numbered="Account: ",
        match={"address": account.email, "user_id": account.incoming.username, **fixed},
        fixed=fixed,
        enforced=enforced,
        seeded={**names, **keep, **seeded},
    )


def name(account: MailAccount) -> str:
    """Return the person's name as it stands in the mails."""
    return account.display_name or account.local_part


def incoming_keys(account: MailAccount) -> dict[str, str]:
    """Return the enforced keys of the incoming server, but for the way to log in."""
    kind = KINDS[account.incoming.type]
    return {
        "receive_server": account.incoming.hostname,
        "user_id": account.incoming.username,
        f"set_{kind}port": "1",
        f"{kind}_port": str(account.incoming.port),
        f"ssl_{kind}": SECURITY[account.incoming.socket_type],
    }


def outgoing_keys(account: MailAccount) -> dict[str, str]:
    """Return the enforced keys of the outgoing server."""
    authenticated = account.outgoing.authentication != "none"
    keys = {
        "smtp_server": account.outgoing.hostname,
        "set_smtpport": "1",
        "smtp_port": str(account.outgoing.port),
        "ssl_smtp": SECURITY[account.outgoing.socket_type],
        "use_smtp_auth": "1" if authenticated else "0",
        "pop_before_smtp": "1" if account.pop_first else "0",
    }
    if authenticated:
        # 0: the best that the server offers.
        keys["smtp_auth_method"] = "0"
        # Empty means the login and the password of the incoming server (send_message.c).
        keys["smtp_user_id"] = "" if account.outgoing.same_secret else account.outgoing.username
    return keys


PLACES: dict[str, Callable[[MailAccount], object]] = {
    "kind": lambda account: KINDS[account.incoming.type],
    "name": name,
}
"""Names that may stand in braces in the ``setting`` of the rows."""


def type_rows(protocols: Mapping[str, str]) -> tuple[Row, ...]:
    """Return the rows of the incoming server's Type."""
    return (
        Row("incoming", "Type", "POP3", "native", f"protocol={protocols['pop3']}", cases.is_pop3),
        Row("incoming", "Type", "IMAP", "native", f"protocol={protocols['imap']}"),
    )


def incoming_rows(*encryption: Row) -> tuple[Row, ...]:
    """Return the rows from Server to DomainName; ``encryption`` comes before the usual rows of Encryption."""
    return (
        Row("incoming", "Server", "any", "native", "receive_server={incoming_host}"),
        Row("incoming", "Port", "POP3", "native", "set_popport=1, pop_port={incoming_port}", cases.is_pop3),
        Row("incoming", "Port", "IMAP", "native", "set_imapport=1, imap_port={incoming_port}"),
        *encryption,
        Row("incoming", "Encryption", "plain", "native", "ssl_{kind}=0", cases.incoming_is("plain")),
        Row("incoming", "Encryption", "SSL", "native", "ssl_{kind}=1", cases.incoming_is("SSL")),
        Row("incoming", "Encryption", "STARTTLS", "native", "ssl_{kind}=2"),
        Row("incoming", "LoginName", "any", "native", "user_id={incoming_login}"),
        Row("incoming", "DomainName", "any", "native", "user_id={incoming_login}", note=rows.PART_OF_THE_LOGIN),
    )


OUTGOING_ROWS = (
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
    Row("outgoing", "DomainName", "any", "native", "smtp_user_id={outgoing_login}", note=rows.PART_OF_THE_LOGIN),
)
"""The rows from Server to DomainName."""


def outgoing_spa_rows(title: str) -> tuple[Row, ...]:
    """Return the rows of the outgoing server's SPA."""
    return (
        *rows.spa_as_password("outgoing", title, "smtp_auth_method=0"),
        Row("outgoing", "SPA", "no login to SMTP", "native", "use_smtp_auth=0", cases.no_smtp_auth),
        Row("outgoing", "SPA", "off", "native", "smtp_auth_method=0"),
    )


def login_rows(source: str) -> tuple[Row, ...]:
    """Return the rows of AuthRequired and UsePOPAuth; ``source`` is the client's source file of SMTP."""
    return (
        Row(
            "outgoing",
            "AuthRequired",
            "on, SMTPLast on, and no TLS or option smtp_last: enforce",
            "approximated",
            "use_smtp_auth=0",
            cases.auth_left_out,
            note="No password is sent to SMTP; the POP3 login before each sending stands in for it.",
        ),
        Row("outgoing", "AuthRequired", "off", "native", "use_smtp_auth=0", cases.no_smtp_auth),
        Row(
            "outgoing",
            "AuthRequired",
            "on or unsaid",
            "native",
            "use_smtp_auth=1",
            note=f"A server that offers no AUTH is sent mail to without it ({source}).",
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
    )


def smtp_last_rows(title: str, setting: str) -> tuple[Row, ...]:
    """Return the rows of SMTPLast; ``setting`` is what switches POP-before-SMTP on."""
    return (
        Row(
            "outgoing",
            "SMTPLast",
            "on, POP3 account",
            "native",
            setting,
            cases.pop_first,
            note="Logs in to POP3 before each sending, beside SMTP AUTH where that is on.",
        ),
        *rows.smtp_last_without_effect(
            "pop_before_smtp=0",
            f"{title} ignores pop_before_smtp on IMAP accounts (send_message.c)",
            "Set incoming: pop3.",
        ),
    )


def account_rows(title: str) -> tuple[Row, ...]:
    """Return the rows of the account itself."""
    return (
        Row(
            "account",
            "DisplayName",
            "any",
            "native",
            "name={name}",
            note="Written once; the person may change it. Without one, the local part of the address.",
        ),
        *rows.lifetime(title),
    )
