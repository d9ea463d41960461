# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mistakes of shape as a playbook makes them: one account of many is refused by name, and the words that are meant."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import IMAP_ONLY, POP_FIRST, Ansible, Fleet, Machine, client_config

TOP = Path(__file__).resolve().parents[2]
CLIENT_FILES = "mailfleet.autodiscover.client_files"
POX_INFO = "mailfleet.autodiscover.pox_info"
ADA: dict[str, Any] = {"email": "ada@example.org", "user": "ada", "pox": POP_FIRST}
BOB: dict[str, Any] = {"email": "bob@example.net", "user": "bob", "pox": IMAP_ONLY}

ACCOUNTS: dict[str, tuple[Any, str, str]] = {
    "text": ("ada@example.org", "ada@example.org", "give a dictionary"),
    "nothing": (None, "accounts[1]", "the item is empty"),
    "a list": ([ADA], "accounts[1]", "the item is a list"),
    "emial": ({"emial": "ada@example.org"}, "accounts[1]", "Did you mean email?"),
    "clients": ({**ADA, "clients": {"claws_mail": {}}}, "ada@example.org", "clients is a dictionary"),
    "client": ({**ADA, "clients": ["clawsmail"]}, "ada@example.org", "Did you mean claws_mail?"),
    "overrides": ({**ADA, "overrides": ["smtp"]}, "ada@example.org", "overrides is a list"),
    "port": ({**ADA, "overrides": {"smtp": {"port": "x"}}}, "ada@example.org", 'overrides.smtp.port is "x"'),
    "settings": ({"email": "ada@example.org", "settings": "text"}, "ada@example.org", "settings is text"),
    "uid": ({**ADA, "uid": "abc"}, "ada@example.org", 'uid is "abc"'),
    "incoming": ({**ADA, "incoming": "imap4"}, "ada@example.org", "Did you mean imap?"),
}


def lazy(item: Any) -> Any:
    """Return the item with each text in it made by a template, as inventories do."""
    if isinstance(item, dict):
        return {key: lazy(value) for key, value in item.items()}
    if isinstance(item, list):
        return [lazy(value) for value in item]
    return "{{ '" + item + "' }}" if isinstance(item, str) and "<" not in item else item


@pytest.fixture(scope="module")
def shaped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[dict[str, Any]], Machine, str]]:
    """Provision with each misshapen account, given in the task and by templates in variables, in one play."""
    directory = tmp_path_factory.mktemp("shapes")
    ansible = Ansible(directory)
    machines = {name: Machine(directory / name.replace(" ", "-"), ["ada", "bob"]) for name in ACCOUNTS}
    tasks = []
    for name, (item, _label, _words) in ACCOUNTS.items():
        options = {"clients": ["claws_mail"], "accounts": [BOB, item]}
        tasks.append(client_config(machines[name], **options))
        variables = {"wanted": [BOB, lazy(item)], "half": "{{ wanted }}"}
        tasks.append({**client_config(machines[name], **{**options, "accounts": "{{ half }}"}), "vars": variables})
        tasks.append(client_config(machines[name], accounts=[BOB, item], state="absent"))
    results = ansible.tasks(*tasks)
    return {
        name: (results[3 * index : 3 * index + 3], machines[name], ansible.printed)
        for index, name in enumerate(ACCOUNTS)
    }


@pytest.mark.parametrize("name", ACCOUNTS)
def test_one_misshapen_account_is_refused_by_name(
    name: str, shaped: dict[str, tuple[list[dict[str, Any]], Machine, str]]
) -> None:
    (given, by_template, absent), machine, printed = shaped[name]
    _item, label, words = ACCOUNTS[name]
    for result in (given, by_template, absent):
        assert [row["email"] for row in result["refused"]] == [label], result["msg"]
        assert result["failed"] and result["msg"].startswith("1 of 2 accounts refused.")
        assert f"- {label}: " in result["msg"] and (words in result["msg"] or result is absent)
    assert given["changed"] and not by_template["changed"] and absent["changed"]
    assert not machine.accountrc("bob").exists() and not machine.accountrc("ada").exists()
    assert "Traceback" not in printed


def test_nothing_is_removed_that_was_not_asked_for(ansible: Ansible, machine: Machine) -> None:
    """An item that nobody can read may be about anybody, or ask for one client only."""
    nobody = {"emial": "ada@example.org"}
    _made, purged, absent, all_of_them, spared = ansible.tasks(
        client_config(machine, accounts=[ADA, BOB]),
        client_config(machine, accounts=[BOB, nobody], purge=True),
        client_config(machine, accounts=[nobody], state="absent", allow_empty=True),
        client_config(machine, accounts=[], state="absent"),
        client_config(machine, accounts=[{"email": "ada@example.org", "cleints": ["mutt"]}, BOB], state="absent"),
    )
    assert purged["failed"] and not purged["changed"] and "Until then no account is purged." in purged["msg"]
    assert absent["failed"] and not absent["changed"]
    assert all_of_them["failed"] and "allow_empty" in all_of_them["msg"]
    assert spared["failed"] and spared["changed"] and "Did you mean clients?" in spared["msg"]
    assert machine.accountrc("ada").exists() and not machine.accountrc("bob").exists()


