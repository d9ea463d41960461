# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Accounts in; their keys in the files of KMail and Akonadi, and the script that KMail starts before sending, out.

An account is a transport (``mailtransports``), a resource of Akonadi that fetches (its name in ``akonadi/agentsrc``,
its settings in a file of that name) and an identity (``emailidentities``) that sends through the transport.
Names and values of keys are those of ``mailtransport.kcfg`` in KMailTransport, ``settings.kcfg`` and
``imapresource.kcfg`` in KDE PIM Runtime, and ``identity.h`` in KIdentityManagement.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from ..settings.account import MailAccount
from . import pop_first
from ._kmail_text import in_kconfig, in_qsettings
from .client import Rendering
from .files import File, KeyedFile, Place, Section, WholeFile

ENCRYPTION = {"plain": "None", "SSL": "SSL", "STARTTLS": "TLS"}
"""``encryption`` of a transport: TLS is STARTTLS."""

SAFETY = {"plain": "NONE", "SSL": "SSL", "STARTTLS": "STARTTLS"}
"""``Safety`` of an IMAP resource."""

METHODS = {"password-cleartext": "7", "NTLM": "5"}
"""``Transport::EnumAuthenticationType``: CLEAR is USER and PASS of POP3 and LOGIN of IMAP."""

AUTH_TYPES = {"password-cleartext": "PLAIN", "NTLM": "NTLM"}
"""``authtype`` of a transport. With PLAIN, LOGIN is used where the server offers nothing else (KSMTP, loginjob.cpp)."""

TYPES = {"pop3": "akonadi_pop3_resource", "imap": "akonadi_imap_resource"}
"""Types of resources. KMail takes what a resource's name begins with for its type."""

RUNNING = ("kmail", "kontact", "akonadi_control", "akonadiserver")
"""They write their files from memory: akonadi_control agentsrc, the others identities and transports."""

NAMESPACE = uuid.UUID("0c3a7f52-6f0f-5b7e-9c55-5d2a1b0a8e34")
"""Of the numbers of accounts: the same address has the same numbers in every run."""

FIRST_START = "[General]\nAskEnableUnifiedMailboxes=false\nfirst-start=false\n"
"""Of ``kmail2rc``, against what a KMail that was never started asks (kmmainwidget.cpp).

It opens its account assistant, accounts or not, and asks once about unified mailboxes where there is more than one
account; the local folders are one.
"""

SCRIPT = """\
#!/bin/sh
# Installed by mailfleet.autodiscover. KMail starts this before it connects to the SMTP server, without arguments; when
# it fails, the mail stays in the outbox. KMail tells the exit code alone, so a notification says why.
if ! problem=$("$(dirname "$0")/pop-first" '{name}' 2>&1); then
    # For a journal and a notification, which reads markup and escapes: one line, and nothing in it but text.
    problem=$(printf '%s' "$problem" | LC_ALL=C tr '\\n\\t' '  ' | LC_ALL=C tr -c ' -~' '?' | LC_ALL=C cut -c 1-700)
    printf '%s\\n' "$problem" >&2
    if command -v notify-send >/dev/null; then
        notify-send --app-name=KMail 'Mail stays in the outbox' "$(printf '%s' "$problem" | tr '<>&\\\\' '    ')" || :
    fi
    exit 75
fi
"""


def number(account: MailAccount, kind: str) -> int:
    """Return the number of the account's ``kind``: KMail keeps it in a signed int and counts from 1."""
    return uuid.uuid5(NAMESPACE, f"{kind} {account.email}").int % (2**31 - 1) + 1


def resource(account: MailAccount) -> str:
    """Return the name of the account's resource.

    Akonadi takes any name that D-Bus takes as part of a service's; those that it makes end with a plain number.
    """
    return f"{TYPES[account.incoming.type]}_mailfleet_{uuid.uuid5(NAMESPACE, account.email).hex[:12]}"


def logs_in(account: MailAccount) -> bool:
    """Tell whether KMail logs in to SMTP.

    With ``auth=true`` it sends nothing through a server that offers no AUTH (KSMTP, ``selectAuthentication``),
    so where POP-before-SMTP stands in for a login, it must not try one.
    """
    return account.outgoing.authentication != "none" and not (account.pop_first and account.pop_wins)


def render(accounts: Sequence[MailAccount], _options: Mapping[str, Any]) -> Rendering:
    """Return the files of each user, agentsrc last: a resource must not start before it knows to leave mail alone."""
    files: list[File] = []
    refused: dict[str, str] = {}
    by_user: dict[str | None, list[MailAccount]] = {}
    for account in accounts:
        reason = pop_first.refusal(account) if account.pop_first else None
        if reason is not None:
            refused[account.email] = reason
        else:
            by_user.setdefault(account.user, []).append(account)
    for user, owned in by_user.items():
        files += _of_user(f"{{home:{user}}}/.config", owned)
    return Rendering(tuple(files), refused)


