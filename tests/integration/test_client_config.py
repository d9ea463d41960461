# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``client_config`` as a playbook sees it: check mode, apply, again, change, remove, and what can be wrong."""

from __future__ import annotations

import os
import stat
from typing import Any

import pytest

from .conftest import IMAP_ONLY, POP_FIRST, Ansible, Machine, answer, checked, client_config, protocol

OWN_ACCOUNT = b"""\
# written by hand
[Account: 1]
account_name=mine
address=ada@example.com
protocol=0
receive_server=pop.example.com
user_id=ada
pop_before_smtp=0

"""


def actions(result: dict[str, Any]) -> set[str]:
    return {row["action"] for row in result["files"]}


def test_check_apply_again_drift_and_remove(ansible: Ansible, machine: Machine, ada: Any, bob: Any) -> None:
    before = machine.tree()
    present = client_config(machine, accounts=[ada, bob])
    (dry,) = ansible.tasks(checked(present))
    assert dry["changed"] and actions(dry) == {"created"}
    assert machine.tree() == before

    applied, again = ansible.tasks({**present, "diff": True}, {**present, "diff": True})
    assert applied["changed"] and actions(applied) == {"created"}
    assert applied["diff"] == dry["diff"] and applied["drift"] == dry["drift"] and applied["files"] == dry["files"]
    assert not again["changed"] and actions(again) == {"unchanged"} and again["drift"] == []
    accountrc = machine.accountrc("ada")
    assert b"\npop_before_smtp=1\n" in accountrc.read_bytes()
    assert b"\npop_before_smtp_timeout=0\n" in accountrc.read_bytes()
    assert b"\npop_before_smtp=0\n" in machine.accountrc("bob").read_bytes()
    assert b"<authentication>smtp-after-pop</authentication>" in machine.isp("example.org").read_bytes()
    assert b"smtp-after-pop" not in machine.isp("example.net").read_bytes()
    assert stat.S_IMODE(accountrc.stat().st_mode) == 0o600
    assert stat.S_IMODE(accountrc.parent.stat().st_mode) == 0o700

    accountrc.write_bytes(accountrc.read_bytes().replace(b"pop_before_smtp=1", b"pop_before_smtp=0"))
    machine.isp("example.net").chmod(0o600)
    broken = machine.tree()
    (drifted,) = ansible.tasks(checked(present))
    assert machine.tree() == broken
    rows = {(row["email"], row["reason"]): row for row in drifted["drift"]}
    assert set(rows) == {("ada@example.org", "content"), ("bob@example.net", "mode")}
    key = rows["ada@example.org", "content"]
    assert (key["key"], key["expected"], key["found"]) == ("[Account: 1] pop_before_smtp", "1", "0")
    shown = "".join(str(part) for part in drifted["diff"])
    assert "pop_before_smtp=0" in shown and "0600" in shown
    assert "-pop_before_smtp=0" in ansible.printed and "+pop_before_smtp=1" in ansible.printed

    repaired, gone = ansible.tasks(present, client_config(machine, accounts=[ada, bob], clients=[], state="absent"))
    assert repaired["changed"] and actions(repaired) == {"updated", "unchanged"}
    assert gone["changed"] and "removed" in actions(gone)
    left = {path for path, content in machine.tree().items() if content is not None and "var/lib" not in path}
    assert left == {"etc/passwd"}


def test_other_accounts_survive_byte_for_byte(ansible: Ansible, machine: Machine, ada: Any) -> None:
    accountrc = machine.accountrc("ada")
    accountrc.parent.mkdir()
    accountrc.write_bytes(OWN_ACCOUNT)
    present = client_config(machine, accounts=[ada], clients=["claws_mail"])
    (applied,) = ansible.tasks(present)
    assert applied["changed"]
    assert accountrc.read_bytes().startswith(OWN_ACCOUNT)
    assert b"[Account: 2]\n" in accountrc.read_bytes()
    (gone,) = ansible.tasks(client_config(machine, accounts=[{"email": "ada@example.org"}], state="absent"))
    assert gone["changed"]
    assert accountrc.read_bytes() == OWN_ACCOUNT


