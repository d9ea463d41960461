# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``pox_info``, ``from_pox`` and ``to_client_files`` as tasks use them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from .conftest import POP_FIRST, Ansible, Machine, client_config

POX_INFO = "mailfleet.autodiscover.pox_info"


def test_pox_info_reads_text_files_and_remote_files_alike(ansible: Ansible) -> None:
    path = ansible.directory / "ada.xml"
    path.write_bytes(b"\xff\xfe" + POP_FIRST.replace("utf-8", "utf-16").encode("utf-16-le"))
    local, remote, text, both, neither = ansible.tasks(
        {POX_INFO: {"src": "ada.xml", "email": "ada@Example.org"}},
        {POX_INFO: {"src": str(path), "remote_src": True, "email": "ada@Example.org"}, "check_mode": True},
        {POX_INFO: {"content": POP_FIRST, "email": "ada@Example.org"}},
        {POX_INFO: {"content": POP_FIRST, "src": "ada.xml"}},
        {POX_INFO: {}},
    )
    assert local["settings"] == remote["settings"] == text["settings"]
    assert local["settings"]["email"] == "ada@example.org"
    assert local["settings"]["outgoing"][0]["pop_before_smtp"] is True
    assert not local["changed"] and local["findings"] == []
    assert both["failed"] and neither["failed"]


def test_pox_info_fails_in_one_sentence(ansible: Ansible) -> None:
    nothing, remote, html, address = ansible.tasks(
        {POX_INFO: {"src": "nowhere.xml"}},
        {POX_INFO: {"src": "/nowhere.xml", "remote_src": True}},
        {POX_INFO: {"content": "<!doctype html><html></html>"}},
        {POX_INFO: {"content": POP_FIRST, "email": "ada"}},
    )
    assert "nowhere.xml" in nothing["msg"] and "Sought" in nothing["msg"]
    assert "/nowhere.xml" in remote["msg"]
    assert "HTML" in html["msg"] and '"ada"' in address["msg"]
    assert "Traceback" not in ansible.printed


def test_pox_info_reads_no_more_of_a_node_than_an_answer(ansible: Ansible, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "large").write_bytes(b"")
    os.truncate(tmp_path / "large", 2**40)
    paths = ["/dev/zero", str(tmp_path / "fifo"), str(tmp_path / "large")]
    *special, large = ansible.tasks(*[{POX_INFO: {"src": path, "remote_src": True}} for path in paths])
    assert all("not a regular file" in result["msg"] for result in special)
    assert "has 1099511627776 bytes, and no more than 1048576" in large["msg"]
    assert "Traceback" not in ansible.printed


def filtered(expression: str, **variables: Any) -> dict[str, Any]:
    return {"ansible.builtin.set_fact": {"made": "{{ " + expression + " }}"}, "vars": variables}


def test_filters_give_what_the_module_installs(ansible: Ansible, machine: Machine, ada: Any) -> None:
    chain = (
        "pox | mailfleet.autodiscover.from_pox(email='ada@example.org')"
        " | mailfleet.autodiscover.to_client_files('ada@example.org', ['claws_mail'], user='ada')"
    )
    made, installed, again = ansible.tasks(
        filtered(chain, pox=POP_FIRST),
        {"mailfleet.autodiscover.client_files": {"files": "{{ made.files }}", "root": str(machine.root)}},
        client_config(machine, accounts=[ada], clients=["claws_mail"]),
    )
    assert {row["element"] for row in made["ansible_facts"]["made"]["translation"]} == {"TTL"}
    assert installed["changed"] and not again["changed"]


def test_an_answer_is_never_a_template(ansible: Ansible, machine: Machine) -> None:
    trap = POP_FIRST.replace("%EMAILADDRESS%", "{{ 6 * 7 }}")
    (ansible.directory / "trap.xml").write_text(trap, encoding="utf-8")
    account = {"email": "ada@example.org", "user": "ada", "pox_src": "trap.xml"}
    read, installed = ansible.tasks(
        {POX_INFO: {"src": "trap.xml"}}, client_config(machine, accounts=[account], clients=["claws_mail"])
    )
    # Such a login is a mistake of the server; the sentence about it is no template either.
    assert read["failed"] and 'LoginName is "{{ 6 * 7 }}"' in read["msg"]
    assert 'LoginName is "{{ 6 * 7 }}"' in installed["refused"][0]["reason"]
    assert not machine.accountrc("ada").exists() and "42" not in read["msg"] + installed["msg"]


def test_filters_fail_in_one_sentence(ansible: Ansible) -> None:
    html, wrong, client, option = ansible.tasks(
        filtered("'<html></html>' | mailfleet.autodiscover.from_pox"),
        filtered("{} | mailfleet.autodiscover.from_pox"),
        filtered(
            "pox | mailfleet.autodiscover.from_pox | mailfleet.autodiscover.to_client_files('a@example.org', ['x'])",
            pox=POP_FIRST,
        ),
        filtered(
            "pox | mailfleet.autodiscover.from_pox"
            " | mailfleet.autodiscover.to_client_files('a@example.org', ['claws_mail'], smtplast='on')",
            pox=POP_FIRST,
        ),
    )
    assert "HTML" in html["msg"] and "from_pox" in wrong["msg"]
    assert "no client" in client["msg"] and "smtplast" in option["msg"]
