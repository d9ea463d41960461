# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of options: taken as Ansible takes them, or one sentence that says what is wrong, where, and what to give."""

from __future__ import annotations

import datetime
import json
from collections import UserDict

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from hypothesis import given
from hypothesis import strategies as some

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._client_files_spec import ARGUMENT_SPEC
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._shapes import shaped, shaped_options

TEXT = {"type": "str"}
TEXTS = {"type": "list", "elements": "str"}
ROWS = {"type": "list", "elements": "dict", "options": {"name": {"type": "str", "required": True}}}

TAKEN = [
    ("text", "ada", TEXT, "ada"),
    ("empty text", "", TEXT, ""),
    ("no type is text", "ada", {}, "ada"),
    ("a number as text", 7412, TEXT, "7412"),
    ("a date as text", datetime.date(2026, 1, 2), TEXT, "2026-01-02"),
    ("a choice", "pop3", {"choices": ["pop3"]}, "pop3"),
    ("a path", "/x", {"type": "path"}, "/x"),
    ("a home", "~/x", {"type": "path"}, "/home/me/x"),
    ("a number", 5, {"type": "int"}, 5),
    ("digits", " 995 ", {"type": "int"}, 995),
    ("a negative number", "-1", {"type": "int"}, -1),
    ("true", True, {"type": "bool"}, True),
    ("a word for true", "Yes", {"type": "bool"}, True),
    ("a number for false", 0, {"type": "bool"}, False),
    ("a dictionary", {"a": 1}, {"type": "dict"}, {"a": 1}),
    ("a dictionary of another class", UserDict(a=1), {"type": "dict"}, {"a": 1}),
    ("a dictionary as JSON", '{"a": [1]}', {"type": "dict"}, {"a": [1]}),
    ("a list", ["a", 5], TEXTS, ["a", "5"]),
    ("a tuple", ("a",), TEXTS, ["a"]),
    ("words", "claws_mail, mutt", TEXTS, ["claws_mail", "mutt"]),
    ("empty text is no empty list", "", TEXTS, [""]),
    ("anything", [{}], {"type": "raw"}, [{}]),
    ("rows", [{"name": 5}], ROWS, [{"name": "5"}]),
]