@pytest.mark.parametrize(
    ("existing", "changed", "refused"), [("adopt", True, False), ("leave", False, False), ("fail", False, True)]
)
def test_an_account_of_other_origin(
    ansible: Ansible, machine: Machine, ada: Any, existing: str, changed: bool, refused: bool
) -> None:
    accountrc = machine.accountrc("ada")
    accountrc.parent.mkdir()
    by_hand = b"[Account: 7]\naddress=Ada@example.org\nprotocol=0\nuser_id=ada@example.org\nname=Me\nsmtp_port=25\n"
    accountrc.write_bytes(by_hand)
    (accountrc.parent / "folderlist.xml").write_bytes(b"<folderlist/>")
    present = client_config(machine, accounts=[ada], clients=["claws_mail"], existing=existing)
    (result,) = ansible.tasks(present)
    assert (result["changed"], result["failed"]) == (changed, refused)
    if existing != "adopt":
        assert accountrc.read_bytes() == by_hand
        return
    content = accountrc.read_bytes()
    assert content.count(b"[Account: ") == 1 and b"smtp_port=587\n" in content and b"name=Me\n" in content
    ansible.tasks(client_config(machine, accounts=[ada], clients=["claws_mail"], state="absent"))
    assert accountrc.read_bytes() == by_hand


def test_a_server_is_renamed_an_account_comes_and_goes(ansible: Ansible, machine: Machine, ada: Any, bob: Any) -> None:
    renamed = {**ada, "pox": POP_FIRST.replace("pop.example.org", "mail.example.org")}
    _made, moved, joined, purged = ansible.tasks(
        client_config(machine, accounts=[ada]),
        client_config(machine, accounts=[renamed]),
        client_config(machine, accounts=[renamed, bob], purge=True),
        client_config(machine, accounts=[bob], purge=True),
    )
    assert moved["changed"] and actions(moved) == {"updated", "unchanged"}
    assert joined["changed"]
    assert purged["changed"] and {row["email"] for row in purged["drift"]} == {"ada@example.org"}
    assert {row["reason"] for row in purged["drift"]} == {"extra"}
    assert not machine.isp("example.org").exists() and machine.isp("example.net").exists()
    assert not machine.accountrc("ada").exists() and machine.accountrc("bob").exists()


def test_purge_spares_who_is_listed_and_refused(ansible: Ansible, machine: Machine, ada: Any, bob: Any) -> None:
    broken = {**ada, "pox": "not an answer"}
    _made, purged = ansible.tasks(
        client_config(machine, accounts=[ada, bob]), client_config(machine, accounts=[broken, bob], purge=True)
    )
    assert purged["failed"] and machine.accountrc("ada").exists() and machine.isp("example.org").exists()


def test_one_address_for_two_users_of_whom_one_is_refused(ansible: Ansible, machine: Machine, ada: Any) -> None:
    other = {**ada, "user": "bob"}
    _made, refused = ansible.tasks(
        client_config(machine, accounts=[ada, other]),
        client_config(machine, accounts=[ada, {**other, "pox": "not an answer"}]),
    )
    assert refused["failed"] and not refused["changed"]
    assert machine.accountrc("ada").exists() and machine.accountrc("bob").exists()


def test_purge_of_everything_must_be_meant(ansible: Ansible, machine: Machine, ada: Any) -> None:
    _made, refused, purged = ansible.tasks(
        client_config(machine, accounts=[ada]),
        client_config(machine, accounts=[], purge=True),
        client_config(machine, accounts=[], purge=True, allow_empty=True),
    )
    assert refused["failed"] and "allow_empty" in refused["msg"]
    assert purged["changed"] and not machine.isp("example.org").exists()


def test_nothing_is_removed_without_a_record(ansible: Ansible, machine: Machine, ada: Any) -> None:
    ansible.tasks(client_config(machine, accounts=[ada]))
    (machine.root / "var" / "lib" / "mailfleet" / "default.json").unlink()
    (gone,) = ansible.tasks(client_config(machine, accounts=[ada], state="absent"))
    assert not gone["changed"] and [row["code"] for row in gone["findings"]] == ["record-missing"]
    assert machine.accountrc("ada").exists()


def test_sets_do_not_touch_each_other(ansible: Ansible, machine: Machine, ada: Any, bob: Any) -> None:
    _one, _two, gone = ansible.tasks(
        client_config(machine, accounts=[ada], set="one"),
        client_config(machine, accounts=[bob], set="two"),
        client_config(machine, accounts=[], set="two", purge=True, allow_empty=True),
    )
    assert gone["changed"]
    assert machine.accountrc("ada").exists() and not machine.accountrc("bob").exists()


