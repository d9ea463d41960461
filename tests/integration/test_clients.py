# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every client in one task, beside what people made themselves: check, apply, again, change, join, purge, remove."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import CLIENTS

from .conftest import IMAP_ONLY, POP_FIRST, Ansible, Machine, checked, client_config

OWN = {
    "home/ada/.claws-mail/accountrc": b"# by hand\n[Account: 1]\naddress=eve@example.net\nprotocol=0\nuser_id=eve\n\n",
    "home/ada/.sylpheed-2.0/accountrc": b"[Account: 1]\naddress=eve@example.net\nprotocol=0\nuser_id=eve",
    "home/ada/.muttrc": b'# mine\nset realname="J\xfcrgen"\nset sendmail="/usr/bin/own"',
    "home/ada/.neomuttrc": b"# mine too\n",
    "home/ada/.emacs": b'(setq user-mail-address "eve@example.net") ; mine\n',
    "home/ada/.config/mailtransports": (
        b"[$Version]\nupdate_info=x\n\n[General]\ndefault-transport=7\n\n[Transport 7]\nhost=mine\n"
    ),
    "home/ada/.config/emailidentities": (
        b"[General]\nDefault Identity=3\n\n[Identity #0]\nEmail Address=eve@example.net\nuoid=3\n"
    ),
    "home/ada/.config/akonadi/agentsrc": b"[Instances]\nakonadi_pop3_resource_0\\AgentType=akonadi_pop3_resource\n",
    "home/ada/.config/evolution/sources/mine.source": b"[Data Source]\nDisplayName=mine\n",
    "etc/thunderbird/policies/policies.json": b'{\n    "policies": {\n        "DisableTelemetry": true\n    }\n}',
    "etc/thunderbird/thunderbird.cfg": b"// of the admin\nlockPref('a.b', 1);\n",
}
"""What is there before us. It is there, byte for byte, after us."""

FOUND = ["usr/share/thunderbird/x", "usr/bin/mpop", "usr/bin/msmtp"]


@pytest.fixture
def desk(machine: Machine) -> Machine:
    """A node on which people have used their mail clients already."""
    for name, content in OWN.items():
        path = machine.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name in FOUND:
        path = machine.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
        path.chmod(0o755)
    return machine


def present(desk: Machine, *accounts: dict[str, Any], **options: Any) -> dict[str, Any]:
    return client_config(desk, accounts=list(accounts), clients=list(CLIENTS), unsupported="warn", **options)


def contents(desk: Machine) -> dict[str, bytes | None]:
    """Return every file and directory but the record, which says what is ours."""
    return {path: content for path, content in desk.tree().items() if not path.startswith("var")}


def test_every_client_beside_what_people_made(ansible: Ansible, desk: Machine, ada: Any, bob: Any) -> None:
    ada = {**ada, "password_command": "pass show mail"}
    before = contents(desk)
    (dry,) = ansible.tasks(checked(present(desk, ada)))
    assert dry["changed"] and contents(desk) == before, ansible.printed

    applied, again = ansible.tasks({**present(desk, ada), "diff": True}, present(desk, ada))
    assert not applied["failed"], ansible.printed
    assert applied["diff"] == dry["diff"] and applied["files"] == dry["files"]
    assert {row["client"] for row in applied["files"]} == set(CLIENTS)
    assert not again["changed"] and again["drift"] == []
    for name, content in OWN.items():
        now = (desk.root / name).read_bytes()
        assert [line for line in content.splitlines() if line not in now] == [], name

    first = contents(desk)
    renamed = {**ada, "pox": POP_FIRST.replace("smtp.", "mail.").replace("pop.", "mail.")}
    second = {"email": "ada@example.net", "user": "ada", "pox": IMAP_ONLY}
    moved, joined, still, back, last = ansible.tasks(
        present(desk, renamed),
        present(desk, renamed, second, bob),
        present(desk, renamed, second, bob),
        present(desk, ada, purge=True),
        present(desk, ada),
    )
    assert {row["action"] for row in moved["files"]} >= {"updated"} and not moved["failed"]
    assert joined["changed"] and not still["changed"], still["drift"]
    assert back["changed"] and not back["failed"] and not last["changed"]
    assert contents(desk) == first

    (gone,) = ansible.tasks(client_config(desk, accounts=[{"email": ada["email"]}], clients=[], state="absent"))
    assert gone["changed"] and not gone["failed"]
    assert contents(desk) == before


@pytest.mark.parametrize("client", list(CLIENTS))
def test_drift_of_each_client_is_seen_and_put_right(ansible: Ansible, desk: Machine, ada: Any, client: str) -> None:
    task = client_config(desk, accounts=[ada], clients=[client], unsupported="warn")
    (applied,) = ansible.tasks(task)
    first = contents(desk)
    # What people made themselves stays: where their file is gone, a client may look for another one.
    made = [Path(row["path"]) for row in applied["files"] if row["path"].lstrip("/") not in OWN]
    for path in made:
        (desk.root / str(path).lstrip("/")).unlink()
    found, repaired = ansible.tasks(checked(task), task)
    assert found["changed"] and repaired["changed"]
    assert {Path(row["path"]) for row in found["drift"] if row["reason"] == "missing"} == set(made)
    assert contents(desk) == first


def test_two_people_of_one_host_get_their_own(ansible: Ansible, desk: Machine, ada: Any, bob: Any) -> None:
    (applied,) = ansible.tasks(present(desk, ada, bob))
    assert not applied["failed"]
    for row in applied["files"]:
        if row["path"].startswith("/home/"):
            owner = row["path"].split("/")[2]
            assert {email.partition("@")[0] for email in row["emails"]} == {owner}
            text = (desk.root / row["path"].lstrip("/")).read_bytes()
            other = {"ada": b"bob@", "bob": b"ada@"}[owner]
            assert other not in text
