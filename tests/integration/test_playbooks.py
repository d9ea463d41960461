# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role and the playbooks against a small fleet."""

from __future__ import annotations

import re

from .conftest import POP_FIRST, Fleet


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