def refusals() -> dict[str, tuple[list[dict[str, Any]], list[str]]]:
    """Return accounts that cannot be, with the words that the error must hold."""
    good = {"Server": "pop.example.org", "Port": 995, "SSL": "on", "SPA": "off"}
    smtp = protocol("SMTP", Server="smtp.example.org", Port=587, SPA="off")
    shared = answer(protocol("POP3", **good, LoginName="carol"), smtp)

    def pop(**changes: Any) -> str:
        return answer(protocol("POP3", **{**good, **changes}), smtp)

    rows = {
        "not-xml": ({"pox": "hello"}, ["not well-formed", "hello"]),
        "doctype": ({"pox": "<!DOCTYPE a><a/>"}, ["DOCTYPE"]),
        "html": ({"pox": "<html><body>It works!</body></html>"}, ["HTML"]),
        "json": ({"pox": '{"Protocol": "AutodiscoverV1"}'}, ["JSON"]),
        "empty": ({"pox": "  \n"}, ["empty"]),
        "truncated": ({"pox": POP_FIRST[:400]}, ["ends"]),
        "activesync": (
            {"pox": POP_FIRST.replace("outlook/responseschema/2006a", "mobilesync/responseschema/2006")},
            ["ActiveSync"],
        ),
        "redirect": (
            {"pox": answer("<RedirectUrl>https://x.example/</RedirectUrl>").replace(">settings<", ">redirectUrl<")},
            ["RedirectUrl", "https://x.example/"],
        ),
        "error": (
            {"pox": answer().replace("<Account>", "<Error><ErrorCode>600</ErrorCode></Error><Account>")},
            ["600"],
        ),
        "no-mail-protocol": ({"pox": answer(protocol("EXCH", Server="ex.example.org"))}, ["EXCH"]),
        "server-missing": ({"pox": pop(Server="")}, ["line 4", "POP3", "Server"]),
        "port-0": ({"pox": pop(Port=0)}, ["line 4", "Port", '"0"']),
        "port-99999": ({"pox": pop(Port=99999)}, ["line 4", "Port", '"99999"']),
        "host-that-is-none": ({"pox": pop(Server="pop example org")}, ["line 4", "Server", '"pop example org"']),
        "login-control": ({"pox": pop(LoginName="ada&#x85;eve")}, ["line 4", "LoginName", "x85"]),
        "no-address": ({"email": None}, ["accounts[0]", "email"]),
        "address-that-is-none": ({"email": "ada"}, ["accounts[0]", '"ada"']),
        "unknown-user": ({"user": "nobody-here"}, ["nobody-here", "user"]),
        "user-with-a-path": ({"user": "../ada"}, ["../ada"]),
        "no-answer": ({"pox": None}, ["pox_src"]),
        "answer-not-there": ({"pox": None, "pox_src": "nowhere.xml"}, ["nowhere.xml", "not found"]),
        "two-answers": ({"settings": {}}, ["pox", "settings"]),
        "somebody-elses-login": ({"pox": shared}, ["carol", "several"]),
        "plaintext": ({"pox": pop(SSL="off", Port=110)}, ["pop.example.org", "unencrypted", "allow_plaintext"]),
    }
    made = {}
    for name, (change, words) in rows.items():
        account = {"email": "ada@example.org", "user": "ada", "pox": POP_FIRST, **change}
        account = {key: value for key, value in account.items() if value is not None}
        accounts = [account]
        if name == "somebody-elses-login":
            accounts.append({**account, "email": "bob@example.org", "user": "bob"})
        made[name] = (accounts, words)
    return made


REFUSALS = refusals()


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[dict[str, Any], bool, str]]:
    """Provision every account of ``REFUSALS`` on a machine of its own, in one play."""
    directory = tmp_path_factory.mktemp("refusals")
    ansible = Ansible(directory)
    machines = {name: Machine(directory / name, ["ada", "bob"]) for name in REFUSALS}
    before = {name: machine.tree() for name, machine in machines.items()}
    results = ansible.tasks(
        *(
            client_config(machines[name], accounts=accounts, on_account_error="fail")
            for name, (accounts, _words) in REFUSALS.items()
        )
    )
    untouched = {name: machine.tree() == before[name] for name, machine in machines.items()}
    return {name: (result, untouched[name], ansible.printed) for name, result in zip(REFUSALS, results, strict=True)}


