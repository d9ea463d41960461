# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person's ``accountrc`` in, as Claws Mail and Sylpheed keep it; its accounts, or the file with a change, out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from .answers import Situation
from .network import Person

SECURITY = {"plain": "0", "SSL": "1", "STARTTLS": "2"}

FOLDERS = ("inbox", "sent", "draft", "queue", "trash")


@dataclass(frozen=True, slots=True)
class AccountFile:
    """The file, and the folders beside it."""

    person: Person
    directory: str

    @property
    def text(self) -> str:
        """What is in it."""
        path = self.person.home / self.directory / "accountrc"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def write(self, text: str) -> None:
        """Put something else into it."""
        self.person.write(f"{self.directory}/accountrc", text)

    def sections(self) -> dict[str, str]:
        """Return the keys of each account by its number."""
        return dict(re.findall(r"^\[Account: (\d+)\]\n(.*?)(?=^\[|\Z)", self.text, re.MULTILINE | re.DOTALL))

    def addresses(self) -> list[str]:
        """Return the addresses of the accounts."""
        return re.findall(r"^address=(.*)$", "".join(self.sections().values()), re.MULTILINE)

    def number(self, email: str) -> str:
        """Return the number of the account with this address."""
        found = [number for number, keys in self.sections().items() if f"\naddress={email}\n" in "\n" + keys]
        assert len(found) == 1, f"{len(found)} accounts of {email} in {self.directory}/accountrc"
        return found[0]

    def set(self, email: str, key: str, value: str) -> None:
        """Set one key of the account with this address."""
        head = f"[Account: {self.number(email)}]\n"
        before, _head, rest = self.text.partition(head)
        keys, mark, after = rest.partition("\n[")
        keys = re.sub(rf"^{key}=.*\n?", "", keys, flags=re.MULTILINE)
        self.write(f"{before}{head}{key}={value}\n{keys}{mark}{after}")

    def add(self, email: str, situation: Situation, more: Mapping[str, str]) -> None:
        """Add an account as a person makes one in the client: its keys, its folder list and its folders."""
        number = len(self.sections()) + 1
        keys = {
            "account_name": f"what I called {email}",
            "is_default": "1" if number == 1 else "0",
            "name": "Myself",
            "address": email,
            "protocol": "0",
            "receive_server": situation.pop.name,
            "set_popport": "1",
            "pop_port": str(situation.pop.port),
            "ssl_pop": SECURITY[situation.pop.security],
            "user_id": email,
            "remove_mail": "0",
            "inbox": "#mh/Mailbox/inbox",
            "smtp_server": situation.smtp.name,
            "set_smtpport": "1",
            "smtp_port": str(situation.smtp.port),
            "ssl_smtp": SECURITY[situation.smtp.security],
            "use_smtp_auth": "1" if situation.auth_required else "0",
            "pop_before_smtp": "1" if situation.smtp_last else "0",
            **more,
        }
        self.write(f"{self.text}[Account: {number}]\n" + "".join(f"{key}={value}\n" for key, value in keys.items()))
        types = {"inbox": "inbox", "sent": "outbox", "draft": "draft", "queue": "queue", "trash": "trash"}
        items = "".join(f'<folderitem type="{types[name]}" name="{name}" path="{name}" />\n' for name in FOLDERS)
        self.person.write(
            f"{self.directory}/folderlist.xml",
            '<?xml version="1.0" encoding="UTF-8"?>\n<folderlist>\n<folder type="mh" name="Mailbox" path="Mail">\n'
            f"{items}</folder>\n</folderlist>\n",
        )
        for name in FOLDERS:
            self.person.write(f"Mail/{name}/.mh_sequences", "")

    def listed(self) -> list[str]:
        """Return the numbers of accounts that the list of folders has."""
        text = (self.person.home / self.directory / "folderlist.xml").read_text(encoding="utf-8")
        return re.findall(r' account_id="(\d+)"', text)

    def renumber(self, email: str, number: str) -> None:
        """Give the account with this address another number."""
        self.write(self.text.replace(f"[Account: {self.number(email)}]\n", f"[Account: {number}]\n"))

    def trees(self, email: str) -> list[str]:
        """Return the names of the folder trees that the list of folders has for the number of this account."""
        path = self.person.home / self.directory / "folderlist.xml"
        if not path.exists():
            return []
        number = self.number(email)
        folders = ElementTree.fromstring(path.read_bytes()).findall("folder")
        return [folder.get("name", "") for folder in folders if folder.get("account_id") == number]

    def has_mail(self, subject: str) -> bool:
        """Return whether a message with this subject is in the inbox."""
        return any(
            f"Subject: {subject}\n" in path.read_text(errors="replace")
            for path in (self.person.home / "Mail/inbox").glob("[0-9]*")
        )

    def queue(self, message: str) -> None:
        """Put a message into the folder of those that wait for sending."""
        used = [int(path.name) for path in (self.person.home / "Mail/queue").glob("[0-9]*")]
        self.person.write(f"Mail/queue/{max(used, default=0) + 1}", message)
