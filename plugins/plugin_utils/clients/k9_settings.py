# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Accounts in; one settings file for each out, which K-9 Mail and Thunderbird for Android import.

The format is that of thunderbird-android's ``SettingsExporter`` and ``SettingsImporter``.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from ..libraries import etree
from ..settings.account import Incoming, MailAccount, Outgoing
from . import cases, rows
from .account_files import SERVED, account_files, dest_option
from .client import Client, Rendering, Row, Side

FORMAT = "1"
"""The only format that is read."""

VERSION = "95"
"""The first version of settings that knows the authentication type NONE; older ones are brought up to date."""

NAMESPACE = uuid.UUID("7ae5a2c9-0a37-5d0d-8a7e-3b0b9b6f7c11")
"""Of the identifiers of accounts: the same address has the same identifier in every run."""

SECURITY = {"plain": "NONE", "STARTTLS": "STARTTLS_REQUIRED", "SSL": "SSL_TLS_REQUIRED"}

TYPES = {"pop3": "POP3", "imap": "IMAP"}


def render(accounts: Sequence[MailAccount], options: Mapping[str, Any]) -> Rendering:
    """Return one file for each account."""
    return account_files("k9_settings", accounts, options["dest"], _document)


def _document(account: MailAccount) -> str:
    root = etree.Element("k9settings", version=VERSION, format=FORMAT)
    item = etree.SubElement(
        etree.SubElement(root, "accounts"), "account", uuid=str(uuid.uuid5(NAMESPACE, account.email))
    )
    etree.SubElement(item, "name").text = account.email
    _server(item, "incoming-server", TYPES[account.incoming.type], account.incoming)
    _server(item, "outgoing-server", "SMTP", account.outgoing)
    values = etree.SubElement(item, "settings")
    etree.SubElement(values, "value", key="deletePolicy").text = "NEVER"
    identity = etree.SubElement(etree.SubElement(item, "identities"), "identity")
    etree.SubElement(identity, "name").text = account.display_name or account.local_part
    etree.SubElement(identity, "email").text = account.email
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="unicode", pretty_print=True)


def _server(item: etree._Element, name: str, kind: str, server: Incoming | Outgoing) -> None:
    element = etree.SubElement(item, name, type=kind)
    logs_in = server.authentication != "none"
    for tag, text in (
        ("host", server.hostname),
        ("port", str(server.port)),
        ("connection-security", SECURITY[server.socket_type]),
        ("authentication-type", "PLAIN" if logs_in else "NONE"),
        ("username", server.username if logs_in else ""),
    ):
        etree.SubElement(element, tag).text = text


def _security_rows(side: Side, is_case: cases.OfServer) -> tuple[Row, ...]:
    return tuple(
        Row(side, "Encryption", said, "native", f"<connection-security>{word}</connection-security>", is_case(said))
        for said, word in SECURITY.items()
    )


PLAIN = "<authentication-type>PLAIN</authentication-type>"
NONE = "<authentication-type>NONE</authentication-type>"
LOGIN_OUT = "<username>{outgoing_login}</username>"

ROWS = (
    Row("incoming", "Type", "POP3", "native", '<incoming-server type="POP3">', cases.is_pop3),
    Row("incoming", "Type", "IMAP", "native", '<incoming-server type="IMAP">'),
    Row("incoming", "Server", "any", "native", "<host>{incoming_host}</host>"),
    Row("incoming", "Port", "any", "native", "<port>{incoming_port}</port>"),
    *_security_rows("incoming", cases.incoming_is),
    Row("incoming", "LoginName", "any", "native", "<username>{incoming_login}</username>"),
    Row(
        "incoming",
        "DomainName",
        "any",
        "native",
        "<username>{incoming_login}</username>",
        note=rows.PART_OF_THE_LOGIN,
    ),
    *rows.spa_as_password("incoming", "K-9 Mail", PLAIN),
    Row("incoming", "SPA", "off", "native", PLAIN),
    Row("outgoing", "Type", "SMTP", "native", '<outgoing-server type="SMTP">'),
    Row("outgoing", "Server", "any", "native", "<host>{outgoing_host}</host>"),
    Row("outgoing", "Port", "any", "native", "<port>{outgoing_port}</port>"),
    *_security_rows("outgoing", cases.outgoing_is),
    *rows.outgoing_login(NONE, LOGIN_OUT),
    *rows.spa_as_password("outgoing", "K-9 Mail", PLAIN),
    Row("outgoing", "SPA", "no login to SMTP", "native", NONE, cases.no_smtp_auth),
    Row("outgoing", "SPA", "off", "native", PLAIN),
    Row(
        "outgoing",
        "AuthRequired",
        "on, SMTPLast on, and no TLS or option smtp_last: enforce",
        "approximated",
        NONE,
        cases.auth_left_out,
        note="No password is sent to SMTP; mail must be fetched by hand before sending.",
    ),
    Row("outgoing", "AuthRequired", "off", "native", NONE, cases.no_smtp_auth),
    Row("outgoing", "AuthRequired", "on or unsaid", "native", PLAIN),
    Row("outgoing", "UsePOPAuth", "no login to SMTP", "native", NONE, cases.no_smtp_auth),
    Row(
        "outgoing",
        "UsePOPAuth",
        "on, or the same login within one domain",
        "approximated",
        LOGIN_OUT,
        cases.same_secret,
        note="The login is the same; the app asks for the password of each server.",
    ),
    Row("outgoing", "UsePOPAuth", "off", "native", LOGIN_OUT),
    *rows.smtp_last_impossible("K-9 Mail", ""),
    Row(
        "account",
        "DisplayName",
        "any",
        "native",
        "<name>{name}</name>",
        note="Without one, the local part of the address.",
    ),
    *rows.lifetime("K-9 Mail", "import the file again"),
)

CLIENT = Client(
    name="k9_settings",
    title="K-9 Mail and Thunderbird for Android",
    description="One settings file (.k9s) for each account, which the person imports in the app.",
    rows=ROWS,
    territory=SERVED,
    render=render,
    options={"dest": dest_option("k9_settings", "k9s")},
    places={"name": lambda account: account.display_name or account.local_part},
    needs_user=lambda options: False,
    notes=(
        "The person imports the file (Settings, Import) and is asked for the passwords; none is in it. An account "
        "that is imported a second time becomes a second account: the app gives it another identifier.",
        "FairEmail imports the file too, with synchronisation off.",
        "Deleting a message on the phone never deletes it on the server, until the person says so in the app.",
    ),
)
