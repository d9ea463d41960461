# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines that are directories, and real ansible-playbook runs against them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

NAMESPACE_BASE = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
NAMESPACE_OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"


def protocol(kind: str, **elements: str | int) -> str:
    """Return one Protocol element."""
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in elements.items())
    return f"<Protocol><Type>{kind}</Type>{inner}</Protocol>"


def answer(*protocols: str) -> str:
    """Return an answer with these Protocols."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<Autodiscover xmlns="{NAMESPACE_BASE}">\n'
        f'<Response xmlns="{NAMESPACE_OUTLOOK}"><Account><AccountType>email</AccountType><Action>settings</Action>\n'
        + "\n".join(protocols)
        + "\n</Account></Response></Autodiscover>\n"
    )


POP_FIRST = answer(
    protocol("POP3", Server="pop.example.org", Port=995, LoginName="%EMAILADDRESS%", SPA="off", SSL="on"),
    protocol(
        "SMTP", Server="smtp.example.org", Port=587, SPA="off", Encryption="TLS", AuthRequired="on", SMTPLast="on"
    ),
)
IMAP_ONLY = answer(
    protocol("IMAP", Server="imap.example.net", Port=993, LoginName="%EMAILADDRESS%", SPA="off", SSL="on"),
    protocol("SMTP", Server="smtp.example.net", Port=465, SPA="off", SSL="on", AuthRequired="on", SMTPLast="off"),
)


class Machine:
    """One managed node: a directory with a passwd and homes, reached by a local connection."""

    def __init__(self, root: Path, users: Sequence[str]) -> None:
        self.root = root
        (root / "etc").mkdir(parents=True)
        lines = [f"{user}:x:{os.getuid()}:{os.getgid()}::/home/{user}:/bin/sh\n" for user in users]
        (root / "etc" / "passwd").write_text("".join(lines), encoding="utf-8")
        for user in users:
            (root / "home" / user).mkdir(parents=True)

    def accountrc(self, user: str) -> Path:
        """Return the path of a user's accounts in Claws Mail."""
        return self.root / "home" / user / ".claws-mail" / "accountrc"

    def isp(self, domain: str) -> Path:
        """Return the path of a domain's autoconfig file."""
        return self.root / "usr" / "share" / "thunderbird" / "isp" / f"{domain}.xml"

    def tree(self) -> dict[str, bytes | None]:
        """Return every path under the root with its bytes; directories have None."""
        return {
            str(path.relative_to(self.root)): path.read_bytes() if path.is_file() else None
            for path in sorted(self.root.rglob("*"))
        }


class Ansible:
    """Runs playbooks as a user would."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.number = 0

    def command(self, program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run one of Ansible's programs and return it with what it printed."""
        path = str(Path(sys.executable).with_name(program))
        return subprocess.run(
            [path, *arguments],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd=self.directory,
            env={**os.environ, **environment},
        )

    def tasks(self, *tasks: dict[str, Any], inventory: str = "localhost,") -> list[dict[str, Any]]:
        """Run tasks on this machine and return each one's result, failed ones too; ``printed`` keeps the output."""
        self.number += 1
        results = self.directory / f"results-{self.number}.json"
        names = [task.get("register", f"result_{index}") for index, task in enumerate(tasks)]
        play = {
            "name": "Play",
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "tasks": [
                *(
                    {"name": name, "register": name, "ignore_errors": True, **task}
                    for name, task in zip(names, tasks, strict=True)
                ),
                {
                    "name": "Keep",
                    "ansible.builtin.copy": {
                        "dest": str(results),
                        "mode": "0600",
                        "content": "{{ [" + ", ".join(names) + "] | to_json }}",
                    },
                    "check_mode": False,
                    "diff": False,
                },
            ],
        }
        playbook = self.directory / f"play-{self.number}.yml"
        playbook.write_text(json.dumps([play]), encoding="utf-8")
        done = self.command("ansible-playbook", str(playbook), "-i", inventory)
        self.printed = done.stdout
        assert done.returncode == 0, done.stdout
        kept: list[dict[str, Any]] = json.loads(results.read_text(encoding="utf-8"))
        return kept


class Fleet:
    """Two machines and an inventory."""

    def __init__(self, place: Path, ansible: Ansible) -> None:
        self.ansible = ansible
        self.place = place
        self.hosts: dict[str, dict[str, Any]] = {"desk1": {}, "desk2": {}}
        self.machines = {name: Machine(place / name, ["ada"]) for name in self.hosts}
        account = {"email": "ada@example.org", "user": "ada", "pox": POP_FIRST}
        self.variables: dict[str, Any] = {
            "ansible_connection": "local",
            "mail_client_become": False,
            "mail_client_clients": ["claws_mail"],
            "mail_client_root": f"{place}/{{{{ inventory_hostname }}}}",
            "mail_client_accounts": [account],
        }

    def play(self, name: str, *arguments: str) -> tuple[int, str]:
        """Run a playbook of the collection."""
        playbook = f"mailfleet.autodiscover.{name}"
        done = self.ansible.command("ansible-playbook", playbook, "-i", self.inventory(), *arguments)
        return done.returncode, done.stdout

    def inventory(self) -> str:
        """Write the inventory and return its path."""
        inventory = {"all": {"hosts": self.hosts, "vars": self.variables}}
        path = self.ansible.directory / "inventory.json"
        path.write_text(json.dumps(inventory), encoding="utf-8")
        return str(path)


def client_config(machine: Machine, **options: Any) -> dict[str, Any]:
    """Return a task that provisions ``machine``."""
    options.setdefault("clients", ["claws_mail", "thunderbird_autoconfig"])
    return {"mailfleet.autodiscover.client_config": {"root": str(machine.root), **options}}


def checked(task: dict[str, Any]) -> dict[str, Any]:
    """Return ``task`` in check mode with its diff."""
    return {**task, "check_mode": True, "diff": True}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A node with the users ada and bob."""
    return Machine(tmp_path / "root", ["ada", "bob"])


@pytest.fixture
def ansible(tmp_path: Path) -> Ansible:
    """A controller with a directory of its own."""
    directory = tmp_path / "controller"
    directory.mkdir()
    return Ansible(directory)


@pytest.fixture
def ada() -> dict[str, Any]:
    """An account whose SMTP server wants POP-before-SMTP."""
    return {"email": "ada@example.org", "user": "ada", "pox": POP_FIRST}


@pytest.fixture
def bob() -> dict[str, Any]:
    """An account by IMAP, without SMTPLast."""
    return {"email": "bob@example.net", "user": "bob", "pox": IMAP_ONLY}


@pytest.fixture
def fleet(tmp_path: Path, ansible: Ansible) -> Fleet:
    """A fleet of two machines."""
    return Fleet(tmp_path, ansible)
