# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Accounts in; three ``.source`` files of evolution-data-server for each account out: account, identity, transport.

Names of sections and keys are those of the GObject properties in ``src/libedataserver/e-source-*.c`` and of
the settings of Camel's providers; the grammar is that of GKeyFile. Evolution's own POP before SMTP
(``Method=POPB4SMTP``) is never written: its mail_session_resolve_popb4smtp() answers with the uid
of the transport instead of the account, so that every sending fails.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ..settings.account import Incoming, MailAccount, Outgoing
from ..wording import listed, quoted
from . import cases, msmtp_rows, pop_first
from ._evolution_rows import ROWS
from .client import Client, Option, Rendering
from .files import File, KeyedFile, Place, Sandbox, Section, WholeFile

USER_DIRECTORY = ".config/evolution/sources"
SYSTEM_DIRECTORY = "/etc/xdg/evolution-data-server/autoconfig"

BACKENDS = {"pop3": "pop", "imap": "imapx"}
"""Camel's providers."""

SECURITY = {"plain": "none", "SSL": "ssl-on-alternate-port", "STARTTLS": "starttls-on-standard-port"}
"""``CamelNetworkSecurityMethod``; with the last one Camel gives up where a server offers no STARTTLS."""

INCOMING_METHODS = {"password-cleartext": "none", "NTLM": "NTLM"}
"""None is no SASL: USER and PASS for POP3, LOGIN for IMAP; ``password`` would be sought among SASL's methods."""

REFRESH_MINUTES = 15

_BLANKS = " \t\n\v\f\r"
"""What g_strstrip() takes away."""


def render(accounts: Sequence[MailAccount], options: Mapping[str, Any]) -> Rendering:
    """Return the sources of each account, and with SMTPLast the script that sends its mail and what it reads."""
    refused = _refusals(accounts, options)
    files: list[File] = []
    hooked: dict[str | None, list[MailAccount]] = {}
    for account in accounts:
        if account.email in refused:
            continue
        for kind, sections in _sources(account, options).items():
            name = f"{_uid(account, kind, options)}.source"
            if options["scope"] == "system":
                files.append(_system_file(account, name, sections))
            else:
                place = Place.at(f"{{home:{account.user}}}/{USER_DIRECTORY}/{name}")
                files.append(KeyedFile(place, sections, syntax="keyfile", remove_whole=True))
        if account.pop_first:
            hooked.setdefault(account.user, []).append(account)
    for owners in hooked.values():
        files.append(pop_first.script(owners))
        files += [file for account in owners for file in (pop_first.mpoprc(account), pop_first.msmtprc(account))]
    return Rendering(tuple(files), refused)


def _refusals(accounts: Sequence[MailAccount], options: Mapping[str, Any]) -> dict[str, str]:
    refused = {account.email: reason for account in accounts if (reason := _refusal(account, options)) is not None}
    users = sorted({account.user for account in accounts if account.user is not None})
    if options["scope"] == "system" and len(users) > 1:
        for account in accounts:
            refused[account.email] = (
                f"{account.email}: with scope: system everybody on the host gets every account, and these are of "
                f"{listed(users)}. Say scope: user, or leave user out for accounts that all share."
            )
    return refused


def _refusal(account: MailAccount, options: Mapping[str, Any]) -> str | None:
    """Return why Evolution cannot be told of this account, or None."""
    servers: list[Incoming | Outgoing] = [account.incoming]
    if not account.pop_first and account.outgoing.authentication != "none":
        servers.append(account.outgoing)
    for server in servers:
        login = server.username
        if login != login.strip(_BLANKS):
            return (
                f"{account.email}: the login {quoted(login)} begins or ends with a blank, which Evolution takes away "
                "(e_source_authentication_set_user). Correct it by overrides."
            )
        if server.authentication == "NTLM" and "'" in login:
            return (
                f"{account.email}: the login {quoted(login)} holds an apostrophe, and for SPA=on Evolution puts the "
                "login between apostrophes on a command line of a shell (camel-sasl-ntlm.c). Correct it by overrides, "
                "or say spa: ignore."
            )
    if options["scope"] == "system":
        return _system_refusal(account, options)
    return pop_first.sending_refusal(account) if account.pop_first else None


def _system_refusal(account: MailAccount, options: Mapping[str, Any]) -> str | None:
    if account.pop_first:
        return (
            f"{account.email}: SMTPLast=on needs a script in the home of one user, and with scope: system the account "
            "is everybody's. Say scope: user, or leave SMTPLast out with smtp_last: ignore."
        )
    for sections in _sources(account, options).values():
        for value in (value for section in sections for value in _keys(section).values()):
            if "${" in value:
                return (
                    f"{account.email}: {quoted(value)} holds a dollar sign and a brace, which stand for a variable in "
                    f"{SYSTEM_DIRECTORY} and cannot be written otherwise there. Say scope: user."
                )
    return None


