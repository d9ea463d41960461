# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bytes of INI-like files: what is ours is read and changed, everything else survives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._ini import Document

READING = [
    ("a value runs to the end of the line", b"[A]\nk= v = 1 \n", b"A", b"k", b" v = 1 "),
    ("a key is compared without case", b"[A]\nKey=v\n", b"A", b"kEY", b"v"),
    ("a key is not trimmed", b"[A]\n k=v\n", b"A", b"k", None),
    ("the last of equal keys counts", b"[A]\nk=1\nk=2\n", b"A", b"k", b"2"),
    ("the first of equal sections counts", b"[A]\nk=1\n[A]\nk=2\n", b"A", b"k", b"1"),
    ("a comment is no key", b"[A]\n#k=1\n", b"A", b"#k", None),
    ("a hash later in the line is no comment", b"[A]\nk=1 #2\n", b"A", b"k", b"1 #2"),
    ("CRLF is no part of the value", b"[A]\r\nk=1\r\n", b"A", b"k", b"1"),
    ("a file may end within a value", b"[A]\nk=1", b"A", b"k", b"1"),
    ("an empty value is a value", b"[A]\nk=\n", b"A", b"k", b""),
    ("a bracket later in the line opens no section", b"[A]\nx[B]\nk=1\n", b"A", b"k", b"1"),
]


@pytest.mark.parametrize("data, section, key, value", [case[1:] for case in READING], ids=[case[0] for case in READING])
def test_a_value_is_read_as_the_client_reads_it(data, section, key, value):
    assert Document(data).section(section).get(key) == value


SETTING = [
    ("the line that counts is changed", b"[A]\nk=1\nk=2\n", b"[A]\nk=1\nk=new\n"),
    ("the spelling of the key stays", b"[A]\nK=1\n", b"[A]\nK=new\n"),
    ("CRLF stays", b"[A]\r\nk=1\r\n", b"[A]\r\nk=new\r\n"),
    ("the ending of the one line stays", b"[A]\nk=1\r\nx=1\n", b"[A]\nk=new\r\nx=1\n"),
    ("a missing line ending stays missing", b"[A]\nk=1", b"[A]\nk=new"),
    ("a new key comes before trailing blank lines", b"[A]\nx=1\n\n[B]\n", b"[A]\nx=1\nk=new\n\n[B]\n"),
    ("a new key in a CRLF file ends with CRLF", b"[A]\r\nx=1\r\n", b"[A]\r\nx=1\r\nk=new\r\n"),
    ("a new key after an open end", b"[A]\nx=1", b"[A]\nx=1\nk=new"),
    ("a new key in an empty section", b"[A]", b"[A]\nk=new"),
]


@pytest.mark.parametrize("data, after", [case[1:] for case in SETTING], ids=[case[0] for case in SETTING])
def test_setting_a_key(data, after):
    document = Document(data)
    document.set(document.section(b"A"), b"k", b"new")
    assert bytes(document) == after


APPENDING = [
    ("to an empty file", b"", b"[N]\nk=v\n", False),
    ("after one blank line", b"[A]\nx=1\n", b"[A]\nx=1\n\n[N]\nk=v\n", True),
    ("not after a second blank line", b"[A]\nx=1\n\n", b"[A]\nx=1\n\n[N]\nk=v\n", False),
    ("after a section without keys", b"[A]\n", b"[A]\n\n[N]\nk=v\n", True),
    ("with the file's CRLF", b"[A]\r\n", b"[A]\r\n\r\n[N]\r\nk=v\r\n", True),
    ("after an open end", b"[A]", b"[A]\n\n[N]\nk=v", True),
    ("after comments only", b"# x\n", b"# x\n\n[N]\nk=v\n", True),
]


@pytest.mark.parametrize("data, after, blank", [case[1:] for case in APPENDING], ids=[case[0] for case in APPENDING])
def test_appending_a_section_and_removing_it(data, after, blank):
    document = Document(data)
    assert document.append(b"N", [(b"k", b"v")])[1] is blank
    assert bytes(document) == after
    document = Document(after)
    document.remove(document.section(b"N"), blank)
    assert bytes(document) == data


