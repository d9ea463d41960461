# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files for Outlook on a node that hands them out, and what the registry of the Windows machines needs."""

from __future__ import annotations

from typing import Any

from .conftest import Ansible, Machine, checked, client_config

CLIENTS = ["outlook_prf", "outlook_local_xml"]


def emails(result: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(row["email"] for row in result["registry"]))


def test_check_apply_again_change_and_remove(ansible: Ansible, machine: Machine, ada: Any, bob: Any) -> None:
    present = client_config(machine, accounts=[ada, bob], clients=CLIENTS)
    enforced = client_config(machine, accounts=[{**ada, "smtp_last": "ignore"}, bob], clients=CLIENTS)
    absent = client_config(machine, accounts=[ada, bob], clients=CLIENTS, state="absent")
    dry, applied, again, changed, gone = ansible.tasks(checked(present), present, present, enforced, absent)
    assert [result["changed"] for result in (dry, applied, again, changed, gone)] == [True, True, False, True, True]
    assert dry["registry"] == applied["registry"] == again["registry"] == changed["registry"]
    assert emails(applied) == ["ada@example.org", "bob@example.net"] and gone["registry"] == []
    assert {tuple(sorted(row)) for row in applied["registry"]} == {("client", "data", "email", "name", "path", "type")}
    assert [row["action"] for row in changed["files"]] == ["updated", "unchanged"] * 2
    assert not [path for path, content in machine.tree().items() if path.startswith("srv") and content is not None]


def test_files_are_as_they_were_made(ansible: Ansible, machine: Machine, ada: Any) -> None:
    ada["display_name"] = "Ада"
    options = {"outlook_prf": {"encoding": "cp1251"}}
    (applied,) = ansible.tasks(client_config(machine, accounts=[ada], clients=CLIENTS, client_options=options))
    assert not applied.get("failed")
    profile = machine.root / "srv" / "mailfleet" / "outlook_prf" / "ada@example.org.prf"
    assert b"\r\nDisplayName=\xc0\xe4\xe0\r\n" in profile.read_bytes()
    assert b"\r\nSMTPUseAuth=1\r\nSMTPAuthMethod=2\r\n" in profile.read_bytes()
    answer = machine.root / "srv" / "mailfleet" / "outlook_local_xml" / "ada@example.org.xml"
    assert "<DisplayName>Ада</DisplayName>" in answer.read_text(encoding="utf-8")


def test_an_account_that_the_node_refuses_has_no_registry_values(
    ansible: Ansible, machine: Machine, ada: Any, bob: Any
) -> None:
    (machine.root / "srv").mkdir()
    (machine.root / "srv" / "example.net").write_text("no directory", encoding="utf-8")
    options = {"outlook_local_xml": {"dest": "/srv/{domain}/{email}.xml"}}
    task = client_config(machine, accounts=[ada, bob], clients=["outlook_local_xml"], client_options=options)
    other = client_config(machine, accounts=[ada], clients=["claws_mail"])
    refused, without, stopped = ansible.tasks(
        task, other, client_config(machine, accounts=[ada, {"email": "x"}], clients=CLIENTS, on_account_error="fail")
    )
    assert [row["email"] for row in refused["refused"]] == ["bob@example.net"]
    assert emails(refused) == ["ada@example.org"]
    assert without["registry"] == stopped["registry"] == []
