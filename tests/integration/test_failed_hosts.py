# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that could not be looked at is failed by the drift playbook, and never one without drift."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import POP_FIRST, Fleet, Machine

JUDGED = ("-e", "mail_client_fail_on_drift=true")
REPORTED = "desk1"
"""The host that is spoiled; desk2 is as it should be."""


def _record(machine: Machine) -> Path:
    return machine.root / "var/lib/mailfleet/default.json"


def _no_interpreter(fleet: Fleet) -> None:
    fleet.hosts[REPORTED] = {"ansible_python_interpreter": "/nonexistent/python3"}


def _mute_interpreter(fleet: Fleet) -> None:
    """Answer like a module, and say nothing."""
    program = fleet.ansible.directory / "python3"
    program.write_text("#!/bin/sh\necho '{}'\n", encoding="utf-8")
    program.chmod(0o755)
    fleet.hosts[REPORTED] = {"ansible_python_interpreter": str(program)}


def _crash(fleet: Fleet) -> None:
    """A Python that ends before the module says anything."""
    program = fleet.ansible.directory / "python3"
    program.write_text("#!/bin/sh\necho 'Segmentation fault' >&2\nexit 139\n", encoding="utf-8")
    program.chmod(0o755)
    fleet.hosts[REPORTED] = {"ansible_python_interpreter": str(program)}


def _garbage_record(fleet: Fleet) -> None:
    _record(fleet.machines[REPORTED]).write_bytes(b"\0garbage")


def _misshapen_record(fleet: Fleet) -> None:
    record = _record(fleet.machines[REPORTED])
    content = json.loads(record.read_text(encoding="utf-8"))
    content["files"][0]["sections"] = 7
    record.write_text(json.dumps(content), encoding="utf-8")


def _record_is_a_directory(fleet: Fleet) -> None:
    _record(fleet.machines[REPORTED]).unlink()
    _record(fleet.machines[REPORTED]).mkdir()


def _no_root(fleet: Fleet) -> None:
    fleet.variables["mail_client_root"] = (
        f"{fleet.place}/{{{{ 'gone' if inventory_hostname == 'desk1' else 'desk2' }}}}"
    )


CAUSES: dict[str, Callable[[Fleet], None]] = {
    "interpreter missing": _no_interpreter,
    "interpreter says nothing": _mute_interpreter,
    "module crashed": _crash,
    "record is garbage": _garbage_record,
    "record of a wrong shape": _misshapen_record,
    "record is a directory": _record_is_a_directory,
    "root missing": _no_root,
}


@pytest.mark.parametrize("cause", CAUSES.values(), ids=CAUSES)
def test_a_failed_module_is_never_no_drift(fleet: Fleet, cause: Callable[[Fleet], None]) -> None:
    fleet.play("provision")
    cause(fleet)
    code, printed = fleet.play("drift", *JUDGED)
    assert code == 2, printed
    recap = {found[1]: found[0] for found in re.findall(r"(^(\w+) .*failed=.*$)", printed, re.M)}
    assert "failed=1" in recap[REPORTED] and "failed=0" in recap["desk2"], printed
    assert f"[{REPORTED}]: FAILED!" in printed
    # Nothing was provisioned, so nothing is told of what would have been.
    assert "translation" not in printed and "summary" not in printed


def test_a_host_that_failed_is_failed_alone_and_without_judgement_too(fleet: Fleet) -> None:
    fleet.play("provision")
    _garbage_record(fleet)
    code, printed = fleet.play("drift", "-e", f"mail_client_hosts={REPORTED}")
    assert code == 2 and f"[{REPORTED}]: FAILED!" in printed