REMOVING = [
    ("a comment after the last key is not ours", b"[N]\nk=v\n# theirs\n[B]\n", b"# theirs\n[B]\n"),
    ("a blank line still parts the neighbours", b"[A]\n\n[N]\nk=v\n\n[B]\n", b"[A]\n\n[B]\n"),
    ("what a person added to our section goes with it", b"[N]\nk=v\n# why\nx=1\n[B]\n", b"[B]\n"),
]


@pytest.mark.parametrize("data, after", [case[1:] for case in REMOVING], ids=[case[0] for case in REMOVING])
def test_removing_a_section(data, after):
    document = Document(data)
    document.remove(document.section(b"N"), True)
    assert bytes(document) == after


# Bytes that hit the grammar more often than chance would.
HOSTILE = st.lists(
    st.one_of(
        st.sampled_from(
            [b"[", b"]", b"=", b"#", b"\n", b"\r\n", b"\r", b" ", b"k", b"K=", b"[A]", b"[A]\n", b"\xff", b"\0"]
        ),
        st.binary(max_size=4),
    ),
    max_size=40,
).map(b"".join)


@settings(max_examples=400)
@given(HOSTILE)
def test_reading_changes_no_byte(data):
    assert bytes(Document(data)) == data


@settings(max_examples=400)
@given(HOSTILE, st.integers(1, 3))
def test_sections_appended_and_removed_leave_no_trace(data, count):
    document = Document(data)
    blanks = [document.append(b"New %d" % number, [(b"k", b"v"), (b"l", b"")])[1] for number in range(count)]
    for number in range(count):
        document = Document(bytes(document))
        document.remove(document.section(b"New %d" % number), blanks[number])
    assert bytes(document) == data


@settings(max_examples=400)
@given(HOSTILE, st.sampled_from([b"k", b"other"]))
def test_a_key_set_and_put_back_leaves_no_trace(data, key):
    document = Document(b"[S]\n" + data)
    before = document.section(b"S").get(key)
    document.set(document.section(b"S"), key, b"new")
    again = Document(bytes(document))
    assert again.section(b"S").get(key) == b"new"
    if before is None:
        again.drop(again.section(b"S"), key)
    else:
        again.set(again.section(b"S"), key, before)
    assert bytes(again) == b"[S]\n" + data


OTHER_SYNTAXES = [
    ("GLib counts case", "keyfile", b"[A]\nKey=1\nkey=2\n", b"Key", b"1"),
    ("GLib trims around the equals sign", "keyfile", b"[A]\nKey = 1 \n", b"Key", b"1 "),
    ("GLib takes a comment after blanks", "keyfile", b"[A]\n  #Key=1\n", b"Key", None),
    ("GLib takes a section after blanks", "keyfile", b"  [A]\nKey=1\n", b"Key", b"1"),
    ("KDE trims the value", "kconfig", b"[A]\nkey = 1 \t\n", b"key", b"1"),
    ("KDE's options are no part of the key", "kconfig", b"[A]\nkey[$e]=$HOME\n", b"key", b"$HOME"),
    ("a language of KDE is a part of the key", "kconfig", b"[A]\nkey[de]=x\n", b"key", None),
]


@pytest.mark.parametrize(
    "syntax, data, key, value", [case[1:] for case in OTHER_SYNTAXES], ids=[case[0] for case in OTHER_SYNTAXES]
)
def test_other_clients_read_otherwise(syntax, data, key, value):
    assert Document(data, syntax).section(b"A").get(key) == value


def test_an_option_of_a_kde_key_goes_with_the_value_it_was_for():
    document = Document(b"[A]\nkey[$e]=$HOME/x\nother = 1\n", "kconfig")
    document.set(document.section(b"A"), b"key", b"/new")
    document.set(document.section(b"A"), b"other", b"2")
    assert bytes(document) == b"[A]\nkey=/new\nother=2\n"


def test_the_spelling_of_a_keyfile_stays():
    document = Document(b"[A]\nKey = 1\nkey=2\n", "keyfile")
    document.set(document.section(b"A"), b"Key", b"3")
    document.drop(document.section(b"A"), b"key")
    assert bytes(document) == b"[A]\nKey =3\n"
