# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role and the playbooks against a small fleet."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from .conftest import POP_FIRST, Ansible, Machine


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
        inventory = {"all": {"hosts": self.hosts, "vars": self.variables}}
        path = self.ansible.directory / "inventory.json"
        path.write_text(json.dumps(inventory), encoding="utf-8")
        done = self.ansible.command("ansible-playbook", f"mailfleet.autodiscover.{name}", "-i", str(path), *arguments)
        return done.returncode, done.stdout


@pytest.fixture
def fleet(tmp_path: Path, ansible: Ansible) -> Fleet:
    """A fleet of two machines."""
    return Fleet(tmp_path, ansible)


def test_provision_then_drift(fleet: Fleet) -> None:
    code, printed = fleet.play("provision")
    assert code == 0 and re.findall(r"changed=(\d)", printed) == ["1", "1"]
    code, printed = fleet.play("provision")
    assert code == 0 and re.findall(r"changed=(\d)", printed) == ["0", "0"]
    judged = ("-e", "mail_client_fail_on_drift=true")
    assert fleet.play("drift", *judged)[0] == 0

    accountrc = fleet.machines["desk2"].accountrc("ada")
    accountrc.write_bytes(accountrc.read_bytes().replace(b"smtp_port=587", b"smtp_port=25"))
    broken = accountrc.read_bytes()
    code, printed = fleet.play("drift")
    assert (
        code == 0
        and "-smtp_port=25" in printed
        and '[Account: 1] smtp_port (content): expected "587", found "25"' in (re.sub(r"\s+", " ", printed))
    )
    code, printed = fleet.play("drift", *judged)
    assert code == 2 and "-smtp_port=25" in printed
    assert accountrc.read_bytes() == broken


def test_warnings_are_seen_without_asking(fleet: Fleet) -> None:
    fleet.variables["mail_client_accounts"][0]["pox"] = POP_FIRST.replace(
        "<SMTPLast>", "<UsePOPAuth>on</UsePOPAuth><SMTPLast>"
    )
    code, printed = fleet.play("provision")
    assert code == 0 and "smtp-last-with-auth" in printed


def test_only_chosen_hosts(fleet: Fleet) -> None:
    code, printed = fleet.play("provision", "-e", "mail_client_hosts=desk1")
    assert code == 0 and "desk2" not in printed
    assert fleet.machines["desk1"].accountrc("ada").exists() and not fleet.machines["desk2"].accountrc("ada").exists()


def test_a_host_without_accounts_is_left_as_it_is(fleet: Fleet) -> None:
    del fleet.variables["mail_client_accounts"]
    before = fleet.machines["desk1"].tree()
    code, printed = fleet.play("provision")
    assert code == 0 and re.findall(r"changed=(\d)", printed) == ["0", "0"]
    assert fleet.machines["desk1"].tree() == before


def test_the_role_checks_its_variables(fleet: Fleet) -> None:
    fleet.variables["mail_client_smtp_last"] = "sometimes"
    code, printed = fleet.play("provision")
    assert code == 2 and "mail_client_smtp_last" in printed and "prefer_auth" in printed


def test_a_refused_account_hides_no_drift_of_the_others(fleet: Fleet) -> None:
    fleet.play("provision")
    accountrc = fleet.machines["desk2"].accountrc("ada")
    accountrc.write_bytes(accountrc.read_bytes().replace(b"smtp_port=587", b"smtp_port=25"))
    wrong = {"email": "eve@example.org", "user": "ada", "pox": "not an answer"}
    fleet.variables["mail_client_accounts"].append(wrong)
    code, printed = fleet.play("drift")
    plain = re.sub(r"\s+", " ", printed)
    assert '[Account: 1] smtp_port (content): expected "587", found "25"' in plain
    assert code == 2 and "Refused accounts, no drift of theirs is known" in plain and "would be provisioned" in plain


def test_drift_says_what_is_wrong_with_its_variables(fleet: Fleet) -> None:
    fleet.variables["mail_client_smtp_last"] = "sometimes"
    code, printed = fleet.play("drift")
    assert code == 2 and "mail_client_smtp_last" in printed and "prefer_auth" in printed


def test_every_refused_account_is_named_in_one_error(fleet: Fleet) -> None:
    fleet.variables["mail_client_accounts"] += [
        {"email": "eve@example.org", "user": "ada", "pox": "not an answer"},
        {"email": "bob@example.org", "user": "nobody-here", "pox": POP_FIRST},
    ]
    code, printed = fleet.play("provision", "-e", "mail_client_hosts=desk1")
    error = re.sub(r"\s+", " ", printed.partition("[ERROR]")[2] or printed).partition(" Origin: ")[0]
    assert (
        code == 2 and "eve@example.org" in error and "bob@example.org" in error and "2 of 3 accounts refused" in error
    )
    # The same for each file of the account, and said once.
    assert error.count("- bob@example.org: The user") == 1
