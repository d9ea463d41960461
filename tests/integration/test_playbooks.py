# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role and the playbooks against a small fleet."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from .conftest import POP_FIRST, Fleet

JUDGED = ("-e", "mail_client_fail_on_drift=true")


def told(printed: str) -> str:
    """Return what was printed, on one line."""
    return re.sub(r"\s+", " ", printed)


def test_provision_then_drift(fleet: Fleet) -> None:
    code, printed = fleet.play("provision")
    assert code == 0 and re.findall(r"changed=(\d)", printed) == ["1", "1"]
    code, printed = fleet.play("provision")
    assert code == 0 and re.findall(r"changed=(\d)", printed) == ["0", "0"]
    assert fleet.play("drift", *JUDGED)[0] == 0

    accountrc = fleet.machines["desk2"].accountrc("ada")
    accountrc.write_bytes(accountrc.read_bytes().replace(b"smtp_port=587", b"smtp_port=25"))
    broken = accountrc.read_bytes()
    code, printed = fleet.play("drift")
    assert (
        code == 0
        and "-smtp_port=25" in printed
        and '[Account: 1] smtp_port (content): expected "587", found "25"' in (re.sub(r"\s+", " ", printed))
    )
    code, printed = fleet.play("drift", *JUDGED)
    assert code == 2 and "-smtp_port=25" in printed
    assert "desk2: drifted settings and files: 1, listed above." in told(printed)
    assert accountrc.read_bytes() == broken


def test_warnings_are_seen_without_asking(fleet: Fleet) -> None:
    fleet.variables["mail_client_accounts"][0]["pox"] = POP_FIRST.replace(">POP3<", ">POP<")
    code, printed = fleet.play("provision")
    assert code == 0
    # Ansible prints one text once, whatever the number of hosts: without their names, the second would be silent.
    for host in fleet.machines:
        assert f"[WARNING]: {host}: ada@example.org: line 4: " in told(printed)


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
    assert code == 2 and "desk2: 1 of 2 accounts refused. The others would be provisioned. - pox of eve@" in plain


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


ROLE_RESCUED: dict[str, Any] = {
    "name": "Provision, and keep the result",
    "hosts": "desk1",
    "gather_facts": False,
    "tasks": [
        {
            "name": "Provision",
            "block": [
                {"name": "Role", "ansible.builtin.import_role": {"name": "mailfleet.autodiscover.mail_client"}},
            ],
            "rescue": [
                {
                    "name": "Keep",
                    "ansible.builtin.copy": {
                        "dest": "{{ playbook_dir }}/result.json",
                        "mode": "0600",
                        "content": "{{ mail_client_result | to_json }}",
                    },
                },
            ],
        },
    ],
}


@pytest.mark.parametrize("result_format", ["yaml", "json"])
def test_one_refused_account_of_many_prints_its_sentence_and_the_result_is_kept(
    fleet: Fleet, result_format: str
) -> None:
    fleet.variables["mail_client_clients"] = ["claws_mail", "thunderbird", "sylpheed"]
    fleet.variables["mail_client_accounts"] = [
        {"email": f"user{number}@example.org", "user": "ada", "pox": POP_FIRST} for number in range(20)
    ]
    fleet.variables["mail_client_accounts"][7]["pox"] = POP_FIRST.replace(">995<", ">99999<")
    path = fleet.ansible.directory / "rescued.yml"
    path.write_text(json.dumps([ROLE_RESCUED]), encoding="utf-8")
    inventory = {"all": {"hosts": fleet.hosts, "vars": fleet.variables}}
    (fleet.ansible.directory / "inventory.json").write_text(json.dumps(inventory), encoding="utf-8")
    done = fleet.ansible.command(
        "ansible-playbook", str(path), "-i", "inventory.json", ANSIBLE_CALLBACK_RESULT_FORMAT=result_format
    )
    assert done.returncode == 0, done.stdout
    assert '"99999"; a port is a whole number' in done.stdout.replace("\\", "")
    assert len(done.stdout) < 4000, done.stdout
    kept = json.loads((fleet.ansible.directory / "result.json").read_text(encoding="utf-8"))
    assert [row["email"] for row in kept["refused"]] == ["user7@example.org"]
    assert kept["changed"] and len({email for row in kept["files"] for email in row["emails"]}) == 19
    assert len({row["email"] for row in kept["translation"]}) == 19
    assert len(kept["summary"]["drift"]) == len(kept["drift"]) > 19


@pytest.fixture
def pending(fleet: Fleet) -> Fleet:
    """A fleet in which the user of the only account is on no machine yet."""
    fleet.variables["mail_client_missing_user"] = "skip"
    fleet.variables["mail_client_accounts"][0]["user"] = "grace"
    return fleet


def test_a_host_where_all_is_pending_is_not_green_in_silence(pending: Fleet) -> None:
    code, printed = pending.play("provision")
    assert code == 0 and re.findall(r"changed=(\d)", printed) == ["0", "0"]
    for host in pending.machines:
        assert f"[WARNING]: {host}: no account is done, the only one is pending: ada@example.org" in told(printed)
    assert told(printed).count("ada@example.org claws_mail: The user") == 4  # a warning and a line for each


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param((), 0, id="told"),
        pytest.param(JUDGED, 2, id="judged"),
        pytest.param((*JUDGED, "-e", "mail_client_fail_on_pending=false"), 0, id="judged without what is pending"),
        pytest.param(("-e", "mail_client_fail_on_pending=true"), 2, id="what is pending alone"),
    ],
)
def test_what_is_pending_is_never_no_drift(pending: Fleet, arguments: tuple[str, ...], code: int) -> None:
    ended, printed = pending.play("drift", *arguments)
    assert ended == code, printed
    assert told(printed).count("ada@example.org claws_mail: The user") == 4
    assert ("desk1: not all accounts could be compared" in told(printed)) == (code == 2)


def test_what_drifted_beside_what_is_pending_is_told(pending: Fleet) -> None:
    pending.play("provision")
    pending.variables["mail_client_accounts"].append({"email": "bob@example.org", "user": "ada", "pox": POP_FIRST})
    code, printed = pending.play("drift", *JUDGED)
    assert code == 2 and "bob@example.org claws_mail: " in printed and "ada@example.org claws_mail: The" in printed
    assert "1 of 2 accounts are not done, they are pending" in told(printed)