def _uid(account: MailAccount, kind: str, options: Mapping[str, Any]) -> str:
    """Return what evolution-data-server calls one source; the name of its file is made of it.

    A source for everybody has another one than a user's own: evolution-data-server removes what it copied into a
    home from the system's directory, and that must never be ours. It may become another kind of account, so
    that belongs to it; a user's own is refused instead, by the fixed key.
    """
    of_system = f"/{account.incoming.type}" if options["scope"] == "system" else ""
    return f"{uuid5(NAMESPACE_URL, f'mailfleet:evolution{of_system}/{account.email}')}-{kind}"


def _system_file(account: MailAccount, name: str, sections: Sequence[Section]) -> WholeFile:
    texts = []
    for section in sections:
        texts.append(f"[{section.name}]\n" + "".join(f"{key}={value}\n" for key, value in _keys(section).items()))
    text = "\n".join(texts)
    # Another revision makes evolution-data-server copy all keys over those in the homes again.
    revision = hashlib.sha256(text.encode()).hexdigest()[:16]
    text = f"{text}\n[Autoconfig]\nRevision={revision}\n"
    return WholeFile(Place.at(f"{SYSTEM_DIRECTORY}/{name}"), (account.email,), text, mode="0644")


def _keys(section: Section) -> dict[str, str]:
    return {**section.fixed, **section.enforced, **section.seeded}


def _section(
    account: MailAccount,
    name: str,
    *,
    enforced: Mapping[str, str] | None = None,
    fixed: Mapping[str, str] | None = None,
    seeded: Mapping[str, str] | None = None,
    paths: tuple[str, ...] = (),
) -> Section:
    return Section(
        account=account.email,
        name=name,
        enforced=_escaped_values(enforced),
        fixed=_escaped_values(fixed),
        seeded=_escaped_values(seeded),
        paths=paths,
    )


def _escaped_values(keys: Mapping[str, str] | None) -> dict[str, str]:
    return {key: escaped(value) for key, value in (keys or {}).items()}


def escaped(value: str) -> str:
    """Return ``value`` as GKeyFile writes a string; what else it escapes is in no value (settings/names.py)."""
    rest = value.lstrip(" ")
    return "\\s" * (len(value) - len(rest)) + rest.replace("\\", "\\\\")


def _sources(account: MailAccount, options: Mapping[str, Any]) -> dict[str, tuple[Section, ...]]:
    """Return the sections of each source by its kind."""
    backend = BACKENDS[account.incoming.type]
    uids = {kind: _uid(account, kind, options) for kind in ("account", "identity", "transport")}
    child = {"Parent": uids["account"]}
    named = {"DisplayName": account.email, "Enabled": "true"}
    if backend == "pop":
        # Camel's own default is to delete what was fetched.
        own = _section(account, "Pop Backend", seeded={"KeepOnServer": "true", "DeleteAfterDays": "0"})
    else:
        own = _section(account, "Imapx Backend", seeded={"UseSubscriptions": "true"})
    return {
        "account": (
            _section(account, "Data Source", seeded={**named, "Parent": ""}),
            _section(
                account,
                "Mail Account",
                fixed={"BackendName": backend},
                enforced={"IdentityUid": uids["identity"]},
                # With it Evolution asks an IMAP server once for its folders of sent mail and drafts.
                seeded={"NeedsInitialSetup": "true" if backend == "imapx" else "false"},
            ),
            *_connection(account, account.incoming, INCOMING_METHODS[account.incoming.authentication]),
            own,
            _section(account, "Refresh", seeded={"Enabled": "true", "IntervalMinutes": str(REFRESH_MINUTES)}),
        ),
        "identity": (
            _section(account, "Data Source", enforced=child, seeded=named),
            _section(
                account, "Mail Identity", enforced={"Address": account.email}, seeded={"Name": _sender_name(account)}
            ),
            _section(
                account,
                "Mail Submission",
                enforced={"TransportUid": uids["transport"]},
                seeded={"SentFolder": "folder://local/Sent"},
            ),
            _section(account, "Mail Composition", seeded={"DraftsFolder": "folder://local/Drafts"}),
        ),
        "transport": (
            _section(account, "Data Source", enforced=child, seeded=named),
            _section(account, "Mail Transport", enforced={"BackendName": "sendmail" if account.pop_first else "smtp"}),
            *(_hook(account) if account.pop_first else _smtp(account, options)),
        ),
    }


