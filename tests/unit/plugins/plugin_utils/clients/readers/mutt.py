# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Mutt does with its files: a reading of muttrc as in the manual, Syntax of Initialization Files.

In single quotes nothing is special. Elsewhere a backslash takes what is special from the next character, a dollar
sign and a name stand for a variable, backticks for what a command prints; both count between double quotes too.
"""

from __future__ import annotations

import re
import subprocess
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from ..msmtprc import msmtprc
from ..reading import Files, Read

HOME = "/home/person"
_OPERATORS = "~%=!|"
_SECURITY = {"pop": "plain", "imap": "plain", "pops": "SSL", "imaps": "SSL"}


class Mutt:
    """A Mutt that has read a person's own muttrc, then our blocks and what they source."""

    def __init__(self, files: Files, **variables: str) -> None:
        """Read the blocks of one user."""
        self.contents = {file["path"]: file["content"] for file in files if "content" in file}
        self.variables = {"sendmail": "/usr/sbin/sendmail -oem -oi", "smtp_url": "", "from": "", **variables}
        self.environment = {"HOME": HOME}
        self.alternates: list[str] = []
        self.mailboxes: list[str] = []
        self.account_hooks: list[tuple[str, str]] = []
        self.send_hooks: list[tuple[str, str]] = []
        ((block_file),) = (file for file in files if "blocks" in file)
        self.home = block_file["candidates"][0]["path"].partition("}")[0] + "}"
        for block in block_file["blocks"]:
            for line in block["text"].splitlines():
                self.run(line)

    def compose(self, sender: str) -> None:
        """Run the hooks before mail from ``sender`` is sent."""
        for pattern, command in self.send_hooks:
            if self._matches(pattern, sender):
                self.run(command)

    def connect(self, url: str) -> None:
        """Run the hooks before a connection is made."""
        for expression, command in self.account_hooks:
            if re.search(expression, url):
                self.run(command)

    def run(self, line: str) -> None:
        """Carry out a line of commands."""
        for name, *words in self._commands(line):
            getattr(self, f"_{name.replace('-', '_')}")(*words)

    def _commands(self, line: str) -> list[list[str]]:
        commands: list[list[str]] = [[]]
        place = 0
        while True:
            while place < len(line) and line[place] in " \t":
                place += 1
            if place == len(line) or line[place] == "#":
                return [command for command in commands if command]
            if line[place] == ";":
                commands.append([])
                place += 1
                continue
            word, place = self.word(line, place)
            commands[-1].append(word)

    def word(self, text: str, place: int, ends: str = " \t;#") -> tuple[str, int]:
        """Return a word, and where it ends."""
        found, inside = "", ""
        while place < len(text) and (inside or text[place] not in ends):
            character = text[place]
            place += 1
            if character == inside:
                inside = ""
            elif inside == "'":
                found += character
            elif not inside and character in "'\"":
                inside = character
            elif character == "\\":
                # Letters and digits after a backslash are characters of control.
                assert not text[place].isalnum()
                found += text[place]
                place += 1
            elif character == "`":
                end = text.index("`", place)
                assert inside == '"', "what it prints would be read as commands"
                found += _printed(text[place:end], tuple(sorted(self.environment.items())))
                place = end + 1
            elif character == "$" and (match := re.compile(r"\w+", re.ASCII).match(text, place)):
                # $from and the rest before the environment.
                value = self.variables.get(match[0], self.environment.get(match[0]))
                # NeoMutt leaves the name of one that is not there, Mutt leaves nothing.
                assert value is not None, match[0]
                found += value
                place = match.end()
            else:
                assert not (character == "$" and text[place : place + 1] == "{")
                found += character
        assert not inside, "quotes that do not end"
        return found, place

    def _matches(self, pattern: str, sender: str) -> bool:
        if pattern == ".":
            return True
        operator, expression = pattern[:3], pattern[3:]
        assert operator == "~f "
        word, end = self.word(expression, 0, f" \t;#{_OPERATORS}")
        assert end == len(expression), "another part of the pattern"
        insensitive = word == word.lower()
        return re.search(word, sender, re.IGNORECASE if insensitive else 0) is not None

    def _set(self, *words: str) -> None:
        for word in words:
            name, equals, value = word.partition("=")
            assert equals and (name.startswith("my_mailfleet_") or name in {*self.variables, "ssl_force_tls"})
            self.variables[name] = value

    def _unset(self, name: str) -> None:
        assert name == "smtp_url"
        self.variables[name] = ""

    def _setenv(self, name: str, value: str) -> None:
        self.environment[name] = value

    def _unsetenv(self, name: str) -> None:
        del self.environment[name]

    def _alternates(self, expression: str) -> None:
        self.alternates.append(expression)

    def _mailboxes(self, mailbox: str) -> None:
        self.mailboxes.append(mailbox)

    def _account_hook(self, expression: str, command: str) -> None:
        self.account_hooks.append((expression, command))

    def _send2_hook(self, pattern: str, command: str) -> None:
        self.send_hooks.append((pattern, command))

    def _source(self, path: str) -> None:
        if path != "/dev/null":
            assert not path.endswith("|")
            for line in self.contents[path.replace("~", self.home, 1)].splitlines():
                self.run(line)


