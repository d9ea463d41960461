# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files with other bytes in each run: compared by the bytes that we wrote and by what they are made of."""

from __future__ import annotations

import json

import pytest

from .conftest import ADA, whole

PATH = "/etc/fleet.conf"
RECORD = "/var/lib/mailfleet/default.json"


def actions(result):
    return [row["action"] for row in result["files"]]


def test_other_bytes_of_the_same_basis_change_nothing(node):
    assert actions(node.install([whole(content="signed, take 1\n", basis="a")])) == ["created"]
    before = node.snapshot()
    second = node.install([whole(content="signed, take 2\n", basis="a")], diff=True)
    assert actions(second) == ["unchanged"] and not second["changed"]
    assert second["drift"] == second["diff"] == [] and node.snapshot() == before


CASES = [
    ("another basis", b"signed, take 1\n", "b"),
    ("no basis any more", b"signed, take 1\n", None),
    ("somebody changed the file", b"signed, take 1 \n", "a"),
    ("somebody emptied it", b"", "a"),
]


@pytest.mark.parametrize("there, basis", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_written_again(node, there, basis):
    node.install([whole(content="signed, take 1\n", basis="a")])
    node.write(PATH, there)
    item = whole(content="signed, take 2\n", basis=basis)
    checked = node.install([item], check=True)
    result = node.install([item])
    assert actions(result) == actions(checked) == ["updated"]
    assert [row["reason"] for row in result["drift"]] == ["content"] and result["drift"] == checked["drift"]
    assert node.read(PATH) == b"signed, take 2\n"
    assert not node.install([dict(item)])["changed"]


def test_a_missing_file_is_made_again(node):
    node.install([whole(content="signed, take 1\n", basis="a")])
    node.path(PATH).unlink()
    assert actions(node.install([whole(content="signed, take 2\n", basis="a")])) == ["created"]
    assert node.read(PATH) == b"signed, take 2\n"


def test_only_the_mode_differs(node):
    node.install([whole(content="signed, take 1\n", basis="a", mode="0644")])
    node.path(PATH).chmod(0o600)
    result = node.install([whole(content="signed, take 2\n", basis="a", mode="0644")])
    assert [row["reason"] for row in result["drift"]] == ["mode"]
    assert node.read(PATH) == b"signed, take 1\n" and node.mode(PATH) == 0o644


def test_a_file_that_we_did_not_write_is_not_trusted(node):
    node.write(PATH, b"signed by somebody\n")
    assert actions(node.install([whole(content="signed, take 1\n", basis="a")])) == ["updated"]


def test_the_right_bytes_of_a_stranger_are_adopted_with_their_basis(node):
    node.write(PATH, b"signed, take 1\n")
    assert not node.install([whole(content="signed, take 1\n", basis="a")])["changed"]
    assert not node.install([whole(content="signed, take 2\n", basis="a")])["changed"]


def test_what_was_there_before_comes_back(node):
    node.write(PATH, b"before\n")
    node.install([whole(content="signed, take 1\n", basis="a")])
    node.install([whole(content="signed, take 2\n", basis="a")])
    result = node.absent(ADA)
    assert node.read(PATH) == b"before\n" and result["findings"] == []


@pytest.mark.parametrize("written", [True, False], ids=["the file was written", "the file was not"])
def test_a_crash_between_record_and_file(node, written):
    node.install([whole(content="signed, take 1\n", basis="a")])
    (old,) = node.record()
    node.install([whole(content="signed, take 2\n", basis="b")])
    (new,) = node.record()
    mark = {"before": old["sha256"], "after": new["sha256"], "entry": old, "leaves": False}
    record = {"version": 1, "set": "default", "files": [dict(new, unfinished=mark)]}
    node.write(RECORD, json.dumps(record).encode())
    if not written:
        node.write(PATH, b"signed, take 1\n")
    result = node.install([whole(content="signed, take 3\n", basis="b")])
    assert actions(result) == (["unchanged"] if written else ["updated"])


@pytest.mark.parametrize(
    "item",
    [
        {"path": PATH, "content": "x", "once": True, "basis": "a"},
        {"path": PATH, "blocks": [{"text": "x"}], "basis": "a"},
    ],
    ids=["once", "blocks"],
)
def test_basis_is_for_whole_files(node, item):
    result = node.install([item])
    assert result["failed"] and "basis is for the content of whole files" in result["msg"]
