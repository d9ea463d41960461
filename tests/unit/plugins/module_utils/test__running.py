# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which programs a user runs."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._running import Processes


@pytest.fixture
def proc(tmp_path):
    for number, name in (
        ("1", "init"),
        ("22", "claws-mail"),
        ("333", "thunderbird-bin"),
        ("self", "no-number"),
        ("4", None),
    ):
        (tmp_path / number).mkdir()
        if name:
            (tmp_path / number / "comm").write_text(name + "\n")
    return str(tmp_path)


CASES = [
    ("one of them", ["sylpheed", "claws-mail"], ["claws-mail"]),
    ("a name that the kernel cuts", ["thunderbird-bin-long"], ["thunderbird-bin"]),
    ("a part of a name is no name", ["claws"], []),
    ("what is no process", ["no-number"], []),
    ("nothing asked", [], []),
]


@pytest.mark.parametrize("names, found", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_programs_of_a_user(proc, names, found):
    assert [name[:15] for name in Processes(proc).running(os.getuid(), names)] == found


def test_programs_of_another_user_do_not_count(proc):
    assert Processes(proc).running(os.getuid() + 1, ["claws-mail"]) == []


def test_a_system_without_proc_sees_none(tmp_path):
    assert Processes(str(tmp_path / "none")).running(os.getuid(), ["claws-mail"]) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux names its processes in /proc")
def test_a_real_process():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        with open(f"/proc/{process.pid}/comm") as stream:
            name = stream.read().strip()
        assert Processes().running(os.getuid(), [name, "surely-not-there"]) == [name]
        process.communicate(b"\n")


def test_processes_without_end_are_not_all_read(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "ansible_collections.mailfleet.autodiscover.plugins.module_utils._running.PROCESSES_OF_A_USER", 3
    )
    for number in range(10):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "comm").write_text(f"claws-mail{number}\n")
    names = [f"claws-mail{number}" for number in range(10)]
    assert len(Processes(str(tmp_path)).running(os.getuid(), names)) == 3