def test_a_failed_module_does_not_hide_behind_a_refused_account(fleet: Fleet) -> None:
    fleet.play("provision")
    _garbage_record(fleet)
    fleet.variables["mail_client_accounts"].append({"email": "eve@example.org", "user": "ada", "pox": "no answer"})
    code, printed = fleet.play("drift", *JUDGED, "-e", f"mail_client_hosts={REPORTED}")
    plain = re.sub(r"\s+", " ", printed)
    assert code == 2 and "cannot be read as a record" in plain and "eve@example.org" in plain
    assert "would be provisioned" not in plain and "no drift of theirs is known" not in plain


SHOWN = "{{ ansible_failed_result }} {{ result.msg }} {{ ansible_failed_result | to_json }}"
HOSTILE = "{{ 'pw' ~ 'ned' }}"


def _play_that_shows(fleet: Fleet, task: dict[str, Any]) -> str:
    """Run a task that fails, in a play that shows what came of it as plays do; return what was printed."""
    play = {
        "name": "Play",
        "hosts": REPORTED,
        "gather_facts": False,
        "tasks": [
            {
                "name": "Try",
                "block": [{"name": "Fail", "register": "result", **task}],
                "rescue": [
                    {"name": "Show", "ansible.builtin.debug": {"msg": SHOWN}},
                    {"name": "Show it as it is", "ansible.builtin.debug": {"var": "result"}},
                ],
            }
        ],
    }
    (fleet.ansible.directory / "shows.yml").write_text(json.dumps([play]), encoding="utf-8")
    done = fleet.ansible.command("ansible-playbook", "shows.yml", "-i", fleet.inventory(), "-vvv")
    assert done.returncode == 0 and "Show it as it is" in done.stdout, done.stdout
    return done.stdout


def test_what_a_server_says_is_no_template_in_an_error(fleet: Fleet) -> None:
    """Before 2.19, the result of an error that an action raises is a template as soon as a play shows it."""
    document = POP_FIRST.replace("pop.example.org", HOSTILE).replace("995", HOSTILE)
    tasks: list[dict[str, Any]] = [
        {"mailfleet.autodiscover.pox_info": {"src": "hostile.xml"}},
        {"mailfleet.autodiscover.pox_info": {"src": str(fleet.place / "hostile.xml"), "remote_src": True}},
        {
            "mailfleet.autodiscover.client_config": {
                "accounts": [{"email": "ada@example.org", "user": "ada", "pox_src": "hostile.xml"}],
                "clients": ["claws_mail"],
                "root": str(fleet.machines[REPORTED].root),
            }
        },
    ]
    for directory in (fleet.place, fleet.ansible.directory):
        (directory / "hostile.xml").write_text(document, encoding="utf-8")
    for task in tasks:
        printed = _play_that_shows(fleet, task)
        assert re.search("pw'+ ~ '+ned", printed) and "pwned" not in printed


def test_what_a_node_says_is_no_template_in_an_error(fleet: Fleet) -> None:
    program = fleet.ansible.directory / "python3"
    said = json.dumps({"failed": True, "msg": HOSTILE, "rc": 1, "refused": [], "record": HOSTILE})
    script = f"#!/bin/sh\ncat <<'EOF'\n{said}\nEOF\ncat >&2 <<'EOF'\n{HOSTILE}\nEOF\n"
    program.write_text(script, encoding="utf-8")
    program.chmod(0o755)
    fleet.hosts[REPORTED] = {"ansible_python_interpreter": str(program)}
    task = {
        "mailfleet.autodiscover.client_config": {
            "accounts": [
                {"email": "ada@example.org", "user": "ada", "pox": POP_FIRST},
                {"email": "eve@example.org", "user": "ada", "pox": "no answer"},
            ],
            "clients": ["claws_mail"],
            "root": str(fleet.machines[REPORTED].root),
        }
    }
    printed = _play_that_shows(fleet, task)
    assert re.search("pw'+ ~ '+ned", printed) and "pwned" not in printed


def test_a_host_without_accounts_has_no_drift(fleet: Fleet) -> None:
    fleet.hosts[REPORTED] = {"mail_client_accounts": []}
    fleet.play("provision")
    assert fleet.play("drift", *JUDGED)[0] == 0
