# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person in; what KMail and Akonadi have in the home out, for an account made by hand and with wrong settings."""

from __future__ import annotations

import configparser
from collections.abc import Callable
from pathlib import Path

from .client import Account
from .network import Person

TRANSPORTS = ".config/mailtransports"
IDENTITIES = ".config/emailidentities"
SETTINGS = ".config/kmail2rc"
AGENTS = ".config/akonadi/agentsrc"

BY_HAND = {
    TRANSPORTS: """\
[General]
default-transport=1

[Transport 1]
auth=false
encryption={smtp_security}
host={smtp}
id=1
identifier=SMTP
name=what I called it
port={smtp_port}
""",
    IDENTITIES: """\
[General]
Default Identity=1

[Identity #0]
Email Address={email}
Identity=what I called it
Name=Myself
Transport=1
uoid=1
""",
    SETTINGS: "[General]\nAskEnableUnifiedMailboxes=false\nfirst-start=false\n",
    ".config/akonadi_pop3_resource_0rc": """\
[General]
authenticationMethod=7
host={pop}
leaveOnServer=true
login={email}
port={pop_port}
useSSL={ssl}
useTLS={tls}
""",
    ".config/akonadi/agent_config_akonadi_pop3_resource_0": "[Agent]\nName=what I called it\n",
    AGENTS: "[Instances]\nakonadi_pop3_resource_0\\AgentType=akonadi_pop3_resource\n",
}

ENCRYPTION = {"plain": "None", "SSL": "SSL", "STARTTLS": "TLS"}


class _Keys(configparser.RawConfigParser):
    """Keys as they stand."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def _read(path: Path) -> configparser.RawConfigParser:
    found = _Keys(strict=False, delimiters=("=",))
    found.read(path, encoding="utf-8")
    return found


def identity_of(person: Person, email: str) -> configparser.SectionProxy:
    """Return the identity with this address."""
    file = _read(person.home / IDENTITIES)
    found = [file[name] for name in file.sections() if file.get(name, "Email Address", fallback="") == email]
    assert len(found) == 1, f"{len(found)} identities of {email} in {IDENTITIES}"
    return found[0]


def instances_of(person: Person) -> dict[str, str]:
    """Return the login of each POP3 resource that Akonadi starts."""
    agents = _read(person.home / AGENTS)
    names = [key.partition("\\")[0] for key in agents["Instances"]] if "Instances" in agents else []
    return {
        name: _read(person.home / f".config/{name}rc").get("General", "login", fallback="")
        for name in names
        if name.startswith("akonadi_pop3_resource_")
    }


def transport_with(key: str, value: str) -> Callable[[Person, Account], None]:
    """Return what sets a key of the account's transport, or takes it away where the value is empty."""

    def change(person: Person, account: Account) -> None:
        file = _read(person.home / TRANSPORTS)
        section = f"Transport {identity_of(person, account.email)['Transport']}"
        found = [name for name in file[section] if name.partition("[")[0] == key]
        assert found, f"{key} is not in {section}"
        for name in found:
            file.remove_option(section, name)
        if value:
            file.set(section, key, value)
        lines = [f"[{name}]\n" + "".join(f"{k}={v}\n" for k, v in file.items(name)) for name in file.sections()]
        person.write(TRANSPORTS, "\n".join(lines))

    return change


def _replace(person: Person, path: Path, line: str, other: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert f"{line}\n" in text, f"{line} is not in {path.name}"
    person.write(str(path.relative_to(person.home)), text.replace(f"{line}\n", f"{other}\n"))


def starts_anew(person: Person, account: Account) -> None:  # noqa: ARG001
    _replace(person, person.home / SETTINGS, "first-start=false", "first-start=true")


def fetches_in_the_clear(person: Person, account: Account) -> None:  # noqa: ARG001
    for instance in instances_of(person):
        _replace(person, person.home / f".config/{instance}rc", "useTLS=true", "useTLS=false")
