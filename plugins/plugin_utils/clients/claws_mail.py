# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Accounts in; their keys in Claws Mail's ``accountrc`` out.

Names and numbers are those of Claws Mail's ``src/prefs_account.c``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..settings.account import MailAccount
from . import accountrc, rows
from .client import Client, Option, Rendering, Row
from .files import Sandbox, Section

PROTOCOLS = {"pop3": "0", "imap": "1"}
"""``RecvProtocol`` since config_version 1; before that IMAP was 3."""

METHODS = {"pop3": "use_pop_auth", "imap": "imap_auth_method"}
"""The key that says how to log in: 0 is USER and PASS for POP3, and "automatic" for IMAP."""

CONFIG_VERSION = "4"
"""Read by 3.18 to 4.3.0 as it is and migrated by later ones; a newer number than the client knows opens a dialog."""


NUMBERS = {
    "passwordstorerc": ("[account:",),
    "matcherrc": ("account ", "forward ", "forward_as_attachment ", "redirect "),
    "folderitemrc": ("default_account",),
}
"""Where else an account is its number: passwords (``passwordstore.c``), filter rules (``matcher_parser_parse.y``), and
the account for answers in a folder (``folder_item_prefs.c``). With the number of an account that is gone, the next one
would log in at its server with the old password."""


def render(accounts: Sequence[MailAccount], options: Mapping[str, Any]) -> Rendering:
    """Return one ``accountrc`` for each user, and the folder list without which the assistant opens."""

    def directory(account: MailAccount) -> str:
        home = "/etc/skel" if options["scope"] == "skel" else f"{{home:{account.user}}}"
        return f"{home}/.claws-mail"

    return Rendering(accountrc.files(accounts, directory, _section, "claws-mail", NUMBERS))


def _section(account: MailAccount) -> Section:
    enforced = accountrc.incoming_keys(account) | {METHODS[account.incoming.type]: "0", "use_mail_command": "0"}
    enforced |= accountrc.outgoing_keys(account)
    if account.pop_first:
        # The client's belief about the server's window, in minutes; POX has no such value: log in each time.
        enforced["pop_before_smtp_timeout"] = "0"
    # Valid certificates only: one for another name or of an unknown authority is still asked about.
    seeded = {"config_version": CONFIG_VERSION, "ssl_certs_auto_accept": "1"}
    if account.incoming.type == "pop3":
        seeded["inbox"] = f"#mh/{accountrc.MAILBOX}/inbox"
    return accountrc.section(account, PROTOCOLS, enforced, seeded)


_TABLE = (
    *accountrc.type_rows(PROTOCOLS),
    *accountrc.incoming_rows(),
    *rows.spa_as_password("incoming", "Claws Mail", "{method}=0"),
    Row("incoming", "SPA", "off", "native", "{method}=0"),
    Row("outgoing", "Type", "SMTP", "native", "use_mail_command=0"),
    *accountrc.OUTGOING_ROWS,
    *accountrc.outgoing_spa_rows("Claws Mail"),
    *accountrc.login_rows("src/common/smtp.c"),
    *accountrc.smtp_last_rows("Claws Mail", "pop_before_smtp=1, pop_before_smtp_timeout=0"),
    *accountrc.account_rows("Claws Mail"),
)

ROWS = rows.lived(_TABLE)
"""Seen with Claws Mail 4.1.1."""

CLIENT = Client(
    name="claws_mail",
    title="Claws Mail",
    description="Keys of the accounts in ~/.claws-mail/accountrc; everything else in that file stays as it is.",
    rows=ROWS,
    territory=("{home}/.claws-mail/", "{home}/Mail/", "/etc/skel/.claws-mail/", "/etc/skel/Mail/"),
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
        **accountrc.PLACES,
        "method": lambda account: METHODS[account.incoming.type],
    },
    sandbox=Sandbox("Claws Mail", flatpak=("org.claws_mail.Claws-Mail",)),
    needs_user=lambda options: options["scope"] == "user",
    login_kept_by="section",
    server_keys=("receive_server", "smtp_server"),
    notes=(
        "Claws Mail rewrites ``accountrc`` when it exits and would undo an edit made while it runs: option "
        "``client_running`` says what to do then. It reads lines of at most 1,024 bytes.",
        "Claws Mail finds passwords, the folders of an IMAP account, filter rules and the account of a folder by the "
        "number of the account. A number that one of these files or our record still knows goes to no other account, "
        "and not to the same one when it comes back: Claws Mail asks for its password again. Where one of the files "
        "cannot be read, a new account is refused. Mail that waits in the queue of a removed account is sent through "
        "the "
        "account that Claws Mail finds by the server's name, else through the current one.",
        "When an account's server moves to another domain, the run warns that the stored password will be sent there.",
        "Written once and the person's own from then on: account name, display name, folder, leaving mail on the "
        "server. The folder list is made only when there is none, because without it Claws Mail starts its assistant.",
        "With the folder list come the directories of its folders in ``~/Mail``: Claws Mail 4.1.1 fetches mail into a "
        "directory that is not there without a word, notes it as fetched, and the person never sees it.",
        "Seen with Claws Mail 4.1.1: it asks about every certificate that it has not met before, valid ones too. "
        "``ssl_certs_auto_accept=1`` is written once, and takes that question away for a certificate that is valid for "
        "the server's name and comes from a trusted authority. Claws Mail goes on asking about any other.",
    ),
)