def test_the_same_on_the_node(ansible: Ansible, machine: Machine) -> None:
    def file(name: str, **more: Any) -> dict[str, Any]:
        return {"path": f"/etc/{name}", "accounts": [name], "content": f"{name}\n", **more}

    def task(*files: Any, **options: Any) -> dict[str, Any]:
        return {CLIENT_FILES: {"root": str(machine.root), "files": [*files, file("bob")], **options}}

    section = {"name": "S", "enforced": {"a": "x"}, "paths": ["a"]}
    path = {"path": "/etc/ada", "accounts": ["ada"], "sections": [section]}
    results = ansible.tasks(
        task(file("ada", content={"a": 1})),
        task(file("ada", contetn="x")),
        task(path),
        task(file("ada"), users={"ada": "text"}),
        task("text"),
        task(file("ada"), existing="adpot"),
        task(file("ada"), stat="present"),
        {CLIENT_FILES: {"root": str(machine.root), "state": "absent", "accounts": ["bob"], "clients": ["clawsmail"]}},
    )
    content, option, paths, users, text, choice, unknown, absent = results
    for result, words in (
        (content, "files[0].content is a dictionary; give text."),
        (option, 'files[0]: there is no option "contetn". Did you mean content?'),
        (paths, 'files[0].sections[0]: "a" of paths: "x" must be an absolute path'),
    ):
        assert result["failed"] and words in result["msg"] and [row["email"] for row in result["refused"]] == ["ada"]
    assert (machine.root / "etc" / "bob").exists() and not (machine.root / "etc" / "ada").exists()
    for result, words in (
        (users, 'users: what is given for "ada" must be a mapping'),
        (text, 'files[0] is "text"; give a dictionary.'),
        (choice, "Did you mean adopt?"),
        (unknown, 'client_files: there is no option "stat". Did you mean state?'),
    ):
        assert result["failed"] and not result["changed"] and words in result["msg"]
    assert not absent["failed"] and "Did you mean claws_mail?" in absent["findings"][0]["message"]
    assert "Traceback" not in ansible.printed


def filtered(expression: str) -> dict[str, Any]:
    return {"ansible.builtin.set_fact": {"made": "{{ " + expression + " }}"}, "vars": {"pox": POP_FIRST}}


FILTERED = {
    "5 | {c}.from_pox": "well-formed",
    "[pox] | {c}.from_pox": "the answer is a list; give text.",
    "pox | {c}.from_pox(emial='a@example.org')": "Did you mean email?",
    "pox | {c}.from_pox('a@example.org', 'ada.xml', 'more')": "give other options by name",
    "pox | {c}.from_pox('a@example.org', email='b@example.org')": "email is given twice",
    "pox | {c}.from_pox(email=['a'])": "email is a list; give text.",
    "pox | {c}.to_client_files('a@example.org', ['claws_mail'])": "it takes Settings",
    "pox | {c}.from_pox | {c}.to_client_files": "email is missing; give text. clients is missing; give a list.",
    "pox | {c}.from_pox | {c}.to_client_files('a@example.org', ['clawsmail'])": "Did you mean claws_mail?",
    "pox | {c}.from_pox | {c}.to_client_files('a@example.org', {{}})": "clients is a dictionary; give a list.",
    "pox | {c}.from_pox | {c}.to_client_files('a', ['mutt'])": 'email is "a", which is no e-mail address.',
    "pox | {c}.from_pox | {c}.to_client_files('a@example.org', ['mutt'], smtplast='x')": "Did you mean smtp_last?",
    "pox | {c}.from_pox | {c}.to_client_files('a@example.org', ['mutt'], report='ful')": "Did you mean full?",
    "pox | {c}.from_pox | {c}.to_client_files('a@example.org', ['mutt'], overrides=[])": "overrides is a list; give a",
    "{{'settings': [pox]}} | {c}.to_client_files('a@example.org', ['mutt'], user='a')": "does not fit the Settings",
}


def test_filters_fail_in_words(ansible: Ansible) -> None:
    results = ansible.tasks(*(filtered(text.format(c="mailfleet.autodiscover")) for text in FILTERED))
    for (expression, words), result in zip(FILTERED.items(), results, strict=True):
        assert result["failed"] and words in result["msg"], (expression, result["msg"])
    assert "Traceback" not in ansible.printed and "argument" not in ansible.printed


def test_pox_info_speaks_of_its_own_options(ansible: Ansible) -> None:
    bad = POP_FIRST.replace("995", "x").replace("smtp.example.org", "a b")
    port, option, content, both = ansible.tasks(
        {POX_INFO: {"content": bad}},
        {POX_INFO: {"contents": bad}},
        {POX_INFO: {"content": [bad]}},
        {POX_INFO: {"content": bad, "src": "x"}},
    )
    assert 'Port is "x"' in port["msg"] and "Correct the answer." in port["msg"] and "overrid" not in port["msg"]
    assert "Did you mean content?" in option["msg"] and "content is a list; give text." in content["msg"]
    assert "exactly one of content" in both["msg"]


