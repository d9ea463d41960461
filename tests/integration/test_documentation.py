# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example is run: those of the plugins from the checkout, those of the README from an installed artefact."""

from __future__ import annotations

import importlib
import json
import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import Ansible, Machine

TOP = Path(__file__).resolve().parents[2]
README = (TOP / "README.md").read_text(encoding="utf-8")
ROLE_README = (TOP / "roles" / "mail_client" / "README.md").read_text(encoding="utf-8")
MODULES = sorted(path.stem for path in (TOP / "plugins" / "modules").glob("*.py"))
FILTERS = sorted(path.stem for path in (TOP / "plugins" / "filter").glob("*.yml"))


def examples(kind: str, name: str) -> list[dict[str, Any]]:
    """Return the tasks of a plugin's EXAMPLES."""
    if kind == "filter":
        document = yaml.safe_load((TOP / "plugins" / "filter" / f"{name}.yml").read_text(encoding="utf-8"))
        text = document["EXAMPLES"]
    else:
        text = importlib.import_module(f"ansible_collections.mailfleet.autodiscover.plugins.modules.{name}").EXAMPLES
    tasks: list[dict[str, Any]] = yaml.safe_load(text)
    return tasks


def block_after(words: str, kind: str, page: str = README) -> str:
    """Return the first fenced block of a kind after ``words`` in the README, or another page."""
    found = re.search(rf"```{kind}\n(.*?)```", page[page.index(words) :], re.DOTALL)
    assert found is not None, words
    return found[1]


def commands_after(words: str) -> list[list[str]]:
    """Return the commands of the first shell block after ``words``."""
    return [shlex.split(line) for line in block_after(words, "sh").splitlines() if line]


@pytest.mark.parametrize(
    ("kind", "name"), [*(("module", name) for name in MODULES), *(("filter", name) for name in FILTERS)]
)
def test_examples_of_plugins(ansible: Ansible, machine: Machine, kind: str, name: str) -> None:
    answers = ansible.directory / "answers"
    answers.mkdir()
    answer = block_after("2. Keep the answer", "xml")
    # The example of pox_info stops at SMTPLast=on; all others are glad of it.
    (answers / "ada.xml").write_text(
        answer.replace("<SMTPLast>on", "<SMTPLast>off") if name == "pox_info" else answer, encoding="utf-8"
    )
    defaults = {
        f"mailfleet.autodiscover.{module}": {"root": str(machine.root)} for module in MODULES if "client" in module
    }
    account = {"email": "ada@example.org", "user": "ada", "pox_src": "answers/ada.xml"}
    results = ansible.tasks(
        *({**task, "module_defaults": defaults, "vars": {"mail_accounts": [account]}} for task in examples(kind, name))
    )
    failed = [
        (task["name"], result["msg"])
        for task, result in zip(examples(kind, name), results, strict=True)
        if result.get("failed")
    ]
    assert failed == []


@pytest.fixture(scope="module")
def artefact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build and install the collection by the README's own commands; return the collection path."""
    place = tmp_path_factory.mktemp("artefact")
    ansible = Ansible(place)
    build, install, pip = commands_after("1. Install")
    assert pip[:4] == ["python3", "-m", "pip", "install"]
    for command, more in ((build, [str(TOP), "--output-path", "."]), (install, ["--offline", "-p", "collections"])):
        # A collection path of its own: in the other one it is installed already.
        done = ansible.command(
            command[0], *command[1:], *more, ANSIBLE_COLLECTIONS_PATH=str(place / "collections"), PYTHONPATH=""
        )
        assert done.returncode == 0, done.stdout
    return place / "collections"


def test_the_readme_from_nothing_to_a_provisioned_client(artefact: Path, ansible: Ansible, machine: Machine) -> None:
    (ansible.directory / "answers").mkdir()
    (ansible.directory / "answers" / "example.org.xml").write_text(
        block_after("2. Keep the answer", "xml"), encoding="utf-8"
    )
    (ansible.directory / "inventory.yml").write_text(block_after("3. Say who", "yaml"), encoding="utf-8")
    here = [
        *("-e", "ansible_connection=local", "-e", "mail_client_become=false", "-e", f"mail_client_root={machine.root}"),
        *("-e", "ansible_python_interpreter={{ ansible_playbook_python }}"),
    ]

    def run(command: list[str]) -> tuple[int, str]:
        done = ansible.command(command[0], *command[1:], *here, ANSIBLE_COLLECTIONS_PATH=str(artefact), PYTHONPATH="")
        return done.returncode, done.stdout

    look, provision = commands_after("4. Look, then do it")
    (drift,) = commands_after("5. Find drift")
    before = machine.tree()
    code, printed = run(look)
    assert code == 0, printed
    assert "+pop_before_smtp=1" in printed and machine.tree() == before
    code, printed = run(provision)
    assert code == 0 and b"pop_before_smtp=1" in machine.accountrc("ada").read_bytes()
    plain = re.sub(r"\s+", " ", printed)
    for line in block_after("The second command also tells", "text").splitlines():
        assert re.sub(r"\s+", " ", line) in plain
    code, printed = run(provision)
    assert code == 0 and "changed=0" in printed
    assert run(drift)[0] == 0
    machine.isp("example.org").unlink()
    assert run(drift)[0] == 2
    purge, absent = commands_after("6. Take away")
    assert run(provision)[0] == 0
    code, printed = run(absent)
    assert code == 0 and not machine.accountrc("ada").exists() and machine.isp("example.org").exists()
    inventory = ansible.directory / "inventory.yml"
    inventory.write_text(inventory.read_text(encoding="utf-8").replace("ada@", "eve@"), encoding="utf-8")
    code, printed = run(purge)
    assert code == 0 and machine.isp("example.org").exists()