@pytest.mark.parametrize("name", REFUSALS)
def test_bad_input_is_one_clear_error(name: str, refused: dict[str, tuple[dict[str, Any], bool, str]]) -> None:
    result, untouched, printed = refused[name]
    assert result["failed"] and not result["changed"]
    assert [word for word in REFUSALS[name][1] if word not in result["msg"]] == []
    assert untouched
    assert "Traceback" not in printed


def test_the_others_go_on(ansible: Ansible, machine: Machine, ada: Any, bob: Any) -> None:
    (result,) = ansible.tasks(client_config(machine, accounts=[{**ada, "pox": "{}"}, bob]))
    assert result["failed"] and result["changed"]
    assert [row["email"] for row in result["refused"]] == ["ada@example.org"]
    assert machine.accountrc("bob").exists() and not machine.accountrc("ada").exists()


def test_an_unknown_client_is_named(ansible: Ansible, machine: Machine, ada: Any) -> None:
    (result,) = ansible.tasks(client_config(machine, accounts=[ada], clients=["claws"]))
    assert result["failed"] and "claws" in result["msg"] and "thunderbird_autoconfig" in result["msg"]


def test_an_unwritable_directory(ansible: Ansible, machine: Machine, ada: Any, bob: Any) -> None:
    if os.getuid() == 0:
        # Root writes everywhere; a file where the directory should be stops root too.
        (machine.root / "home" / "ada" / ".claws-mail").write_bytes(b"")
    else:
        (machine.root / "home" / "ada").chmod(0o500)
    (dry, result) = ansible.tasks(
        checked(client_config(machine, accounts=[ada, bob])), client_config(machine, accounts=[ada, bob])
    )
    (machine.root / "home" / "ada").chmod(0o700)
    assert dry["failed"] and result["failed"] and dry["refused"] == result["refused"]
    assert "/home/ada/.claws-mail" in result["msg"]
    assert not machine.isp("example.org").exists() and machine.accountrc("bob").exists()


def test_a_link_out_of_the_home_is_not_followed(ansible: Ansible, machine: Machine, ada: Any) -> None:
    outside = machine.root / "srv"
    outside.mkdir()
    (machine.root / "home" / "ada" / ".claws-mail").symlink_to("/srv")
    (result,) = ansible.tasks(client_config(machine, accounts=[ada], clients=["claws_mail"]))
    assert result["failed"] and ".claws-mail" in result["msg"] and "/srv" in result["msg"]
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("login", ["o'brien@example.org", "CORP\\\\ada", "007412", "1e5", "a=b[c]#d"])
def test_odd_logins_are_logins(ansible: Ansible, machine: Machine, ada: Any, login: str) -> None:
    login = login.replace("\\\\", "\\")
    pox = answer(
        protocol("POP3", Server="pop.example.org", Port=995, LoginName=login, SPA="off", SSL="on"),
        protocol("SMTP", Server="smtp.example.org", Port=587, SPA="off"),
    )
    task = client_config(machine, accounts=[{**ada, "pox": pox}], clients=["claws_mail"])
    applied, again = ansible.tasks(task, task)
    assert applied["changed"] and not again["changed"]
    assert f"\nuser_id={login}\n".encode() in machine.accountrc("ada").read_bytes()


def test_missing_user_can_be_pending(ansible: Ansible, machine: Machine, ada: Any, bob: Any) -> None:
    (result,) = ansible.tasks(
        client_config(machine, accounts=[{**ada, "user": "later"}, bob], clients=["claws_mail"], missing_user="skip")
    )
    assert not result["failed"] and {row["email"] for row in result["pending"]} == {"ada@example.org"}
    assert not (machine.root / "home" / "later").exists() and machine.accountrc("bob").exists()


def test_backup_keeps_what_was_there(ansible: Ansible, machine: Machine, ada: Any) -> None:
    accountrc = machine.accountrc("ada")
    accountrc.parent.mkdir()
    accountrc.write_bytes(OWN_ACCOUNT)
    (result,) = ansible.tasks(client_config(machine, accounts=[ada], clients=["claws_mail"], backup=True))
    (kept,) = [row["backup_file"] for row in result["files"] if "backup_file" in row]
    assert (accountrc.parent / os.path.basename(kept)).read_bytes() == OWN_ACCOUNT


