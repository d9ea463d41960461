# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Diffs for people: no secret, nothing of others, nothing endless, and nothing at all unless somebody asks."""

from __future__ import annotations

import json

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils import (
    _diffs,
    _target,
    _target_blocks,
    _target_values,
)
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._diffs import Side, keyed_diff, whole_diff

from .conftest import ADA, BOB, account, whole


def diff(before, after, before_ours=True, after_ours=True):
    return whole_diff("/f", (Side(before, before_ours), Side(after, after_ours)))


def test_only_a_secret_differs():
    entry = diff(b"<password>one</password>", b"<password>two</password>")
    assert "not shown" in entry["prepared"] and "/f" in entry["prepared"] and "one" not in str(entry)


SKIPPED = [
    ("binary before", b"\0", b"x", "binary"),
    ("binary after", b"x", b"\xff", "binary"),
    ("too large", b"x" * 104449, b"x", "104448"),
    ("an empty file is made", None, b"", "empty"),
]


@pytest.mark.parametrize("before, after, word", [case[1:] for case in SKIPPED], ids=[case[0] for case in SKIPPED])
def test_what_is_not_shown_is_said(before, after, word):
    assert word in diff(before, after)["prepared"]


def test_as_much_as_core_shows_is_shown():
    assert diff(b"", b"x" * 104448)["after"] == "x" * 104448


ONE = "[1 line that somebody else wrote is not shown]\n"
THREE = "[3 lines that somebody else wrote are not shown]\n"
STRANGERS = [
    ("lines that we write", b"ours\nhunter2\na\n\n", b"ours\n", True, "ours\n" + THREE, "ours\n"),
    ("between ours", b"ours\nhunter2\n\nmore\n", b"ours\nmore\n", True, None, "ours\nmore\n"),
    ("nothing of ours", b"hunter2\n", b"ours\n", True, ONE, "ours\n"),
    ("no end of line", b"ours\nhunter2", b"ours", True, "ours\n" + ONE, "ours"),
    ("nothing comes", b"a\nhunter2\nb\n", None, True, THREE, ""),
    ("nobody's on either side", b"hunter2\na\nb\n", b"hunter2\n", False, THREE, ONE),
    ("an empty file", b"", b"ours\n", True, "", "ours\n"),
]


@pytest.mark.parametrize(
    "before, after, after_ours, old, new", [case[1:] for case in STRANGERS], ids=[case[0] for case in STRANGERS]
)
def test_of_a_stranger_s_file_only_our_lines_are_shown(before, after, after_ours, old, new):
    entry = diff(before, after, before_ours=False, after_ours=after_ours)
    if old is not None:
        assert entry["before"] == old
    assert entry["after"] == new and "hunter2" not in str(entry)


def test_what_only_strangers_wrote_is_only_told():
    entry = diff(b"hunter2\n", b"hunter3\n", before_ours=False, after_ours=False)
    assert "only what is not shown differs" in entry["prepared"] and "hunter" not in str(entry)


def test_a_line_that_is_ours_because_its_secret_is_hidden_is_no_way_to_show_it():
    ours = b"<key>Password</key>\n<string>hunter2</string>\n"
    entry = diff(b"<key>Title</key>\n<string>hunter2</string>\n", ours, before_ours=False)
    assert "hunter2" not in str(entry)


def test_what_somebody_else_wrote_is_not_even_looked_through(monkeypatch):
    looked = []
    monkeypatch.setattr(_diffs, "redacted", lambda text: looked.append(text) or text)
    diff(b"ours\n" + b"pass" * 20000, b"ours\n", before_ours=False)
    assert looked == ["ours\n"]


def test_a_line_that_holds_a_secret_in_one_place_is_hidden_in_all():
    ours = b"<string>x</string>\n<key>Password</key>\n<string>x</string>\n"
    assert diff(b"<string>x</string>\n", ours, before_ours=False)["before"] == "<string>********\n"


def test_a_long_value_is_cut_and_its_login_is_hidden():
    changes = [("A", "k", "http://ada:" + "x" * 5000 + "@host", "y" * 5000)]
    entry = keyed_diff("/f", changes)
    assert entry["before"] == "[A]\nk=http://ada:********@host\n" and len(entry["after"]) < 4200


def test_keys_are_shown_under_their_sections():
    changes = [
        ("A", "k", "1", "2"),
        ("A", "password", "x", "y"),
        ("A", "proxy", "http://ada:x@proxy", "http://ada:y@proxy"),
        ("B", "l", None, "3"),
        ("B", "smtp_secret", None, "z"),
    ]
    entry = keyed_diff("/f", changes)
    assert entry["before"] == "[A]\nk=1\npassword=********\nproxy=http://ada:********@proxy\n"
    assert entry["after"] == (
        "[A]\nk=2\npassword=******** (another value)\nproxy=http://ada:********@proxy (another value)\n"
        "[B]\nl=3\nsmtp_secret=********\n"
    )


# The same through the installer, where whose a line is comes from the record.


def shown(result):
    (entry,) = result["diff"]
    return entry.get("prepared") or entry["before"], entry.get("after")


def test_a_file_that_was_there_before_us(node):
    node.write("/etc/fleet.conf", b"host smtp.example.org\npassword hunter2\nkey: hunter3\n")
    before, after = shown(node.install([whole(content="host smtp.example.org\nport 587\n")], diff=True))
    assert before == "host smtp.example.org\n[2 lines that somebody else wrote are not shown]\n"
    assert after == "host smtp.example.org\nport 587\n"
    # What we wrote is shown as it was, line by line; what comes back is not.
    before, after = shown(node.install([whole(content="host smtp.example.org\n")], diff=True, check=True))
    assert "port 587" in before
    before, after = shown(node.absent(ADA, diff=True))
    assert "port 587" in before
    assert after == "host smtp.example.org\n[2 lines that somebody else wrote are not shown]\n"
    assert b"hunter2" in node.read("/etc/fleet.conf")


