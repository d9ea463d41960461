# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values in a JSON file that people write too: theirs survives byte for byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._json_text import JsonText

from .conftest import ADA, BOB

POLICIES = "/etc/thunderbird/policies/policies.json"
KEYS = st.sampled_from(["policies", "Ext", "a", 'quo"te', "\u00e4", "x.y"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from(["", "}", '",', "\\", "{"]))
DOCUMENTS = st.dictionaries(
    KEYS, st.recursive(SCALARS, lambda inner: st.one_of(st.lists(inner), st.dictionaries(KEYS, inner)), max_leaves=8)
)
PATHS = st.lists(KEYS, min_size=1, max_size=3)


def values(*pairs, accounts=(ADA,), client="thunderbird", **more):
    return dict(
        more,
        path=POLICIES,
        client=client,
        accounts=list(accounts),
        values=[{"path": list(path), "value": value} for path, value in pairs],
    )


def at(document, path):
    """The value at a path, or a mark that there is none; None when the way is blocked by something else."""
    for key in path:
        if not isinstance(document, dict):
            return "blocked"
        if key not in document:
            return "missing"
        document = document[key]
    return document


@given(DOCUMENTS, PATHS, SCALARS, st.sampled_from([None, 0, 1, 2, "\t"]), st.sampled_from(["", "\n", " \n"]))
def test_what_is_added_can_be_taken_away_again(document, path, value, indent, end):
    data = (json.dumps(document, indent=indent) + end).encode()
    before = at(document, path)
    if before != "missing":
        return
    text = JsonText(data, "x")
    made = text.set(path, value)
    after = json.loads(bytes(text))
    assert at(after, path) == value
    again = JsonText(bytes(text), "x")
    again.drop(path, made)
    assert bytes(again) == data


@given(DOCUMENTS, PATHS, SCALARS, st.sampled_from([None, 2]))
def test_a_value_is_replaced_and_comes_back(document, path, value, indent):
    if at(document, path) in ("missing", "blocked"):
        return
    data = json.dumps(document, indent=indent).encode()
    text = JsonText(data, "x")
    old = text.raw(path)
    assert json.loads(old) == at(document, path)
    text.set(path, value)
    assert at(json.loads(bytes(text)), path) == value
    text.put(path, old)
    assert bytes(text) == data


ADDED = [
    ("an empty file", b"", b'{\n  "a": {\n    "b": 1\n  }\n}\n'),
    ("an empty object", b"{}\n", b'{\n  "a": {\n    "b": 1\n  }\n}\n'),
    ("on one line", b'{"x": 1}', b'{"x": 1, "a": {"b": 1}}'),
    ("with an indent of four", b'{\n    "x": 1\n}\n', b'{\n    "x": 1,\n    "a": {\n      "b": 1\n    }\n}\n'),
    ("into an object that is there", b'{"a": {"x": 1}}', b'{"a": {"x": 1, "b": 1}}'),
    ("CRLF", b'{\r\n  "x": 1\r\n}\r\n', b'{\r\n  "x": 1,\r\n  "a": {\r\n    "b": 1\r\n  }\r\n}\r\n'),
]


@pytest.mark.parametrize("data, expected", [case[1:] for case in ADDED], ids=[case[0] for case in ADDED])
def test_adding_as_a_person_would(data, expected):
    text = JsonText(data, "x")
    text.set(["a", "b"], 1)
    assert bytes(text) == expected


def test_values_come_and_go(node):
    own = b'{\n  "policies": {\n    "DisableTelemetry": true\n  }\n}\n'
    node.write(POLICIES, own)
    task = values((["policies", "ExtensionSettings", "x@y"], {"installation_mode": "force_installed"}))
    first = node.install([task], diff=True)
    assert first["changed"] and [row["key"] for row in first["drift"]] == ["policies.ExtensionSettings.x@y"]
    content = json.loads(node.read(POLICIES))
    assert content["policies"]["DisableTelemetry"] is True
    assert content["policies"]["ExtensionSettings"] == {"x@y": {"installation_mode": "force_installed"}}
    before = node.snapshot()
    assert not node.install([task])["changed"] and node.snapshot() == before
    node.absent(ADA)
    assert node.read(POLICIES) == own


def test_values_stay_until_the_last_account_goes(node):
    node.install([values((["a"], 1), accounts=(ADA, BOB))])
    node.absent(ADA)
    assert json.loads(node.read(POLICIES)) == {"a": 1}
    node.absent(BOB)
    assert not node.path(POLICIES).exists()


def test_a_value_that_somebody_changed_is_drift_then_theirs(node):
    node.write(POLICIES, b'{"a": "theirs"}')
    node.install([values((["a"], "ours"))])
    assert node.read(POLICIES) == b'{"a": "ours"}'
    node.write(POLICIES, b'{"a": "changed"}')
    (row,) = node.install([values((["a"], "ours"))], check=True)["drift"]
    assert (row["reason"], row["expected"], row["found"]) == ("content", '"ours"', '"changed"')
    node.absent(ADA)
    assert node.read(POLICIES) == b'{"a": "changed"}'


def test_a_replaced_value_comes_back(node):
    node.write(POLICIES, b'{"a" :\t"theirs"  }')
    node.install([values((["a"], "ours"))])
    node.absent(ADA)
    assert node.read(POLICIES) == b'{"a" :\t"theirs"  }'


@pytest.mark.parametrize("data", [b"{", b"[]", b"// x\n{}", b"\xff{}", b'{"policies": 5}'])
def test_what_is_no_such_json_is_left_alone_and_said(node, data):
    node.write(POLICIES, data)
    result = node.install([values((["policies", "a"], 1))])
    assert result["failed"] and "policies.json" in result["msg"] and node.read(POLICIES) == data


@pytest.mark.parametrize("found", [b"1", b"1.0"])
def test_one_is_not_true(node, found):
    node.write(POLICIES, b'{"a": %s}' % found)
    node.install([values((["a"], True))])
    assert node.read(POLICIES) == b'{"a": true}'
    node.absent(ADA)
    assert node.read(POLICIES) == b'{"a": %s}' % found


@pytest.mark.parametrize("number", [float("inf"), float("nan")])
def test_a_number_that_json_does_not_have_is_an_error(node, number):
    result = node.install([values((["a"], [number]))])
    assert "cannot stand in a JSON file" in result["msg"] and not node.path(POLICIES).exists()


@pytest.mark.parametrize("own", [b"", b"\n", b" \r\n"])
def test_an_empty_file_is_as_empty_again(node, own):
    node.write(POLICIES, own)
    node.install([values((["a", "b"], 1))])
    node.install([values((["a", "b"], 2))])
    node.absent(ADA)
    assert node.read(POLICIES) == own


def test_an_object_that_we_made_goes_with_the_last_value_in_it(node):
    node.write(POLICIES, b'{"x": 1}')
    node.install([values((["p", "q", "a"], 1), (["p", "q", "b"], 2), (["p", "c"], 3))])
    node.install([values((["p", "q", "b"], 2), (["p", "c"], 3))])
    node.install([values((["p", "q", "b"], 2))])
    node.absent(ADA)
    assert node.read(POLICIES) == b'{"x": 1}'


@pytest.mark.parametrize("own", [None, b'{"x": 1}', b'{"p": {"a": 0}}'])
@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
def test_a_value_that_two_clients_need_goes_with_the_last(node, own, order):
    if own is not None:
        node.write(POLICIES, own)
    tasks = [values((["p", "a"], 1), client="one"), values((["p", "a"], 1), (["p", "b"], 2), client="two")]
    node.install(tasks)
    assert not node.install(tasks)["changed"]
    node.absent(ADA, clients=[order[0]])
    assert json.loads(node.read(POLICIES))["p"]["a"] == 1
    node.absent(ADA, clients=[order[1]])
    assert node.path(POLICIES).exists() == (own is not None)
    assert own is None or node.read(POLICIES) == own


def test_a_value_goes_from_one_client_to_another(node):
    node.write(POLICIES, b'{"x": 1}')
    node.install([values((["p", "a"], 1), client="one"), values((["b"], 2), client="two")])
    node.install([values((["b"], 2), client="one"), values((["p", "a"], 1), client="two")])
    node.absent(ADA)
    assert node.read(POLICIES) == b'{"x": 1}'


@pytest.mark.parametrize("path", [["a"], ["a", "b"]])
def test_two_clients_cannot_have_different_values_at_one_place(node, path):
    tasks = [values((["a"], {"b": 1}), client="one"), values((path, 2), client="two")]
    for result in (node.install(tasks), node.install(reversed(tasks))):
        assert "decide for one" in result["msg"] and not node.path(POLICIES).exists()


def test_secrets_are_not_shown(node):
    result = node.install([values((["password"], "private-value"))], diff=True)
    assert "private-value" not in json.dumps({key: result[key] for key in ("drift", "diff", "invocation")})