@pytest.mark.parametrize("value, option, taken", [case[1:] for case in TAKEN], ids=[case[0] for case in TAKEN])
def test_what_fits_is_taken(value, option, taken, monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    mistakes = []
    assert shaped(value, option, "x", mistakes) == taken
    assert mistakes == []


WRONG = [
    ("nothing as text", None, TEXT, "x is empty; give text."),
    ("truth as text", True, TEXT, "x is true; give text in quotes."),
    ("a list as text", ["a"], TEXT, "x is a list; give text."),
    ("a dictionary as text", {"a": 1}, TEXT, "x is a dictionary; give text."),
    ("bytes as text", b"a", TEXT, "x is bytes; give text."),
    ("truth as path", True, {"type": "path"}, "x is true; give a path."),
    ("text as number", "abc", {"type": "int"}, 'x is "abc"; give a whole number.'),
    ("truth as number", True, {"type": "int"}, "x is true; give a whole number."),
    ("a fraction as number", 587.5, {"type": "int"}, 'x is "587.5"; give a whole number.'),
    ("digits without end", "9" * 5000, {"type": "int"}, f'x is "{"9" * 80}..."; give a whole number.'),
    ("text as truth", "perhaps", {"type": "bool"}, 'x is "perhaps"; give true or false.'),
    ("a list as truth", [], {"type": "bool"}, "x is a list; give true or false."),
    ("text as dictionary", "text", {"type": "dict"}, 'x is "text"; give a dictionary.'),
    ("a list as dictionary", [{}], {"type": "dict"}, "x is a list; give a dictionary."),
    ("a list as dictionary, in JSON", "[]", {"type": "dict"}, 'x is "[]"; give a dictionary.'),
    ("JSON without end", "[" * 100000, {"type": "dict"}, f'x is "{"[" * 80}..."; give a dictionary.'),
    ("a dictionary as list", {"a": 1}, TEXTS, "x is a dictionary; give a list."),
    ("a number as list", 5, TEXTS, 'x is "5"; give a list.'),
    ("an item of nothing", ["a", None], TEXTS, "x[1] is empty; give text."),
    ("an item of items", [["a"]], TEXTS, "x[0] is a list; give text."),
    ("text as rows", "a,b", ROWS, 'x is "a,b"; give a list of dictionaries.'),
    ("text as row", ["a"], ROWS, 'x[0] is "a"; give a dictionary.'),
    ("a row without a name", [{}], ROWS, "x[0].name is missing; give text."),
    ("a row with an empty name", [{"name": None}], ROWS, "x[0].name is empty; give text."),
    ("a row with more", [{"name": "a", "nmae": 1}], ROWS, 'x[0]: there is no option "nmae". Did you mean name?'),
    ("a row with other things", [{"name": "a", 1: 1}], ROWS, 'x[0]: there is no option "1"; there is name.'),
    ("no choice", "imap4", {"choices": ["pop3", "imap"]}, 'x is "imap4"; it can be pop3 or imap. Did you mean imap?'),
    ("a list as choice", [], {"choices": ["pop3", "imap"]}, "x is a list; it can be pop3 or imap."),
    ("a login with its password", "ada:secret", {"choices": ["a"]}, 'x is "ada:********"; it can be a.'),
    ("text with its password", "password=secret", {"type": "dict"}, 'x is "password=********"; give a dictionary.'),
    ("what moves the cursor", "\x1b[2J", {"type": "int"}, 'x is "\\x1b[2J"; give a whole number.'),
]


@pytest.mark.parametrize("value, option, sentence", [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_does_not_fit_is_one_sentence(value, option, sentence):
    mistakes = []
    shaped(value, option, "x", mistakes)
    assert mistakes == [sentence]


@pytest.mark.parametrize("place", ["files[3].content", "files[3].sections[0].enforced", "accounts[1].pox", "settings"])
def test_what_is_in_a_file_is_not_shown(place):
    mistakes = []
    shaped("hunter2", {"type": "dict"}, place, mistakes)
    assert mistakes == [f"{place} is text; give a dictionary."]


def test_options_are_completed_and_every_mistake_is_told():
    spec = {"set": {"default": "default"}, "files": {"type": "list", "elements": "dict", "default": []}, "n": TEXT}
    mistakes = []
    found = shaped_options({"set": None}, spec, "", mistakes)
    assert (found, mistakes) == ({"set": "default", "files": [], "n": None}, [])
    found["files"].append(1)
    assert spec["files"]["default"] == []
    shaped_options({"n": [], "st": 1, "files": 1}, spec, "role_", mistakes, "module")
    assert mistakes == [
        'module: there is no option "st". Did you mean set?',
        'role_files is "1"; give a list of dictionaries.',
        "role_n is a list; give text.",
    ]


# What Ansible itself takes. It makes text of anything and reads single words as lists of one, which hides mistakes.

SCALARS = some.none() | some.booleans() | some.integers(-(10**6), 10**6) | some.text(max_size=6)
SCALARS |= some.sampled_from(["yes", "no", "on", "off", "True", "0", "1", "5", "-5", "007", "a,b", "{}", '{"a": 1}'])
VALUES = SCALARS | some.lists(SCALARS, max_size=2) | some.dictionaries(some.text(max_size=2), SCALARS, max_size=2)
OPTIONS = [TEXT, {"type": "int"}, {"type": "bool"}, {"type": "dict"}, TEXTS, {"type": "raw"}, {"choices": ["a", "5"]}]


@given(value=VALUES.filter(lambda value: value is not None), option=some.sampled_from(OPTIONS))
def test_what_is_taken_is_what_ansible_takes(value, option):
    mistakes = []
    ours = shaped_options({"x": value}, {"x": option}, "", mistakes)
    result = ArgumentSpecValidator({"x": option}).validate({"x": value})
    if not mistakes:
        assert result.error_messages == []
        theirs = result.validated_parameters["x"]
        # Blanks around the words of a list are no part of them.
        assert ours["x"] == (
            [part.strip() for part in theirs] if isinstance(value, str) and option is TEXTS else theirs
        )


@given(value=some.recursive(SCALARS, lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner)))
def test_no_shape_is_a_traceback(value):
    for name, option in ARGUMENT_SPEC.items():
        mistakes = []
        found = shaped(value, option, name, mistakes)
        assert mistakes or found is not None or value is None
        assert all(sentence.isprintable() for sentence in mistakes)
        json.dumps(mistakes)
