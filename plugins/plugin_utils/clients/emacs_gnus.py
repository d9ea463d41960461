# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Accounts in; a file of Emacs Lisp for each, and what Gnus and message-mode do with it, out.

The files of accounts hold data only. What is done with it stands once, in ``emacs_gnus.el``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ..settings.account import MailAccount
from . import cases, rows
from .client import Client, Option, Rendering, Row
from .files import BlockFile, File, Place, WholeFile, file_name

LIBRARY = "mailfleet-accounts.el"

SECURITY = {"plain": "plain", "SSL": "ssl", "STARTTLS": "starttls"}
"""``smtpmail-stream-type``, ``pop3-stream-type`` and ``nnimap-stream``."""

_SYSTEM = "/etc/mailfleet/emacs"
_SITE_STARTS = ("/etc/emacs/site-start.d", "/usr/share/emacs/site-lisp/site-start.d")
"""Debian's directory, and Fedora's. Debian loads only files that begin with two digits."""

_HEADER = (
    ";; -*- lexical-binding: t; coding: utf-8 -*-\n"
    ";; Written by the Ansible collection mailfleet.autodiscover; changes made here are overwritten.\n"
)


def render(accounts: Sequence[MailAccount], options: Mapping[str, Any]) -> Rendering:
    """Return the files of the accounts, the library, and what makes Emacs load them."""
    files = _system(accounts) if options["scope"] == "system" else _users(accounts)
    return Rendering(tuple(files))


def _users(accounts: Sequence[MailAccount]) -> list[File]:
    by_user: dict[str, list[MailAccount]] = {}
    for account in accounts:
        by_user.setdefault(f"{{home:{account.user}}}", []).append(account)
    files: list[File] = []
    for home, owned in by_user.items():
        emails = tuple(account.email for account in owned)
        directory = ".config/mailfleet/emacs"
        files.append(WholeFile(Place.at(f"{home}/{directory}/{LIBRARY}"), emails, _library()))
        blocks = []
        for account in owned:
            name = f"{directory}/{file_name(account.email)}.el"
            content = f"{_HEADER}{_require(f'~/{directory}/{LIBRARY}')}\n(mailfleet-account\n '{_plist(account)})\n"
            files.append(WholeFile(Place.at(f"{home}/{name}"), (account.email,), content))
            blocks.append((account.email, f"(load {quoted_string(f'~/{name}')} t t t)\n"))
        files.append(BlockFile(_init_file(home), tuple(blocks), comment=";;"))
    return files


def _init_file(home: str) -> Place:
    """Return the init file that Emacs loads, in its own order (``startup.el``)."""
    order = (
        (".emacs.el", ".emacs.el"),
        (".emacs", ".emacs"),
        (".emacs.d", ".emacs.d/init.el"),
        (".config/emacs", ".config/emacs/init.el"),
        # There is always a home: the place where nothing is yet.
        (".", ".emacs.d/init.el"),
    )
    return Place(tuple((f"{home}/{exists}", f"{home}/{path}") for exists, path in order))


def _system(accounts: Sequence[MailAccount]) -> list[File]:
    library = f"{_SYSTEM}/{LIBRARY}"
    files: list[File] = [
        WholeFile(Place.at(library), tuple(account.email for account in accounts), _library(), mode="0644")
    ]
    for account in accounts:
        user = account.user or ""
        name = f"50mailfleet-{file_name(user)}-{file_name(account.email)}.el"
        content = (
            f"{_HEADER}(when (equal (user-real-login-name) {quoted_string(user)})\n{_require(library)}\n"
            f"(mailfleet-account\n '{_plist(account)}))\n"
        )
        place = Place(tuple((directory, f"{directory}/{name}") for directory in _SITE_STARTS))
        files.append(WholeFile(place, (account.email,), content, mode="0644"))
    return files


def _require(library: str) -> str:
    return f"(require 'mailfleet-accounts {quoted_string(library)})"


@cache
def _library() -> str:
    return Path(__file__).with_suffix(".el").read_text(encoding="utf-8")