@pytest.mark.parametrize("going", [False, True])
def test_a_file_that_somebody_changed_since(node, going):
    node.install([whole(content="host smtp.example.org\n")])
    node.write("/etc/fleet.conf", b"host smtp.example.org\nmy own hunter2\n")
    if going:
        before, after = shown(node.absent(ADA, diff=True))
        assert (before, after) == ("[2 lines that somebody else wrote are not shown]\n", "")
    else:
        before, after = shown(node.install([whole(content="host smtp.example.org\n")], diff=True))
        assert before == "host smtp.example.org\n[1 line that somebody else wrote is not shown]\n"


@pytest.mark.parametrize("going", [False, True])
def test_a_block_that_somebody_changed_since(node, going):
    blocks = [{"account": ADA, "text": "set a=1\n"}, {"account": BOB, "text": "set b=1\n"}]
    wanted = {"path": "{home:ada}/.muttrc", "client": "mutt", "blocks": blocks}
    node.install([wanted])
    text = node.read("/home/ada/.muttrc").replace(b"set a=1\n", b"set a=1\nset x=hunter2\n")
    node.write("/home/ada/.muttrc", b"private\n" + text)
    if going:
        before, after = shown(node.absent(ADA, BOB, diff=True))
        assert (before, after) == ("[2 lines that somebody else wrote are not shown]\nset b=1\n", "")
    else:
        before, after = shown(node.install([wanted], diff=True))
        assert (before, after) == ("set a=1\n[1 line that somebody else wrote is not shown]\n", "set a=1\n")


VALUES = [
    ("the value itself", ["policies", "Proxy", "Password"], '"hunter2"'),
    ("inside of it", ["policies", "Proxy"], '{"Mode": "manual", "Password": "hunter2"}'),
    ("deep inside", ["policies", "Proxy"], '{"a": [{"b": {"api_key": "hunter2"}}]}'),
    ("a list", ["policies", "Proxy"], '{"tokens": ["hunter2"]}'),
    ("named beside it", ["policies", "Proxy"], '[{"name": "password", "value": "hunter2"}]'),
    ("an address", ["policies", "Proxy"], '{"url": "https://ada:hunter2@proxy.example.org/"}'),
    ("an object above", ["credentials", "ada"], '"hunter2"'),
    ("a pair", ["policies", "Proxy"], '["password", "hunter2"]'),
    ("below", ["policies", "Proxy"], '"password:\\nhunter2"'),
    ("in a key", ["policies", "Proxy"], '{"hunter2": 1}'),
]


@pytest.mark.parametrize("path, old", [case[1:] for case in VALUES], ids=[case[0] for case in VALUES])
def test_a_json_value_shows_no_secret_that_lies_in_it(node, path, old):
    text = old
    for key in reversed(path):
        text = f'{{"{key}": {text}}}'
    node.write("/etc/policies.json", text.encode())
    wanted = {"path": "/etc/policies.json", "accounts": [ADA], "values": [{"path": path, "value": "new"}]}
    result = node.install([wanted], diff=True)
    found = result["drift"][0]["found"]
    assert "hunter2" not in str(result) and ("********" in found or "not shown" in found)
    result = node.absent(ADA, diff=True)
    assert "hunter2" not in str(result) and b"hunter2" in node.read("/etc/policies.json")


def test_of_a_json_object_is_shown_what_ours_has_too(node):
    ours = {"mode": "forced", "hosts": ["a", "b"], "token": "new"}
    found = {"mode": "blocked", "hosts": ["a", "b"], "token": "hunter2", "note": "hunter2"}
    node.write("/etc/policies.json", json.dumps({"a": found}).encode())
    wanted = {"path": "/etc/policies.json", "accounts": [ADA], "values": [{"path": ["a"], "value": ours}]}
    (row,) = node.install([wanted])["drift"]
    assert json.loads(row["found"]) == {
        "mode": "blocked",
        "hosts": ["a", "b"],
        "token": "********",
        "...": "[1 that somebody else wrote, not shown]",
    }
    assert json.loads(row["expected"]) == ours | {"token": "********"}


def test_values_within_values_without_end_are_one_problem(node, monkeypatch):
    node.write("/etc/policies.json", b'{"a": {"b": 1}}')

    def deep(_path, _value, _ours):
        raise RecursionError

    monkeypatch.setattr(_target_values, "shown_value", deep)
    wanted = {"path": "/etc/policies.json", "accounts": [ADA], "values": [{"path": ["a"], "value": 1}]}
    result = node.install([wanted])
    assert "deeper than can be read" in result["msg"] and node.read("/etc/policies.json") == b'{"a": {"b": 1}}'


def test_a_diff_is_made_only_when_somebody_asks(node, monkeypatch):
    made = []

    def noted(*arguments):
        made.append(arguments)
        return {}

    for module, name in (
        (_target, "whole_diff"),
        (_target, "keyed_diff"),
        (_target_blocks, "whole_diff"),
        (_target_values, "whole_diff"),
    ):
        monkeypatch.setattr(module, name, noted)
    files = [
        whole(),
        account(),
        {"path": "{home:ada}/.muttrc", "blocks": [{"account": ADA, "text": "x\n"}]},
        {"path": "/etc/policies.json", "accounts": [ADA], "values": [{"path": ["a"], "value": 1}]},
    ]
    assert len(node.install(files, check=True)["drift"]) == 4 and not made
    assert len(node.install(files, check=True, diff=True)["diff"]) == 4 and len(made) == 4
    node.install(files)
    node.absent(ADA)
    assert len(made) == 4
