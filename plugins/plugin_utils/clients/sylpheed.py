# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Accounts in; their keys in Sylpheed's ``accountrc`` out.

Names are those of Sylpheed's ``libsylph/prefs_account.c``, numbers those of the headers beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..settings.account import MailAccount
from . import accountrc, cases, rows
from .client import Client, Rendering, Row
from .files import Section

PROTOCOLS = {"pop3": "0", "imap": "3"}
"""``RecvProtocol`` in ``prefs_account.h``; 1 and 2 were ways to log in to POP3."""

METHODS = {
    "pop3": {"use_apop_auth": "0", "pop_auth_method": "0"},
    "imap": {"imap_auth_method": "1"},
}
"""How to log in. POP3: USER and PASS. IMAP: LOGIN; 0 would be OAuth 2 on every server that offers that (``imap.c``)."""


NUMBERS = {"filter.xml": ("<account-id>",)}
"""Where else an account is its number: filter rules (``filter.c``). Passwords lie in the section and go with it."""


def render(accounts: Sequence[MailAccount], _options: Mapping[str, Any]) -> Rendering:
    """Return one ``accountrc`` for each user, and the folder list without which a dialog opens."""

    def directory(account: MailAccount) -> str:
        return f"{{home:{account.user}}}/.sylpheed-2.0"

    return Rendering(accountrc.files(accounts, directory, _section, "sylpheed", NUMBERS))


def _section(account: MailAccount) -> Section:
    enforced = accountrc.incoming_keys(account) | METHODS[account.incoming.type] | accountrc.outgoing_keys(account)
    return accountrc.section(account, PROTOCOLS, enforced, {})


def _imap_starttls(account: MailAccount) -> bool:
    return not cases.is_pop3(account) and account.incoming.socket_type == "STARTTLS"


_TABLE = (
    *accountrc.type_rows(PROTOCOLS),
    *accountrc.incoming_rows(
        Row(
            "incoming",
            "Encryption",
            "STARTTLS, IMAP",
            "impossible",
            "ssl_imap=2",
            _imap_starttls,
            note="Where an IMAP server does not offer STARTTLS, Sylpheed sends the password unencrypted "
            "(libsylph/imap.c), so whoever sits in between can have it. Use port 993 with SSL, or POP3.",
            refuses=True,
            always=True,
        )
    ),
    *rows.spa_as_password("incoming", "Sylpheed", "{method}"),
    Row("incoming", "SPA", "off", "native", "{method}"),
    Row("outgoing", "Type", "SMTP", "native", "smtp_server={outgoing_host}"),
    *accountrc.OUTGOING_ROWS,
    *accountrc.outgoing_spa_rows("Sylpheed"),
    *accountrc.login_rows("libsylph/smtp.c"),
    *accountrc.smtp_last_rows("Sylpheed", "pop_before_smtp=1"),
    *accountrc.account_rows("Sylpheed"),
)

ROWS = rows.proven(
    _TABLE, "Type", "Server", "Port", "Encryption", "LoginName", "AuthRequired", "UsePOPAuth", "SMTPLast"
)
"""Seen with Sylpheed 3.8.0beta1."""

CLIENT = Client(
    name="sylpheed",
    title="Sylpheed",
    description="Keys of the accounts in ~/.sylpheed-2.0/accountrc; everything else in that file stays as it is.",
    rows=ROWS,
    territory=("{home}/.sylpheed-2.0/", "{home}/Mail/"),
    render=render,
    places={
        **accountrc.PLACES,
        "method": lambda account: ", ".join(f"{key}={value}" for key, value in METHODS[account.incoming.type].items()),
    },
    login_kept_by="section",
    server_keys=("receive_server", "smtp_server"),
    notes=(
        "Sylpheed rewrites ``accountrc`` when it exits and would undo an edit made while it runs: option "
        "``client_running`` says what to do then.",
        "Sylpheed finds the folders of an IMAP account and filter rules by the number of the account. A number that "
        "one of these files or our record still knows goes to no other account. Where one of them cannot be read, a "
        "new "
        "account is refused.",
        "The password lies in the account's section and goes with it. When an account's server moves to another "
        "domain, the run warns that the stored password will be sent there.",
        "Written once and the person's own from then on: account name, display name, leaving mail on the server. The "
        "folder list is made only when there is none, because without it Sylpheed asks where mail shall go.",
        "A person who has switched on *Use external program for sending* in Sylpheed's general preferences sends all "
        "mail by that program, whatever the account says.",
        "A POP3 login that fails opens a dialog, and the mail stays in the queue until that is closed.",
        "SMTP AUTH takes the best that the server offers. From 3.8 on that is OAuth 2 first: where a server offers it "
        "beside passwords, Sylpheed needs its helper for OAuth 2.",
    ),
)