def quoted_string(text: str) -> str:
    """Return ``text`` as the Lisp reader takes it: only backslash and quote are special in a string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _plist(account: MailAccount) -> str:
    incoming, outgoing = account.incoming, account.outgoing
    fetch = [
        f":type {incoming.type}",
        f":host {quoted_string(incoming.hostname)}",
        f":port {incoming.port}",
        f":security {SECURITY[incoming.socket_type]}",
        f":user {quoted_string(incoming.username)}",
    ]
    send = [
        ":type smtp",
        f":host {quoted_string(outgoing.hostname)}",
        f":port {outgoing.port}",
        f":security {SECURITY[outgoing.socket_type]}",
    ]
    if outgoing.authentication != "none":
        send.append(f":user {quoted_string(outgoing.username)}")
        if outgoing.same_secret:
            send.append(":same-secret t")
    pairs = [f":email {quoted_string(account.email)}"]
    if account.display_name:
        pairs.append(f":name {quoted_string(account.display_name)}")
    pairs += [f":incoming ({' '.join(fetch)})", f":outgoing ({' '.join(send)})"]
    if account.pop_first:
        pairs.append(":pop-first t")
    if account.password_command is not None:
        pairs.append(f":password-command {quoted_string(account.password_command)}")
    return "(" + "\n   ".join(pairs) + ")"


_INCOMING_LOGIN = ":user {incoming_user}"
_OUTGOING_LOGIN = ":user {outgoing_user}"
_NO_LOGIN = "no :user"

_TABLE = (
    Row("incoming", "Type", "POP3", "native", ":type pop3", cases.is_pop3),
    Row("incoming", "Type", "IMAP", "native", ":type imap"),
    Row("incoming", "Server", "any", "native", ':host "{incoming_host}"'),
    Row("incoming", "Port", "any", "native", ":port {incoming_port}"),
    Row("incoming", "Encryption", "plain", "native", ":security plain", cases.incoming_is("plain")),
    Row("incoming", "Encryption", "SSL", "native", ":security ssl", cases.incoming_is("SSL")),
    Row("incoming", "Encryption", "STARTTLS", "native", ":security starttls"),
    Row("incoming", "LoginName", "any", "native", _INCOMING_LOGIN),
    Row("incoming", "DomainName", "any", "native", _INCOMING_LOGIN, note=rows.PART_OF_THE_LOGIN),
    *rows.spa_as_password("incoming", "Gnus", _INCOMING_LOGIN),
    Row("incoming", "SPA", "off", "native", _INCOMING_LOGIN),
    Row("outgoing", "Type", "SMTP", "native", ":type smtp"),
    Row("outgoing", "Server", "any", "native", ':host "{outgoing_host}"'),
    Row("outgoing", "Port", "any", "native", ":port {outgoing_port}"),
    Row("outgoing", "Encryption", "plain", "native", ":security plain", cases.outgoing_is("plain")),
    Row("outgoing", "Encryption", "SSL", "native", ":security ssl", cases.outgoing_is("SSL")),
    Row("outgoing", "Encryption", "STARTTLS", "native", ":security starttls"),
    *rows.outgoing_login(_NO_LOGIN, _OUTGOING_LOGIN),
    *rows.spa_as_password("outgoing", "Emacs", _OUTGOING_LOGIN),
    Row("outgoing", "SPA", "no login to SMTP", "native", _NO_LOGIN, cases.no_smtp_auth),
    Row("outgoing", "SPA", "off", "native", _OUTGOING_LOGIN),
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
    Row(
        "outgoing",
        "AuthRequired",
        "on or unsaid",
        "native",
        _OUTGOING_LOGIN,
        note="A server that offers no AUTH is sent mail to without it (smtpmail.el).",
    ),
    Row("outgoing", "UsePOPAuth", "no login to SMTP", "native", _NO_LOGIN, cases.no_smtp_auth),
    Row(
        "outgoing",
        "UsePOPAuth",
        "on, or the same login within one domain",
        "native",
        ":same-secret t",
        cases.same_secret,
        note="The incoming password is taken where none is known for the SMTP server.",
    ),
    Row("outgoing", "UsePOPAuth", "off", "native", "no :same-secret"),
    Row(
        "outgoing",
        "SMTPLast",
        "on, POP3 account",
        "native",
        ":pop-first t",
        cases.pop_first,
        note="Logs in to POP3 before each sending, beside SMTP AUTH where that is on; a login that fails stops the "
        "sending, and the mail stays in its buffer.",
    ),
    *rows.smtp_last_without_effect(
        "no :pop-first", "There is no POP3 login to make on an IMAP account", "Set incoming: pop3."
    ),
    Row(
        "account",
        "DisplayName",
        "any",
        "approximated",
        "{name_setting}",
        note="Taken, with the address, where the person has said neither; of several accounts, the first.",
    ),
    *rows.lifetime("Emacs"),
)

ROWS = rows.proven(
    _TABLE, "Type", "Server", "Port", "Encryption", "LoginName", "AuthRequired", "UsePOPAuth", "SMTPLast", "DisplayName"
)
"""Seen with Emacs 28.2."""

CLIENT = Client(
    name="emacs_gnus",
    title="Emacs: Gnus and message-mode",
    description="A file for each account, loaded from the person's init file or from the system's, and one library.",
    rows=ROWS,
    territory=(
        *(f"{{home}}/{path}" for path in (".emacs.el", ".emacs", ".emacs.d/init.el", ".config/emacs/init.el")),
        "{home}/.config/mailfleet/",
        f"{_SYSTEM}/",
        *(f"{directory}/50mailfleet-*.el" for directory in _SITE_STARTS),
    ),
    render=render,
    options={
        "scope": Option(
            "user",
            "Where it is loaded from. V(user) adds a block to the init file that Emacs loads: C(~/.emacs.el), "
            "C(~/.emacs), C(~/.emacs.d/init.el) or C(~/.config/emacs/init.el). V(system) writes to the directory "
            "C(site-start.d) of Debian or Fedora; each file there acts for the account's user only.",
            choices=("user", "system"),
        ),
    },
    places={
        "incoming_user": lambda account: quoted_string(account.incoming.username),
        "outgoing_user": lambda account: quoted_string(account.outgoing.username),
        "name_setting": lambda account: (
            f":name {quoted_string(account.display_name)}" if account.display_name else "no :name"
        ),
    },
    shares_login=True,
    takes_command=True,
    notes=(
        "Mail whose From is the account's address goes through the account's server, from every mode that sends as "
        "message-mode or smtpmail does. Other mail goes as the person has set it up, and so does mail with a header "
        "``X-Message-SMTP-Method``.",
        "Gnus fetches POP3 into nnml, or whatever mail back end the person has, and leaves the mail on the server; an "
        "IMAP account becomes a secondary select method. A mail source or server of the same host and login that the "
        "person has set up already stays as it is.",
        "Towards the servers of an account the connection is as the account says, whatever asks for it. A certificate "
        "that is not right is an error there, not a question: install the authority that signed it on the system.",
        "No file holds a password. Emacs looks in its auth-sources, such as ``~/.authinfo.gpg`` (with the port as a "
        "number), then runs ``password_command``, then asks.",
    ),
)
