# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""NeoMutt, with msmtp and mpop where its configuration calls them."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote

from .. import hook
from ..client import Account, Client, Flip, Session
from ..network import Person
from ..terminal import Terminal
from ..waiting import until

READY = re.compile(r"---NeoMutt: ")
QUESTION = re.compile(
    r"\(r\)eject|\(\[?yes\]?/no\)|\[y/N\]|\[Y/n\]|Press any key|Error in |Password for [^\n]*: *$", re.MULTILINE
)
PASSWORD_ASKED = re.compile(r"Password for ([^\n]*)@([^\n@]*): *$")

KILL_LINE, REDRAW = "\x15", "\x0c"

SCHEMES = {"plain": "pop", "SSL": "pops", "STARTTLS": "pop"}
MAILBOX = re.compile(r"""^mailboxes\s+["']?(pops?://[^"'\s]+)""", re.MULTILINE)
LOGIN = re.compile(r"""^(?:mailboxes\s+|set pop_host=)["']?pops?://([^"'\s]+)@[^@]*$""", re.MULTILINE)

BY_HAND = """\
set from="{email}"
set pop_host="{pop_security}://{email}@{pop}:{pop_port}/"
set pop_delete=no
set folder="~"
set spoolfile="~/inbox"
set mbox_type=mbox
"""


class MuttSession(Session):
    """NeoMutt on a terminal; sending is a second one without a terminal, as scripts do it."""

    def __init__(self, person: Person, logs: Path) -> None:
        self._person = person
        self._logs = logs
        self._terminal = Terminal(person, ["neomutt"], logs / f"{person.name}.log")
        self._answered = 0
        self._fetched_from = 0
        until(lambda: READY.search(self._terminal.shown()) or self.dialogs(), 10, "NeoMutt starts")

    def dialogs(self) -> list[str]:
        return QUESTION.findall(self._terminal.shown(self._answered))

    def fetch(self) -> None:
        configuration = _configuration(self._person)
        self._fetched_from = self._terminal.length()
        if "set pop_host=" in configuration:
            self._ordered("G")
        for mailbox in MAILBOX.findall(configuration):
            self._ordered(f"c{KILL_LINE}{mailbox}\n")

    def has(self, subject: str) -> bool:
        # What is in a mailbox on the server stands in the list on the terminal.
        if subject in self._terminal.shown(self._fetched_from):
            return True
        inbox = self._person.home / "inbox"
        return inbox.exists() and f"Subject: {subject}\n" in inbox.read_text(errors="replace")

    def send(self, account: Account, subject: str) -> None:  # noqa: ARG002
        command = ["neomutt", "-s", subject, "somebody@elsewhere.example"]
        done = self._person.run(command, input="A line.\n", seconds=40)
        with (self._logs / f"{self._person.name}.log").open("a", encoding="utf-8") as log:
            log.write(f"\n[sending ended with {done.returncode}: {done.stdout}]\n")

    def stop(self) -> None:
        self._terminal.type("x")
        until(lambda: self._terminal.program.poll() is not None, 10, "NeoMutt exits")
        self._terminal.close()

    def kill(self) -> None:
        self._terminal.close()

    def _ordered(self, keys: str) -> None:
        """Type an order, and the password when it is asked for: NeoMutt keeps none, but the person knows it."""
        begun = self._terminal.length()
        self._terminal.type(keys)
        self._done(begun)
        asked = PASSWORD_ASKED.search(self._terminal.shown(begun))
        password = self._known(*asked.groups()) if asked else None
        if password is not None:
            begun = self._answered = self._terminal.length()
            # What was typed for a fresh screen must not become part of it.
            self._terminal.type(f"{KILL_LINE}{password}\n")
            self._done(begun)

    def _known(self, login: str, host: str) -> str | None:
        netrc = self._person.home / ".netrc"
        text = netrc.read_text(encoding="utf-8") if netrc.exists() else ""
        found = re.search(rf"^machine {re.escape(host)} login {re.escape(login)} password (.*)$", text, re.MULTILINE)
        return found[1] if found else None

    def _done(self, begun: int) -> None:
        """Wait until NeoMutt shows its list again, or asks: only a whole screen, asked for, says which."""

        def done() -> bool:
            self._terminal.type(REDRAW)
            time.sleep(0.1)
            text = self._terminal.shown(begun)
            return bool(QUESTION.search(text) or READY.search(text))

        until(done, 15, "NeoMutt fetches or asks")


def _configuration(person: Person) -> str:
    """Return the person's muttrc with the files that it sources."""
    names = (".config/neomutt/neomuttrc", ".neomuttrc", ".config/mutt/muttrc", ".mutt/muttrc", ".muttrc")
    first = next((person.home / name for name in names if (person.home / name).exists()), None)
    todo, text = ([first] if first else []), ""
    while todo:
        path = todo.pop()
        content = path.read_text(encoding="utf-8") if path.exists() else ""
        text += content
        for source in re.findall(r"^\s*source\s+[\"']?([^\"'\n|]+)", content, re.MULTILINE):
            todo.append(Path(source.replace("~", str(person.home), 1)))
    return text


def _without_tls(person: Person, account: Account) -> None:  # noqa: ARG001
    """Let the account do without TLS, which NeoMutt's own default would not."""
    path = next((person.home / hook.DIRECTORY).glob("*@*.muttrc"))
    text = path.read_text(encoding="utf-8")
    assert "set ssl_force_tls=yes" in text, f"{path.name} does not ask for TLS"
    text = text.replace("set ssl_force_tls=yes", "set ssl_force_tls=no")
    person.write(f"{hook.DIRECTORY}/{path.name}", text)


class Mutt(Client):
    """NeoMutt."""

    name = "mutt"
    title = "NeoMutt, msmtp, mpop"
    packages = ("neomutt", *hook.PACKAGES)
    lacks: ClassVar = {"plain": "fetches without TLS only where it may do so from every server"}
    flips = (
        *hook.MPOP_FLIPS,
        *hook.MSMTP_FLIPS,
        Flip("ssl_force_tls=no", "stripped-pop", _without_tls, {"keeps the password"}),
    )

    def make_by_hand(self, person: Person, account: Account) -> None:
        person.write(".muttrc", account.fill(BY_HAND, SCHEMES))
        person.write("inbox", "")

    def seed_password(self, person: Person, account: Account) -> None:
        path = person.home / ".netrc"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        hosts = {account.situation.pop.name, account.situation.smtp.name}
        begins = tuple(f"machine {host} login {account.email} password " for host in sorted(hosts))
        others = [line for line in text.splitlines(keepends=True) if not line.startswith(begins)]
        person.write(".netrc", "".join([*others, *(f"{begin}{account.password}\n" for begin in begins)]))

    def start(self, person: Person, logs: Path) -> Session:
        # Without it NeoMutt asks, whoever wrote its configuration.
        person.write("Mail/sent", "")
        return MuttSession(person, logs)

    def accounts(self, person: Person) -> list[str]:
        # The logins of all accounts here are their addresses.
        return [unquote(login) for login in LOGIN.findall(_configuration(person))]


CLIENT = Mutt()
