# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Accounts in; a muttrc for each, the line that sources it, and the settings of msmtp and mpop, out.

A muttrc is read word by word (mutt_extract_token() in init.c), what a hook says again when it runs, and a pattern
once more when it is used: quoting() makes one word of any text, and is applied once for each reading.
Mutt's variables are global, so a hook for one account changes them for all until another hook changes them back:
no password is ever put into one of them ($imap_pass would go to the next server too).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..settings.account import MailAccount
from ..wording import quoted
from . import cases, msmtp_rows, pop_first, rows
from .client import Client, Option, Rendering, Row
from .files import BlockFile, File, Place, WholeFile

SCHEMES = {
    ("pop3", "plain"): "pop",
    ("pop3", "STARTTLS"): "pop",
    ("pop3", "SSL"): "pops",
    ("imap", "plain"): "imap",
    ("imap", "STARTTLS"): "imap",
    ("imap", "SSL"): "imaps",
}

_NEOMUTT = (
    ".config/neomutt/neomuttrc",
    ".config/neomutt/muttrc",
    ".config/mutt/neomuttrc",
    ".config/mutt/muttrc",
    ".neomutt/neomuttrc",
    ".neomutt/muttrc",
    ".mutt/neomuttrc",
    ".mutt/muttrc",
    ".neomuttrc",
    ".muttrc",
)
"""The person's file is the first of these that is there (find_cfg() in NeoMutt's init.c)."""

_FILES = {
    "auto": (*_NEOMUTT, ".muttrc"),
    "neomutt": (*_NEOMUTT, ".neomuttrc"),
    "mutt": (".muttrc", ".mutt/muttrc", ".config/mutt/muttrc", ".muttrc"),
}
"""The same for each value of option ``program``, and at the end the one to make where none is there."""

_LONGEST = 127
"""Bytes in a login or host name (``struct Account``, account.h of Mutt, connaccount.h of NeoMutt)."""

_NOT_IN_IMAP = '\\"#?<>|^`{}'
"""NeoMutt decodes the login of an IMAP URL, writes these as they are and refuses the result (seen with 20220429)."""

_RESTORE = "~/.config/mailfleet/mutt-restore.muttrc"

_ALL = """set my_mailfleet_restore="/dev/null"
send2-hook . 'source $my_mailfleet_restore'
"""
"""What all accounts need, before the hooks of the first: hooks run in the order in which they were made."""

_FROM = """setenv MAILFLEET_NOW $from
setenv MAILFLEET_OWN {own}
set from="`printf %s "${{MAILFLEET_NOW:-$MAILFLEET_OWN}}"`"
unsetenv MAILFLEET_NOW
unsetenv MAILFLEET_OWN
"""


def render(accounts: Sequence[MailAccount], options: Mapping[str, Any]) -> Rendering:
    """Return the files of each account, and for each user what makes Mutt read them."""
    refused = {account.email: reason for account in accounts if (reason := _refusal(account, options)) is not None}
    by_user: dict[str | None, list[MailAccount]] = {}
    for account in accounts:
        if account.email not in refused:
            by_user.setdefault(account.user, []).append(account)
    return Rendering(tuple(file for owned in by_user.values() for file in _files(owned, options)), refused)


def _files(owned: Sequence[MailAccount], options: Mapping[str, Any]) -> list[File]:
    """Return the files for the accounts of one user."""
    home = f"{{home:{owned[0].user}}}"
    emails = tuple(account.email for account in owned)
    files: list[File] = [WholeFile(Place.at(_RESTORE.replace("~", home, 1)), emails, _restore(), mode="0600")]
    hooked = [account for account in owned if account.pop_first]
    if hooked:
        files.append(pop_first.script(hooked))
    blocks = [("", _ALL)]
    for account in owned:
        name = f"{pop_first.name(account)}.muttrc"
        place = Place.at(f"{pop_first.directory(account)}/{name}")
        files.append(WholeFile(place, (account.email,), _include(account), mode="0600"))
        files.append(pop_first.msmtprc(account))
        if account.pop_first:
            files.append(pop_first.mpoprc(account))
        blocks.append((account.email, f'source "~/.config/mailfleet/{name}"\n'))
    *there, otherwise = _FILES[options["program"]]
    # There is always a home.
    candidates = [(f"{home}/{path}", f"{home}/{path}") for path in there] + [(f"{home}/.", f"{home}/{otherwise}")]
    files.append(BlockFile(Place(tuple(candidates)), tuple(blocks)))
    return files


@cache
def _restore() -> str:
    return Path(__file__).with_name("mutt_restore.muttrc").read_text(encoding="utf-8")


