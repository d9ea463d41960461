# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""NeoMutt, with msmtp and mpop where its configuration calls them."""

from __future__ import annotations

import re
import subprocess
import threading
from pathlib import Path

from ..client import PASSWORD, Account, Client, Session
from ..network import Person
from ..terminal import Terminal
from ..waiting import until

READY = re.compile(r"---NeoMutt: ")
PASSWORD_ASKED = re.compile(r"Password for [^\n]*: *$")
QUESTIONS = re.compile(r"\(r\)eject|\(\[?yes\]?/no\)|\[y/N\]|\[Y/n\]|Press any key|Error in |Password for [^\n]*:")

TLS = {"plain": "tls off", "SSL": "tls on\ntls_starttls off", "STARTTLS": "tls on\ntls_starttls on"}
SCHEMES = {"plain": "pop", "SSL": "pops", "STARTTLS": "pop"}

MUTTRC = """\
set from="{email}"
set use_from=yes
set pop_host="{scheme}://{email}@{pop}:{port}/"
set pop_delete=no
set folder="~"
set spoolfile="~/inbox"
set mbox_type=mbox
set copy=no
set sendmail="{home}/bin/send-{email}"
"""
SEND = """\
#!/bin/sh
{first}
exec msmtp --file="$HOME/.{email}.msmtprc" "$@"
"""
PROGRAM = """\
account default
host {host}
port {port}
{tls}
tls_trust_file system
user {email}
{more}
"""


class MuttSession(Session):
    """NeoMutt on a terminal; sending is a second one without a terminal, as scripts do it."""

    def __init__(self, person: Person, logs: Path) -> None:
        self._person = person
        self._logs = logs
        self._terminal = Terminal(person, ["neomutt"], logs / f"{person.name}.log")
        self._sending: list[threading.Thread] = []
        until(lambda: READY.search(self._terminal.shown()) or self.dialogs(), 10, "NeoMutt starts")
        self._asked_from = 0

    def dialogs(self) -> list[str]:
        return QUESTIONS.findall(self._terminal.shown(getattr(self, "_asked_from", 0)))

    def fetch(self) -> None:
        begun = self._terminal.length()
        self._terminal.type("G")
        # NeoMutt keeps no passwords: a person types it, and only then is it asked for.
        self._asked_from = self._terminal.length()

        def asked() -> bool:
            text = self._terminal.shown(begun)
            return bool(QUESTIONS.search(text) or re.search(r"new messages?|rror|closed|annot|ailed", text))

        until(asked, 15, "NeoMutt fetches or asks")
        if PASSWORD_ASKED.search(self._terminal.shown(begun)):
            self._terminal.type(PASSWORD + "\n")
            self._asked_from = self._terminal.length()

    def has(self, subject: str) -> bool:
        found = subprocess.run(
            ["grep", "-rlIs", f"^Subject: {subject}$", str(self._person.home)], check=False, capture_output=True
        )
        return found.returncode == 0

    def send(self, account: Account, subject: str) -> None:
        command = ["neomutt", "-s", subject, "-e", f'set from="{account.email}"', "somebody@elsewhere.example"]
        done = self._person.run(command, input="A line.\n", seconds=40)
        with (self._logs / f"{self._person.name}.log").open("a", encoding="utf-8") as log:
            log.write(f"\n[sending ended with {done.returncode}: {done.stdout}]\n")

    def stop(self) -> None:
        self._terminal.type("x")
        until(lambda: self._terminal.program.poll() is not None, 10, "NeoMutt exits")
        self._terminal.close()

    def kill(self) -> None:
        self._terminal.close()


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


class Mutt(Client):
    """NeoMutt."""

    name = "mutt"
    title = "NeoMutt, msmtp, mpop"
    packages = ("mpop", "msmtp", "neomutt")

    def make_by_hand(self, person: Person, account: Account) -> None:
        pop, smtp = account.situation.pop, account.situation.smtp
        email, auth = account.email, account.situation.auth_required
        first = f'mpop --file="$HOME/.{email}.mpoprc" --auth-only --quiet </dev/null || exit 75'
        person.write(f"bin/send-{email}", SEND.format(email=email, first=first if account.situation.smtp_last else ""))
        (person.home / f"bin/send-{email}").chmod(0o755)
        for program, host, more in (
            ("mpop", pop, 'delivery mbox "/dev/null"\nauth user'),
            ("msmtp", smtp, f"from {email}\nauth {'on' if auth and not smtp.name.startswith('first') else 'off'}"),
        ):
            text = PROGRAM.format(host=host.name, port=host.port, tls=TLS[host.security], email=email, more=more)
            person.write(f".{email}.{program}rc", text)
        muttrc = MUTTRC.format(email=email, pop=pop.name, port=pop.port, scheme=SCHEMES[pop.security], home=person.home)
        if pop.security == "plain":
            muttrc += "set ssl_force_tls=no\nset ssl_starttls=no\n"
        if not (person.home / "inbox").exists():
            person.write("inbox", "")
        path = person.home / ".muttrc"
        person.write(".muttrc", (path.read_text(encoding="utf-8") if path.exists() else "") + muttrc)

    def seed_password(self, person: Person, account: Account) -> None:
        path = person.home / ".netrc"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        hosts = {account.situation.pop.name, account.situation.smtp.name}
        lines = [f"machine {host} login {account.email} password {PASSWORD}\n" for host in sorted(hosts)]
        person.write(".netrc", text + "".join(lines))

    def start(self, person: Person, logs: Path) -> Session:
        return MuttSession(person, logs)

    def accounts(self, person: Person) -> list[str]:
        found = re.findall(r"\bfrom\s*=\s*[\"']?([^\s\"';]+@[^\s\"';]+)", _configuration(person))
        return list(dict.fromkeys(found))


CLIENT = Mutt()