def test_the_readme_task_and_overrides(ansible: Ansible, machine: Machine) -> None:
    answers = ansible.directory / "answers"
    answers.mkdir()
    answer = block_after("2. Keep the answer", "xml")
    (answers / "example.org.xml").write_text(answer, encoding="utf-8")
    (answers / "ada.xml").write_text(answer.replace("<Port>995<", "<Port>99999<"), encoding="utf-8")
    (task,) = yaml.safe_load(block_after("It honours", "yaml"))
    accounts = yaml.safe_load(block_after("is mended in the inventory", "yaml"))["mail_client_accounts"]
    task["mailfleet.autodiscover.client_config"]["root"] = str(machine.root)
    wrong = {"mailfleet.autodiscover.client_config": {**task["mailfleet.autodiscover.client_config"]}}
    wrong["mailfleet.autodiscover.client_config"]["accounts"] = [{**accounts[0], "overrides": {}}]
    mended = {"mailfleet.autodiscover.client_config": {**task["mailfleet.autodiscover.client_config"]}}
    mended["mailfleet.autodiscover.client_config"]["accounts"] = accounts
    first, refused, last = ansible.tasks(task, wrong, mended)
    assert first["changed"] and not last["failed"]
    assert "override" in {row["code"] for row in last["findings"]}
    sentence = block_after("The task names the account", "text").splitlines()[1]
    assert sentence in refused["msg"]


def test_the_readme_for_a_play_of_ones_own(ansible: Ansible, machine: Machine) -> None:
    tasks = yaml.safe_load(block_after("in a play of your own", "yaml"))
    tasks[0]["mailfleet.autodiscover.client_config"]["root"] = str(machine.root)
    answer = block_after("2. Keep the answer", "xml")
    accounts = [{"email": f"user{number}@example.org", "user": "ada", "pox": answer} for number in range(20)]
    accounts[3]["pox"] = answer.replace("<Port>995<", "<Port>99999<")
    play = {"name": "Play", "hosts": "desk1", "gather_facts": False, "connection": "local", "tasks": tasks}
    path = ansible.directory / "play.yml"
    path.write_text(json.dumps([{**play, "vars": {"mail_accounts": accounts}}]), encoding="utf-8")
    run = ("ansible-playbook", str(path), "-i", "desk1,")
    done = ansible.command(*run)
    assert done.returncode == 2 and "changed=1" in done.stdout and len(done.stdout) < 4000, done.stdout
    assert "desk1: 1 of 20 accounts refused. The others were provisioned.\n" in done.stdout
    assert machine.accountrc("ada").read_bytes().count(b"pop_before_smtp=1") == 19

    (machine.root / "var/lib/mailfleet/default.json").write_bytes(b"garbage")
    done = ansible.command(*run)
    assert done.returncode == 2 and "ok=0" in done.stdout and "cannot be read as a record" in done.stdout
    assert "failed_when" not in done.stdout and len(done.stdout) < 4000, done.stdout


def test_the_readme_of_the_role(ansible: Ansible, machine: Machine) -> None:
    answers = ansible.directory / "answers"
    answers.mkdir()
    (answers / "example.org.xml").write_text(block_after("2. Keep the answer", "xml"), encoding="utf-8")
    (ansible.directory / "inventory").write_text("[desktops]\ndesk1\n", encoding="utf-8")
    here = ("-e", "ansible_connection=local", "-e", "ansible_become=false", "-e", f"mail_client_root={machine.root}")
    for words, changed in (("## Example", 1), ("## Example", 0), ("With `roles:`", 0)):
        (ansible.directory / "play.yml").write_text(block_after(words, "yaml", ROLE_README), encoding="utf-8")
        done = ansible.command("ansible-playbook", "play.yml", "-i", "inventory", *here)
        assert done.returncode == 0 and f"changed={changed}" in done.stdout, done.stdout
    assert b"pop_before_smtp=1" in machine.accountrc("ada").read_bytes()
    for playbook in re.findall(r"`mailfleet\.autodiscover\.(provision|drift)`", ROLE_README):
        assert (TOP / "playbooks" / f"{playbook}.yml").exists()


def test_two_commands_stand_in_the_readme() -> None:
    assert [command[:2] for command in commands_after("## See it work")] == [
        ["make", "demo"],
        ["make", "test"],
        ["make", "lab"],
    ]
    for path in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", README):
        assert (TOP / path).exists(), path
    assert os.access(TOP / ".ci" / "run", os.X_OK)