def _refusal(account: MailAccount, options: Mapping[str, Any]) -> str | None:
    """Return why Mutt cannot be told of this account, or None."""
    incoming = account.incoming
    for what, value in (("login", incoming.username), ("host name", incoming.hostname)):
        if len(value.encode()) > _LONGEST:
            return (
                f"{account.email}: the {what} {quoted(value)} has {len(value.encode())} bytes, and Mutt cuts it off "
                f"after {_LONGEST}. Correct it by overrides, or use another client for this account."
            )
    odd = [character for character in incoming.username if character in _NOT_IN_IMAP]
    if incoming.type == "imap" and options["program"] != "mutt" and odd:
        return (
            f"{account.email}: the login {quoted(incoming.username)} holds {quoted(odd[0])}, and NeoMutt opens no IMAP "
            "mailbox with that. Say program: mutt if the person uses Mutt, set incoming: pop3, or correct the login by "
            "overrides."
        )
    return pop_first.sending_refusal(account)


def quoting(text: str) -> str:
    """Return ``text`` as one word of a muttrc that stands for nothing else, whatever is in it."""
    if "'" not in text:
        return f"'{text}'"
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return re.sub(r'[\\"$`]', lambda match: f"\\{match[0]}", text)


def expression(text: str) -> str:
    """Return the regular expression for ``text``, as POSIX has it; no address or host name holds a backslash."""
    return re.sub(r"[.*+?{}()|$\[\]]", lambda match: f"[{match[0]}]", text).replace("^", r"\^")


def _include(account: MailAccount) -> str:
    """Return what Mutt reads for one account."""
    lines = ["# Made by mailfleet.autodiscover.", f"alternates {quoting(_own_address(account))}"]
    lines.append(f"mailboxes {quoting(url(account))}")
    if account.incoming.socket_type == "STARTTLS":
        lines.append(f"account-hook {quoting(_own_server(account))} 'set ssl_force_tls=yes'")
    # Only a word in quotes keeps what the pattern's own reading would take for an operator.
    pattern = f'~f "{_escaped(_own_address(account))}"'
    lines.append(f"send2-hook {quoting(pattern)} {quoting(_sending(account))}")
    return "".join(f"{line}\n" for line in lines) + _FROM.format(own=quoting(_own_from(account)))


def _own_address(account: MailAccount) -> str:
    """Return the expression for the address; Mutt ignores case where it holds no capital (mutt_which_case())."""
    email = account.email.lower() if account.email.isascii() else account.email
    return f"^{expression(email)}$"


def _own_server(account: MailAccount) -> str:
    """Return the expression for the URL that Mutt asks account-hooks about; the login in it is written its way."""
    incoming = account.incoming
    scheme = SCHEMES[incoming.type, incoming.socket_type]
    return f"^{scheme}://([^/]*@)?{expression(_host(incoming.hostname))}(:{incoming.port})?(/|$)"


def _host(hostname: str) -> str:
    return f"[{hostname}]" if ":" in hostname else hostname


def url(account: MailAccount) -> str:
    """Return the URL of the account's mailbox; Mutt decodes the login in it (url_pct_decode() in url.c)."""
    incoming = account.incoming
    scheme = SCHEMES[incoming.type, incoming.socket_type]
    path = "/INBOX" if incoming.type == "imap" else ""
    login = quote(incoming.username, safe="")
    return f"{scheme}://{login}@{_host(incoming.hostname)}:{incoming.port}{path}"


def sendmail(account: MailAccount) -> str:
    """Return the command for sending; Mutt splits it at blanks, and the name of the account holds none."""
    name = pop_first.name(account)
    if account.pop_first:
        return f"~/.config/mailfleet/pop-first {name} send"
    return f"msmtp --file=$HOME/.config/mailfleet/{name}.msmtprc"


def _sending(account: MailAccount) -> str:
    # $smtp_url would win over $sendmail.
    return (
        "set my_mailfleet_sendmail=$sendmail; set my_mailfleet_smtp_url=$smtp_url; "
        f'set my_mailfleet_restore="{_RESTORE}"; '
        f'set sendmail="{sendmail(account)}"; unset smtp_url'
    )


def _own_from(account: MailAccount) -> str:
    """Return the address with the name, as in the header From (RFC 5322, quoted-string)."""
    if not account.display_name:
        return account.email
    name = re.sub(r'[\\"]', lambda match: f"\\{match[0]}", account.display_name)
    return f'"{name}" <{account.email}>'


_MAILBOX = "mailboxes {incoming_url}"


def _delivered(element: str, *proven: str) -> tuple[Row, ...]:
    """Return the rows of an element that msmtp gets; ``proven`` names cases that were seen with both programs."""
    native = msmtp_rows.native(element)
    if element in ("Server", "Port"):
        native = rows.proven(native, element)
    return (*msmtp_rows.hooked(element, "Mutt", *proven), *native)


