# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lab asks of a mail client. A client is one module in ``clients/`` with a subclass of Client.

The cases (``trial.py``) are written once and know a client only by these methods.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from .answers import Situation
from .authority import Authority
from .network import Person

if TYPE_CHECKING:
    from .trial import Trial

PASSWORD = "lab-pass-7Q"  # what everybody's password is; the servers are on this machine and end with the run
OTHER_PASSWORD = "lab-pass-other-4K"  # that of the accounts that come after others


@dataclass(frozen=True, slots=True)
class Account:
    """A mail account of a person."""

    email: str
    situation: Situation
    password: str = PASSWORD

    def fill(self, template: str, securities: Mapping[str, str], **more: object) -> str:
        """Return a template of an account made by hand, filled in, with the client's words for each security."""
        pop, smtp = self.situation.pop, self.situation.smtp
        return template.format(
            email=self.email,
            pop=pop.name,
            pop_port=pop.port,
            pop_security=securities[pop.security],
            smtp=smtp.name,
            smtp_port=smtp.port,
            smtp_security=securities[smtp.security],
            **more,
        )


@dataclass(frozen=True, slots=True)
class Flip:
    """A wrong setting that is put into what was provisioned, and the cases that must fail for it, and no others."""

    name: str
    situation: str
    apply: Callable[[Person, Account], None]
    red: Set[str]


@dataclass(frozen=True, slots=True)
class Extra:
    """A case of one client alone, with a person of its own in this situation."""

    name: str
    situation: str
    action: Callable[[Trial], None]


class Session(ABC):
    """A running client."""

    @abstractmethod
    def dialogs(self) -> list[str]:
        """Return the titles of windows, or questions, that nobody asked for."""

    @abstractmethod
    def fetch(self) -> None:
        """Have mail fetched. May return before it is there."""

    @abstractmethod
    def has(self, subject: str) -> bool:
        """Return whether a message with this subject is in the person's mail."""

    @abstractmethod
    def send(self, account: Account, subject: str) -> None:
        """Have a message sent. May return before it is; the servers know what became of it."""

    @abstractmethod
    def stop(self) -> None:
        """End it as a person does, so that it writes its files, and wait for its end."""

    @abstractmethod
    def kill(self) -> None:
        """End it at once, whatever it shows."""


class Client(ABC):
    """A mail client of the lab."""

    name: ClassVar[str]
    """As in the role's ``clients``."""
    title: ClassVar[str]
    packages: ClassVar[Sequence[str]]
    options: ClassVar[dict[str, Any]] = {}
    """``client_options`` for the role."""
    password_command: ClassVar[str | None] = None
    """``password_command`` of each account; may hold ``{email}``."""
    keeps_tree: ClassVar[bool] = False
    """Whether it keeps the folders of an account in a file of its own, by the account's number."""
    lacks: ClassVar[Mapping[str, str]] = {}
    """Situations that the client cannot cope with, and that the collection refuses for it, with the reason."""
    nightly: ClassVar[bool] = False
    """Whether it is so slow, or so large, that it is tried only when it is asked for by name."""
    extras: ClassVar[Sequence[Extra]] = ()
    flips: ClassVar[Sequence[Flip]] = ()

    def prepare(self, authority: Authority, logins: Sequence[str]) -> None:  # noqa: B027 most need nothing
        """Change what this machine has for all its users, before anything else. OpenSSL trusts the CA already.

        ``logins`` are all that the servers know.
        """

    @abstractmethod
    def make_by_hand(self, person: Person, account: Account) -> None:
        """Write an account into the client's files as if the person had made it in the client."""

    @abstractmethod
    def seed_password(self, person: Person, account: Account) -> None:
        """Put the account's password where the client keeps passwords."""

    @abstractmethod
    def start(self, person: Person, logs: Path) -> Session:
        """Start the client and return when it shows that it is ready, or asks something."""

    @abstractmethod
    def accounts(self, person: Person) -> list[str]:
        """Return the addresses of the accounts that the client has for this person."""

    def trees(self, person: Person, account: Account) -> list[str]:  # noqa: ARG002 most keep none
        """Return the names of the folder trees of this account, of a client that keeps them in a file of their own."""
        return []


def known() -> dict[str, Client]:
    """Return every client of the lab by its name, in the order of names."""
    found: dict[str, Client] = {}
    for path in sorted((Path(__file__).parent / "clients").glob("[a-z]*.py")):
        module = importlib.import_module(f".clients.{path.stem}", __package__)
        client: Client = module.CLIENT
        found[client.name] = client
    return found