def test_a_value_from_a_vault_is_a_value(ansible: Ansible, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    (ansible.directory / "vault").write_text("of the vault\n", encoding="utf-8")
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(ansible.directory / "vault"))
    made = {}
    for name, text in (("pox", POP_FIRST), ("user", "ada")):
        (ansible.directory / name).write_text(text, encoding="utf-8")
        assert ansible.command("ansible-vault", "encrypt", name).returncode == 0
        encrypted = (ansible.directory / name).read_text(encoding="utf-8").splitlines()
        made[name] = "!vault |\n" + "".join(f"    {line}\n" for line in encrypted)
    inventory = ansible.directory / "hosts.yml"
    inventory.write_text(
        "all:\n hosts: {localhost: {ansible_connection: local}}\n vars:\n  secret:\n   email: ada@example.org\n"
        f"   pox: {made['pox']}   user: {made['user']}",
        encoding="utf-8",
    )
    task = client_config(machine, accounts=["{{ secret }}"], clients=["claws_mail"])
    read = {"ansible.builtin.set_fact": {"made": "{{ secret.pox | mailfleet.autodiscover.from_pox }}"}}
    result, filtered_one = ansible.tasks(task, read, inventory=str(inventory))
    assert not result["failed"] and machine.accountrc("ada").exists(), result["msg"]
    assert filtered_one["ansible_facts"]["made"]["settings"]["incoming"]


GROUPS: dict[str, list[str]] = yaml.safe_load((TOP / "meta" / "runtime.yml").read_text(encoding="utf-8"))[
    "action_groups"
]


@pytest.mark.parametrize("group", GROUPS)
def test_defaults_of_an_action_group(ansible: Ansible, machine: Machine, group: str) -> None:
    """What a group gives fits each of its modules, and no other module gets it."""
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "module_defaults": {
            f"group/mailfleet.autodiscover.{group}": {
                "root": str(machine.root),
                "set": "fleet",
                "backup": True,
                "purge": False,
                "clients": ["claws_mail"],
                "existing": "leave",
                "missing_user": "skip",
                "client_running": "ignore",
                "allow_empty": True,
                "on_account_error": "fail",
                "state": "present",
            }
        },
        "tasks": [
            {"name": "One", "mailfleet.autodiscover.client_config": {"accounts": [ADA]}},
            {"name": "Two", CLIENT_FILES: {"files": [{"path": "/etc/two", "content": "x", "accounts": ["two"]}]}},
            {"name": "Three", POX_INFO: {"content": POP_FIRST}},
        ],
    }
    (ansible.directory / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    done = ansible.command("ansible-playbook", "play.yml", "-i", "localhost,")
    assert done.returncode == 0 and re.search(r"ok=3 +changed=2 ", done.stdout), done.stdout
    assert machine.accountrc("ada").exists() and (machine.root / "etc" / "two").exists()
    record = json.loads((machine.root / "var/lib/mailfleet/fleet.json").read_text(encoding="utf-8"))
    assert {"/etc/two", "{home:ada}/.claws-mail/accountrc"} <= {entry["path"] for entry in record["files"]}


VARIABLES: dict[str, tuple[Any, str]] = {
    "accounts": ({}, "mail_client_accounts is a dictionary; give a list of dictionaries."),
    "clients": ({"claws_mail": True}, "mail_client_clients is a dictionary; give a list."),
    "client_options": ([], "mail_client_client_options is a list; give a dictionary."),
    "purge": ("perhaps", 'mail_client_purge is "perhaps"; give true or false.'),
    "smtp_last": ("enforced", "Did you mean enforce?"),
}


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize("playbook", ["provision", "drift"])
def test_a_wrong_variable_is_one_sentence(fleet: Fleet, playbook: str, name: str) -> None:
    value, words = VARIABLES[name]
    fleet.variables[f"mail_client_{name}"] = value
    code, printed = fleet.play(playbook, "-e", "mail_client_hosts=desk1")
    assert code == 2 and words in re.sub(r"\s+", " ", printed)
    # Not the specification of the role, which has 20,000 characters.
    assert "argument_spec" not in printed and len(printed) < 3000


def test_a_misspelt_variable_is_a_warning(fleet: Fleet) -> None:
    fleet.variables["mail_client_smtplast"] = "ignore"
    fleet.variables["mail_client_of_our_own"] = 1
    code, printed = fleet.play("provision", "-e", "mail_client_hosts=desk1")
    plain = re.sub(r"\s+", " ", printed)
    assert code == 0 and plain.count("[WARNING]") == 1
    assert 'has no variable "mail_client_smtplast". Did you mean mail_client_smtp_last?' in plain