ROWS = (
    Row("incoming", "Type", "POP3", "native", _MAILBOX, cases.is_pop3, proof="client"),
    Row("incoming", "Type", "IMAP", "native", _MAILBOX, proof="client"),
    Row("incoming", "Server", "any", "native", _MAILBOX, proof="client"),
    Row("incoming", "Port", "any", "native", _MAILBOX, proof="client"),
    Row(
        "incoming",
        "Encryption",
        "plain",
        "impossible",
        _MAILBOX,
        cases.incoming_is("plain"),
        note="Mutt fetches without TLS only where it may do so from every server (ssl_force_tls), and that would "
        "weaken the person's other accounts.",
        refuses=True,
    ),
    Row("incoming", "Encryption", "SSL", "native", _MAILBOX, cases.incoming_is("SSL"), proof="client"),
    Row(
        "incoming",
        "Encryption",
        "STARTTLS",
        "native",
        f"{_MAILBOX}; account-hook: set ssl_force_tls=yes",
        proof="client",
    ),
    Row("incoming", "LoginName", "any", "native", _MAILBOX, proof="client"),
    Row("incoming", "DomainName", "any", "native", _MAILBOX, note=rows.PART_OF_THE_LOGIN),
    *rows.spa_as_password("incoming", "Mutt", _MAILBOX),
    Row("incoming", "SPA", "off", "native", _MAILBOX),
    Row(
        "outgoing",
        "Type",
        msmtp_rows.POP_FIRST,
        "hook",
        "send2-hook: set sendmail={sendmail}",
        cases.pop_first,
        msmtp_rows.by_msmtp("Mutt"),
        proof="client",
        needs=("msmtp",),
    ),
    Row("outgoing", "Type", "SMTP", "native", "send2-hook: set sendmail={sendmail}", proof="client"),
    *(row for element in ("Server", "Port") for row in _delivered(element, msmtp_rows.POP_FIRST)),
    *(row for element in ("Encryption", "LoginName", "DomainName", "SPA") for row in _delivered(element)),
    *_delivered("AuthRequired", msmtp_rows.MUST_CHOOSE),
    *_delivered("UsePOPAuth"),
    Row(
        "outgoing",
        "SMTPLast",
        "on, POP3 account",
        "hook",
        "send2-hook: set sendmail={sendmail}",
        cases.pop_first,
        note="A script logs in to POP3 with mpop before each sending, and sends nothing where that fails.",
        proof="client",
        needs=pop_first.SEND_NEEDS,
    ),
    *rows.smtp_last_without_effect(
        "send2-hook: set sendmail={sendmail}",
        "There is no POP3 server to log in to on an IMAP account",
        "Set incoming: pop3.",
    ),
    Row(
        "account",
        "DisplayName",
        "any",
        "approximated",
        "from={own_from}",
        note="Taken, with the address, where the person has not set from; of several accounts, the first.",
        proof="client",
    ),
    *rows.lifetime("Mutt"),
)
"""Seen with Mutt 2.2.12 and NeoMutt 20220429."""

CLIENT = Client(
    name="mutt",
    title="Mutt and NeoMutt",
    description="A muttrc for each account, sourced by the person's own, and the settings of msmtp, which sends.",
    rows=ROWS,
    territory=(*(f"{{home}}/{path}" for paths in _FILES.values() for path in paths), pop_first.TERRITORY),
    render=render,
    options={
        "program": Option(
            "auto",
            "Whose file gets the lines that source the accounts. V(auto) takes the one that NeoMutt reads, which is "
            "Mutt's where NeoMutt has none of its own; without any, C(~/.muttrc), which both read. V(neomutt) is "
            "the same, and without any C(~/.neomuttrc). V(mutt) takes C(~/.muttrc), C(~/.mutt/muttrc) or "
            "C(~/.config/mutt/muttrc).",
            choices=("auto", "mutt", "neomutt"),
        ),
    },
    places={
        **msmtp_rows.PLACES,
        "incoming_url": url,
        "own_from": _own_from,
        "sendmail": sendmail,
    },
    takes_command=True,
    notes=(
        "Mail whose From is the account's address goes through the account's server, in batch mode too. Other mail "
        "goes as the person has set it up in ``sendmail`` or ``smtp_url``, which are put back before it; hooks of the "
        "person's own for them go on working.",
        "Each program reads one file. Where a person uses both and each has a file of its own, the accounts are in "
        "NeoMutt's; say ``program: mutt`` for the other. A file named by ``XDG_CONFIG_HOME``, by the version of Mutt "
        "(``~/.muttrc-2.2.12``) or on the command line is not found: copy the lines of ours there.",
        "The mailbox is among ``mailboxes``: open it with ``c`` and its name. On a POP3 server mail stays unless the "
        "person deletes it there. Nothing is set for ``spoolfile``, ``folder`` or ``pop_host``.",
        "Mutt asks for the password of the mailbox. ``password_command`` is for mpop and msmtp alone: ``imap_pass`` "
        "and ``pop_pass`` would be sent to whatever server the person opens next. mpop and msmtp also look in "
        "``~/.netrc`` and the secret service.",
        "An address that holds ``%U``, ``%H``, ``%C``, ``%M`` or ``%F`` is refused: msmtp puts names of the user and "
        "the machine in their place, and cannot be told not to.",
        "A mailbox with STARTTLS sets ``ssl_force_tls``, which stays on for the rest of the session. A person with "
        "another server that has no TLS at all says so in an ``account-hook`` for that server.",
        "When the POP3 login before sending fails, nothing is sent, and the mail stays in the compose menu: the "
        "program says ``child exited 75 (Deferred.)``, and Mutt shows the reason below it.",
    ),
)
