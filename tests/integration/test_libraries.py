# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A controller without lxml: each plugin says so in one sentence, and what needs no lxml goes on."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from .conftest import POP_FIRST, Ansible, Machine, client_config

HIDE_LXML = """\
import sys

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] == "lxml":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Finder)
"""
SENTENCE = re.compile(
    r"The Python library lxml is missing on the controller, where (\S+/python\S*) says \"No module named 'lxml'\"; "
    r"install it with: \1 -m pip install lxml jsonschema"
)


@pytest.fixture
def lxml_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide lxml from every Python that is started from here."""
    (tmp_path / "hide").mkdir()
    (tmp_path / "hide" / "sitecustomize.py").write_text(HIDE_LXML, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "hide"), os.environ["PYTHONPATH"]]))


@pytest.mark.usefixtures("lxml_hidden")
def test_without_lxml_the_plugins_say_so(ansible: Ansible, machine: Machine, ada: Any, bob: Any) -> None:
    before = machine.tree()
    *failed, absent = ansible.tasks(
        {"mailfleet.autodiscover.pox_info": {"content": POP_FIRST}},
        client_config(machine, accounts=[ada, bob]),
        {"ansible.builtin.debug": {"msg": "{{ pox | mailfleet.autodiscover.from_pox }}"}, "vars": {"pox": POP_FIRST}},
        client_config(machine, accounts=[ada], state="absent"),
    )
    assert [len(SENTENCE.findall(result["msg"])) for result in failed] == [1, 1, 1]
    for result in failed[:2]:
        assert SENTENCE.fullmatch(result["msg"])
    assert all(result["failed"] for result in failed) and "Traceback" not in ansible.printed
    assert not absent["failed"]
    assert machine.tree() == before
