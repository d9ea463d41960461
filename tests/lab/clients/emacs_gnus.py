# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gnus and message-mode: each action is a start of Emacs that loads the person's init file, without a terminal."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from ..client import Account, Client, Flip, Session
from ..network import Person

QUESTIONS = re.compile(
    r"^.*(?:Error reading from stdin|\(y or n\)|\(yes or no\)|Error in init file|Warning \(|Password).*", re.MULTILINE
)
"""Without a terminal a question is shown, and then ends Emacs because nobody answers."""

READY = '(princ "ready")'
FETCH = "(progn (gnus) (gnus-group-exit))"
SEND = """\
(progn
  (message-mail "somebody@elsewhere.example" "{subject}" '((From . "{email}")))
  (message-goto-body)
  (insert "A line.\\n")
  (message-send))
"""
ACCOUNTS = """\
(progn
  (require 'gnus-start)
  (gnus-read-init-file)
  (dolist (source mail-sources)
    (when (eq (car source) 'pop) (princ (format "account %s\\n" (plist-get (cdr source) :user))))))
"""
"""What Gnus would fetch from: the logins of all accounts here are their addresses."""

DIRECTORY = ".config/mailfleet/emacs"
LIBRARY = "mailfleet-accounts.el"

STREAMS = {"plain": "plain", "SSL": "ssl", "STARTTLS": "starttls"}

BY_HAND = """\
(setq user-mail-address "{email}" user-full-name "Myself")
(setq mail-sources '((pop :server "{pop}" :port {pop_port} :user "{email}" :stream {pop_security} :leave t)))
(setq gnus-select-method '(nnml ""))
(setq send-mail-function 'smtpmail-send-it smtpmail-smtp-server "{smtp}" smtpmail-smtp-service {smtp_port}
      smtpmail-stream-type '{smtp_security})
"""


class EmacsSession(Session):
    """What the last Emacs printed."""

    def __init__(self, person: Person, log: Path) -> None:
        self._person = person
        self._log = log
        self._printed = ""
        printed = self._run(READY)
        assert self.dialogs() or printed.endswith("ready"), f"Emacs does not load its init file: {printed}"

    def dialogs(self) -> list[str]:
        return QUESTIONS.findall(self._printed)

    def fetch(self) -> None:
        self._run(FETCH)

    def has(self, subject: str) -> bool:
        found = subprocess.run(
            ["grep", "-rls", f"^Subject: {subject}$", str(self._person.home / "Mail")], check=False, capture_output=True
        )
        return found.returncode == 0

    def send(self, account: Account, subject: str) -> None:
        self._run(SEND.format(email=account.email, subject=subject))

    def stop(self) -> None:
        pass

    def kill(self) -> None:
        pass

    def _run(self, lisp: str) -> str:
        self._printed = _emacs(self._person, lisp)
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"{lisp}\n{self._printed}\n")
        return self._printed


def _emacs(person: Person, lisp: str) -> str:
    # --batch alone leaves the init file out; with a user it is that user's.
    return person.run(["emacs", "--batch", "--user", person.name, "--eval", lisp], seconds=60).stdout


def _changed(old: str, new: str) -> Callable[[Person, Account], None]:
    """Return what puts ``new`` in the place of each ``old`` in the account's file."""
    return lambda person, account: _replace(person, f"{account.email}.el", old, new)


def _unchecked(person: Person, account: Account) -> None:  # noqa: ARG001
    """Switch off that Emacs checks certificates, and that it asks about them."""
    _replace(person, LIBRARY, "(gnutls-verify-error t)", "(gnutls-verify-error nil)")
    _replace(person, LIBRARY, "network-security-level 'medium", "network-security-level 'low")


def _replace(person: Person, name: str, old: str, new: str) -> None:
    text = (person.home / DIRECTORY / name).read_text(encoding="utf-8")
    assert old in text, f"{name} has no {old}"
    person.write(f"{DIRECTORY}/{name}", text.replace(old, new))


PLAIN = _changed(":security starttls", ":security plain")


class EmacsGnus(Client):
    """Emacs."""

    name = "emacs_gnus"
    title = "Emacs: Gnus and message-mode"
    packages = ("emacs-nox",)
    flips = (
        Flip("no :pop-first", "pure", _changed(":pop-first t", ""), {"sends", "sends again"}),
        Flip("no :pop-first", "both", _changed(":pop-first t", ""), {"sends"}),
        Flip("no :same-secret", "both", _changed(":same-secret t", ""), {"sends"}),
        Flip("no :same-secret", "auth", _changed(":same-secret t", ""), {"sends"}),
        Flip(":security plain", "stripped-pop", PLAIN, {"keeps the password"}),
        Flip(":security plain", "stripped-smtp", PLAIN, {"keeps the password"}),
        Flip("certificates unchecked", "misnamed-pop", _unchecked, {"keeps the password"}),
        Flip("certificates unchecked", "misnamed-smtp", _unchecked, {"keeps the password"}),
    )

    def make_by_hand(self, person: Person, account: Account) -> None:
        person.write(".emacs", account.fill(BY_HAND, STREAMS))

    def seed_password(self, person: Person, account: Account) -> None:
        path = person.home / ".authinfo"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        pop = account.situation.pop
        begin = f"machine {pop.name} port {pop.port} login {account.email} password "
        others = [line for line in text.splitlines(keepends=True) if not line.startswith(begin)]
        person.write(".authinfo", "".join([*others, f"{begin}{account.password}\n"]))

    def start(self, person: Person, logs: Path) -> Session:
        return EmacsSession(person, logs / f"{person.name}.log")

    def accounts(self, person: Person) -> list[str]:
        return re.findall(r"^account (.*)$", _emacs(person, ACCOUNTS), re.MULTILINE)


CLIENT = EmacsGnus()