@cache
def _printed(command: str, environment: tuple[tuple[str, str], ...]) -> str:
    done = subprocess.run(["/bin/sh", "-c", command], env=dict(environment), capture_output=True, check=True)
    return done.stdout.decode()


def users(files: Files) -> list[Files]:
    """Return the files of each user, those that belong to one account among them."""
    found: dict[str, Files] = {}
    for file in files:
        path = file["path"] if "path" in file else file["candidates"][0]["path"]
        assert path.startswith("{home:")
        found.setdefault(path.partition("/")[0], []).append(file)
    return list(found.values())


def read(files: Files) -> list[Read]:
    """Return what a Mutt of each user does for each account."""
    return [_read(owned, email) for owned in users(files) for email in _emails(owned)]


def has(files: Files, setting: str, side: str) -> bool:
    """Tell whether Mutt comes to have this setting, or msmtp has these lines."""
    if setting.startswith("msmtprc: "):
        ((text),) = (file["content"] for file in files if file.get("path", "").endswith(".msmtprc"))
        return set(setting.removeprefix("msmtprc: ").split("; ")) <= set(text.splitlines())
    mutt = Mutt(files)
    if setting.startswith("from="):
        return mutt.variables["from"] == setting.removeprefix("from=")
    if setting.startswith("send2-hook: set sendmail="):
        mutt.compose(_emails(files)[0])
        return mutt.variables["sendmail"] == setting.removeprefix("send2-hook: set sendmail=").replace("$HOME", HOME)
    mailbox, _semicolon, hook = setting.partition("; ")
    if mailbox:
        assert mailbox.startswith("mailboxes ")
        if mutt.mailboxes != [mailbox.removeprefix("mailboxes ")]:
            return False
    assert hook in ("", "account-hook: set ssl_force_tls=yes")
    return not hook or _forced(mutt, mutt.mailboxes[0])


def _emails(files: Files) -> list[str]:
    ((block_file),) = (file for file in files if "blocks" in file)
    return [block["account"] for block in block_file["blocks"] if block["account"]]


def _forced(mutt: Mutt, mailbox: str) -> bool:
    mutt.variables.pop("ssl_force_tls", None)
    mutt.connect(mailbox)
    return mutt.variables.get("ssl_force_tls") == "yes"


def _read(files: Files, email: str) -> Read:
    mutt = Mutt(files, smtp_url="smtp://other")
    before = dict(mutt.variables)
    mutt.compose("somebody@else.example")
    assert mutt.variables == before, "mail of other accounts goes another way"
    mutt.compose(email)
    assert mutt.variables["smtp_url"] == ""
    program, *words = mutt.variables["sendmail"].split()
    hooked = program == "~/.config/mailfleet/pop-first"
    if hooked:
        (name, send) = words
        assert send == "send"
        script = next(file for file in files if file.get("path") == program.replace("~", mutt.home, 1))
        assert script["content"].startswith("#!/bin/sh\n") and int(script["mode"], 8) & 0o100
        assert "auth" in mutt.contents[f"{mutt.home}/.config/mailfleet/{name}.mpoprc"]
        settings = f"{mutt.home}/.config/mailfleet/{name}.msmtprc"
    else:
        assert program == "msmtp"
        (word,) = words
        settings = word.removeprefix("--file=").replace(HOME, mutt.home, 1)
    sending = msmtprc(mutt.contents[settings])
    mutt.compose("somebody@else.example")
    assert {**mutt.variables, **before} == mutt.variables, "what the person had is not put back"
    mailbox, place = _own(mutt, files, email)
    kind = place.scheme.removesuffix("s")
    assert place.username is not None and place.hostname is not None and place.port is not None
    assert place.path == ("/INBOX" if kind == "imap" else "")
    assert any(re.search(expression, email, re.IGNORECASE) for expression in mutt.alternates)
    return Read(
        email=email,
        incoming_type={"pop": "pop3", "imap": "imap"}[kind],
        incoming_host=place.hostname,
        incoming_port=place.port,
        incoming_security="STARTTLS" if _forced(mutt, mailbox) else _SECURITY[place.scheme],
        incoming_login=unquote(place.username, errors="strict"),
        outgoing_host=sending.host,
        outgoing_port=sending.port,
        outgoing_security=sending.security,
        outgoing_login=sending.login,
        pop_first=hooked,
    )


def _own(mutt: Mutt, files: Files, email: str) -> tuple[str, Any]:
    """Return the mailbox of one account: accounts and mailboxes come in the same order."""
    mailbox = mutt.mailboxes[_emails(files).index(email)]
    return mailbox, urlsplit(mailbox)