def _connection(account: MailAccount, server: Incoming | Outgoing, method: str) -> tuple[Section, Section]:
    without_login = isinstance(server, Outgoing) and server.authentication == "none"
    enforced = {
        "Host": server.hostname,
        "Port": str(server.port),
        **({} if without_login else {"User": server.username}),
        "Method": method,
    }
    seeded = {"ProxyUid": "system-proxy", "RememberPassword": "true"}
    return (
        _section(account, "Authentication", enforced=enforced, seeded=seeded),
        _section(account, "Security", enforced={"Method": SECURITY[server.socket_type]}),
    )


def _smtp(account: MailAccount, options: Mapping[str, Any]) -> tuple[Section, ...]:
    methods = {"none": "none", "NTLM": "NTLM", "password-cleartext": options["smtp_method"]}
    return _connection(account, account.outgoing, methods[account.outgoing.authentication])


def _hook(account: MailAccount) -> tuple[Section, ...]:
    enforced = {
        "UseCustomBinary": "true",
        "CustomBinary": _script(account),
        "UseCustomArgs": "true",
        "CustomArgs": _arguments(account),
        # Otherwise the script would run, and fail, for a person who works without a network.
        "SendInOffline": "false",
    }
    return (_section(account, "Sendmail Backend", enforced=enforced, paths=("CustomBinary",)),)


def _script(account: MailAccount) -> str:
    return f"{pop_first.directory(account)}/pop-first"


def _arguments(account: MailAccount) -> str:
    """Return words for g_shell_parse_argv(); %F and %R count as whole words only (camel-sendmail-transport.c)."""
    return f"{pop_first.name(account)} send -i -f %F -- %R"


def _sender_name(account: MailAccount) -> str:
    return (account.display_name or "").strip(_BLANKS) or account.local_part


CLIENT = Client(
    name="evolution",
    title="Evolution",
    description="Three sources of evolution-data-server for each account, in ~/.config/evolution/sources.",
    rows=ROWS,
    territory=(f"{{home}}/{USER_DIRECTORY}/", f"{SYSTEM_DIRECTORY}/", pop_first.TERRITORY),
    render=render,
    options={
        "scope": Option(
            "user",
            "Whose accounts these are. V(user) writes to the home of the account's user. V(system) writes to "
            "C(/etc/xdg/evolution-data-server/autoconfig), from where everybody who logs in on the host gets every "
            "account, without its password: for a machine of one person, or an account that all share.",
            choices=("user", "system"),
        ),
        "smtp_method": Option(
            "PLAIN",
            "How to log in to SMTP with a password. Evolution takes this method and no other.",
            choices=("PLAIN", "LOGIN"),
        ),
    },
    places={
        **msmtp_rows.PLACES,
        "arguments": _arguments,
        "name": _sender_name,
        "script": _script,
        "smtp_method": lambda account: "NTLM" if cases.outgoing_ntlm(account) else "PLAIN (option smtp_method)",
    },
    sandbox=Sandbox("Evolution", flatpak=("org.gnome.Evolution",)),
    needs_user=lambda options: options["scope"] == "user",
    login_kept_by="address",
    server_keys=("Host",),
    notes=(
        "The files are those of ``evolution-data-server``, which watches the directory: an edit takes effect within "
        "seconds, while Evolution runs too. It adds keys and sections of its own; those are no drift.",
        "Written once and the person's own from then on: names, folders, interval, and leaving mail on the POP3 "
        "server. An account of the same address that a person made stays beside ours.",
        "The keyring holds a password for each source, and a source keeps its number when its server moves: to another "
        "domain, the run warns that the stored password will be sent there.",
        "With SMTPLast=on Evolution sends through the script ``~/.config/mailfleet/pop-first``. When its POP3 login "
        "fails, Evolution says ``exited with status 75: mail not sent`` and offers to edit, to try again, or to keep "
        "the mail in the outbox; the reason goes to Evolution's error output, which most desktops put into the "
        "journal. The script does not see Evolution's passwords: give ``password_command``, or an entry in "
        "``~/.netrc`` or the secret service. Evolution's own POP before SMTP is not used: in 3.46.4 and 3.56.2 every "
        "sending with it fails.",
        "Mail goes through msmtp then, which in an address puts names of the user and of the machine in the place of "
        "``%U``, ``%H``, ``%C``, ``%M`` and ``%F``, and cannot be told not to: with SMTPLast=on such an address is "
        "refused.",
        "With ``scope: system`` every user gets a copy of each account at the next login, and keeps what that user "
        "changed until the account changes here; then all keys are written anew. When the account goes, the copies go. "
        "SMTPLast=on is refused there, because the script and what it reads lie in the home of one user.",
        "An Evolution from Flatpak, or of a person who sets ``XDG_CONFIG_HOME``, keeps its sources elsewhere.",
    ),
)
