# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""An account in; the script that logs in to POP3 before sending, and the settings of mpop and msmtp for it, out.

For clients that cannot do it themselves and can run a program instead: Evolution, KMail, Mutt. All of them
share the files of an account, in ``~/.config/mailfleet``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from ..settings.account import Incoming, MailAccount, Outgoing
from .files import Place, WholeFile, file_name

WAY_IN = "the password, by password_command, ~/.netrc or the secret service"
LOGIN_NEEDS = ("mpop", WAY_IN)
SEND_NEEDS = ("mpop", "msmtp", WAY_IN)
"""What the table of a client says that its hook needs."""

TERRITORY = "{home}/.config/mailfleet/"

TIMEOUT = 30
"""Seconds that mpop and msmtp wait for a server: a person waits for them, and their own default is three minutes."""

_LONGEST = 500
"""Characters in a line of these files (LINEBUFSIZE in conf.c of mpop and msmtp)."""

_REPLACED = re.compile("%[UHCMF]")
"""What msmtp puts something else in for, in the address of ``from`` and in that of ``-f`` (conf.c, expand_from()).

From 1.8.7 on %U, %H, %C and %M, from 1.8.30 on %F. In a login it puts in nothing, and mpop has nothing like it.
"""

_TLS = {
    "plain": ("tls off", "tls_starttls off"),
    "STARTTLS": ("tls on", "tls_starttls on"),
    "SSL": ("tls on", "tls_starttls off"),
}


def directory(account: MailAccount) -> str:
    """Return the directory of all files for accounts of this user."""
    return f"{{home:{account.user}}}/.config/mailfleet"


def name(account: MailAccount) -> str:
    """Return what the script calls the account: its first argument, which no shell takes for anything else."""
    return file_name(account.email)


def script(accounts: Sequence[MailAccount]) -> WholeFile:
    """Return the script for accounts of one user."""
    place = Place.at(f"{directory(accounts[0])}/pop-first")
    emails = tuple(dict.fromkeys(account.email for account in accounts))
    return WholeFile(place, emails, _script(), mode="0755", needs=("mpop",))


@cache
def _script() -> str:
    return Path(__file__).with_name("pop_first.sh").read_text(encoding="utf-8")


def mpoprc(account: MailAccount) -> WholeFile:
    """Return the settings of mpop: how to log in, and for fetching, that mail stays on the server."""
    lines = [
        *_server(account.incoming),
        *_login(account.incoming, account.incoming.username),
        *_password(account.password_command),
        # Needed by mpop even when it only logs in; a caller that fetches says its own place.
        'delivery mbox "/dev/null"',
        "keep on",
    ]
    return _settings(account, "mpoprc", lines, "mpop")


def msmtprc(account: MailAccount) -> WholeFile:
    """Return the settings of msmtp."""
    outgoing = account.outgoing
    lines = [*_server(outgoing), f'from "{account.email}"']
    if outgoing.authentication == "none" or (account.pop_first and account.pop_wins):
        # msmtp must choose: with a login, it sends nothing through a server that offers none.
        lines.append("auth off")
    else:
        lines += _login(outgoing, outgoing.username)
        lines += _password(account.password_command if outgoing.same_secret else None)
    return _settings(account, "msmtprc", lines, "msmtp")


def refusal(account: MailAccount) -> str | None:
    """Return why mpop and msmtp cannot be told of this account, or None."""
    for file in (mpoprc(account), msmtprc(account)):
        for line in str(file.content).splitlines():
            if len(line.encode()) >= _LONGEST:
                # The line itself is not said: a command for the password may hold more than it should.
                return (
                    f"{account.email}: the line of {line.partition(' ')[0]} would have {len(line.encode())} bytes, and "
                    f"mpop and msmtp read less than {_LONGEST}. Use another client for this account, or shorten "
                    "password_command."
                )
    return None


def sending_refusal(account: MailAccount) -> str | None:
    """Return why msmtp cannot send mail of this account, or None: it would send it from another address."""
    found = _REPLACED.search(account.email)
    if found is not None:
        return (
            f"{account.email}: in the place of {found[0]} in an address, msmtp puts something else (the name of the "
            "user or of the machine, for example), and cannot be told not to: the mail would be sent from another "
            "address. For this account use a client that sends without msmtp: claws_mail, sylpheed, kmail, emacs_gnus "
            "or thunderbird."
        )
    return refusal(account)


def _settings(account: MailAccount, ending: str, lines: list[str], program: str) -> WholeFile:
    place = Place.at(f"{directory(account)}/{name(account)}.{ending}")
    text = "".join(f"{line}\n" for line in ["# Made by mailfleet.autodiscover.", "account default", *lines])
    return WholeFile(place, (account.email,), text, mode="0600", needs=(program,))


def _server(server: Incoming | Outgoing) -> list[str]:
    return [
        f"host {server.hostname}",
        f"port {server.port}",
        f"timeout {TIMEOUT}",
        *_TLS[server.socket_type],
        "tls_trust_file system",
    ]


def _login(server: Incoming | Outgoing, login: str) -> list[str]:
    """Return method and login. Quotes: mpop takes away one at each end, and nothing else."""
    if server.authentication == "NTLM":
        domain, backslash, user = login.rpartition("\\")
        return ["auth ntlm", f'user "{user}"', *([f'ntlmdomain "{domain}"'] if backslash else [])]
    if server.socket_type == "plain":
        # "on" takes no method that shows the password on an unencrypted way; here the caller allowed it.
        return ["auth user" if isinstance(server, Incoming) else "auth plain", f'user "{login}"']
    return ["auth on", f'user "{login}"']


def _password(command: str | None) -> list[str]:
    return [] if command is None else [f'passwordeval "{command}"']