def test_full_report_says_what_became_of_each_element(ansible: Ansible, machine: Machine, ada: Any) -> None:
    short, full = ansible.tasks(
        checked(client_config(machine, accounts=[ada])),
        checked(client_config(machine, accounts=[ada], report="full")),
    )
    assert {row["verdict"] for row in short["translation"]} == {"approximated", "impossible"}
    rows = {(row["client"], row["protocol"], row["element"]): row for row in full["translation"]}
    claws = rows["claws_mail", "smtp", "SMTPLast"]
    assert (claws["verdict"], claws["setting"]) == ("native", "pop_before_smtp=1, pop_before_smtp_timeout=0")
    assert rows["thunderbird_autoconfig", "smtp", "SMTPLast"]["verdict"] == "approximated"
    assert any("SMTPLast on -> pop_before_smtp=1" in line for line in full["summary"]["translation"])


def test_the_answer_is_found_beside_the_inventory(ansible: Ansible, machine: Machine) -> None:
    inventory = ansible.directory / "elsewhere"
    inventory.mkdir()
    (inventory / "ada.xml").write_text(IMAP_ONLY.replace("example.net", "example.org"), encoding="utf-8")
    (inventory / "hosts").write_text("localhost ansible_connection=local\n", encoding="utf-8")
    account = {"email": "ada@example.org", "user": "ada", "pox_src": "ada.xml"}
    (result,) = ansible.tasks(client_config(machine, accounts=[account]), inventory=str(inventory / "hosts"))
    assert result["changed"] and machine.isp("example.org").exists()


def test_async_is_refused_in_words(ansible: Ansible, machine: Machine, ada: Any) -> None:
    (result,) = ansible.tasks({**client_config(machine, accounts=[ada]), "async": 10, "poll": 1})
    assert result["failed"] and "async" in result["msg"]


def passwords_told(result: dict[str, Any]) -> list[str]:
    """Return the clients whose stored password is said to go to another server."""
    return [row["message"].split()[1] for row in result["findings"] if row["code"] == "password-to-new-server"]


def test_a_stored_password_that_will_go_to_another_domain_is_told(ansible: Ansible, machine: Machine, ada: Any) -> None:
    for program in ("mpop", "msmtp"):
        path = machine.root / "usr/bin" / program
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    clients = ["claws_mail", "thunderbird", "mutt"]
    ada["password_command"] = "pass mail"
    here = client_config(machine, accounts=[ada], clients=clients)
    there = {**ada, "pox": ada["pox"].replace("pop.example.org", "pop.example.net")}
    elsewhere = client_config(machine, accounts=[there], clients=clients)
    first, dry, real, again = ansible.tasks(here, checked(elsewhere), elsewhere, elsewhere)
    assert passwords_told(first) == passwords_told(again) == []
    assert passwords_told(dry) == passwords_told(real) == ["Claws", "Mutt"]
    assert any("the stored password will be sent to pop.example.net" in line for line in real["warnings"])


def test_an_account_that_is_taken_over_may_send_its_password_elsewhere(
    ansible: Ansible, machine: Machine, ada: Any
) -> None:
    accountrc = machine.accountrc("ada")
    accountrc.parent.mkdir()
    accountrc.write_bytes(
        b"[Account: 1]\naddress=ada@example.org\nprotocol=0\nuser_id=ada@example.org\nreceive_server=pop.old.example\n"
    )
    (result,) = ansible.tasks(client_config(machine, accounts=[ada], clients=["claws_mail"]))
    assert passwords_told(result) == ["Claws"]


def test_the_next_account_does_not_get_the_number_of_the_last(
    ansible: Ansible, machine: Machine, ada: Any, bob: Any
) -> None:
    bob["user"] = "ada"
    one = client_config(machine, accounts=[ada], clients=["claws_mail", "sylpheed"])
    other = client_config(machine, accounts=[bob], clients=["claws_mail", "sylpheed"], purge=True)
    ansible.tasks(one, other)
    for path in (machine.accountrc("ada"), machine.root / "home/ada/.sylpheed-2.0/accountrc"):
        assert [line for line in path.read_bytes().splitlines() if line[:1] == b"["] == [b"[Account: 2]"]