def _of_user(directory: str, accounts: Sequence[MailAccount]) -> list[File]:
    files: list[File] = []
    first = [account for account in accounts if account.pop_first]
    if first:
        files.append(pop_first.script(first))
        for account in first:
            script = SCRIPT.replace("{name}", pop_first.name(account))
            files.append(pop_first.mpoprc(account))
            files.append(
                WholeFile(Place.at(precommand(account)), (account.email,), script, mode="0755", needs=("mpop",))
            )
    files.append(_keyed(f"{directory}/mailtransports", [_transport(account) for account in accounts], "kconfig"))
    files.append(_keyed(f"{directory}/emailidentities", [_identity(account) for account in accounts], "kconfig"))
    emails = tuple(account.email for account in accounts)
    files.append(WholeFile(Place.at(f"{directory}/kmail2rc"), emails, FIRST_START, once=True))
    for account in accounts:
        name = resource(account)
        files.append(_keyed(f"{directory}/{name}rc", [_resource(account)], "kconfig"))
        files.append(_keyed(f"{directory}/akonadi/agent_config_{name}", [_title(account)], "keyfile"))
    files.append(_keyed(f"{directory}/akonadi/agentsrc", [_instance(account) for account in accounts], "keyfile"))
    return files


def precommand(account: MailAccount) -> str:
    """Return the path of the script that KMail starts before sending."""
    return f"{pop_first.directory(account)}/kmail-{pop_first.name(account)}"


def _keyed(path: str, sections: Sequence[Section], syntax: Any) -> KeyedFile:
    return KeyedFile(Place.at(path), tuple(sections), running=RUNNING, syntax=syntax)


def _transport(account: MailAccount) -> Section:
    outgoing = account.outgoing
    identifier = str(number(account, "transport"))
    enforced = {
        "identifier": "SMTP",
        "host": outgoing.hostname,
        "port": str(outgoing.port),
        "encryption": ENCRYPTION[outgoing.socket_type],
        "auth": _bool(logs_in(account)),
    }
    if logs_in(account):
        enforced["authtype"] = AUTH_TYPES[outgoing.authentication]
        enforced["user"] = in_kconfig(outgoing.username)
    if account.pop_first:
        enforced["precommand"] = precommand(account)
    return Section(
        account=account.email,
        name=f"Transport {identifier}",
        fixed={"id": identifier},
        enforced=enforced,
        seeded={"name": in_kconfig(account.email), "storepass": "true"},
        paths=("precommand",) if account.pop_first else (),
    )


def _identity(account: MailAccount) -> Section:
    """Return the identity. Which one is the default is never said: KMail takes the first where there is none."""
    return Section(
        account=account.email,
        numbered="Identity #",
        match={"Email Address": in_kconfig(account.email)},
        enforced={"Transport": str(number(account, "transport"))},
        seeded={
            "Identity": in_kconfig(account.email),
            "Name": in_kconfig(account.display_name or account.local_part),
            "Email Address": in_kconfig(account.email),
            "uoid": str(number(account, "identity")),
        },
    )


def _resource(account: MailAccount) -> Section:
    incoming = account.incoming
    if incoming.type == "imap":
        enforced = {
            "ImapServer": incoming.hostname,
            "ImapPort": str(incoming.port),
            "UserName": in_kconfig(incoming.username),
            "Safety": SAFETY[incoming.socket_type],
            "Authentication": METHODS[incoming.authentication],
            # It would count instead of Safety (settings.cpp, loadAccount).
            "OverrideEncryption": "",
        }
        return Section(account=account.email, name="network", enforced=enforced, whole=True)
    enforced = {
        "host": incoming.hostname,
        "port": str(incoming.port),
        "login": in_kconfig(incoming.username),
        "useSSL": _bool(incoming.socket_type == "SSL"),
        "useTLS": _bool(incoming.socket_type == "STARTTLS"),
        "authenticationMethod": METHODS[incoming.authentication],
    }
    seeded = {"leaveOnServer": "true", "intervalCheckEnabled": "true"}
    return Section(account=account.email, name="General", enforced=enforced, seeded=seeded, whole=True)


def _title(account: MailAccount) -> Section:
    return Section(
        account=account.email, name="Agent", enforced={}, seeded={"Name": in_qsettings(account.email)}, whole=True
    )


def _instance(account: MailAccount) -> Section:
    kind = TYPES[account.incoming.type]
    key = f"{resource(account)}\\AgentType"
    return Section(account=account.email, name="Instances", enforced={key: kind})


def _bool(value: bool) -> str:
    return "true" if value else "false"
