# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing that a person's files hold reaches a terminal or a log as anything but text to look at."""

from __future__ import annotations

import json
import os
import sys
import unicodedata

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._errors import (
    presentable,
    printable,
    quoted,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.names import is_plain_text

from .conftest import ADA, account, whole

# Each moves a cursor, turns a line, breaks it, is not seen, or cannot be printed.
HOSTILE = "\x00\x07\x08\x0b\x0c\r\x1b\x7f\x85\x90\x9b\x9d\xad\u061c\u200b\u200d\u200e\u2028\u2029\u202a\u202e\u2060"
HOSTILE += "\u2066\u2069\ufeff\ufff9\U000e0041\udc9b"


def is_clean(text, lines=False):
    allowed = "\n\t" if lines else ""
    return all(c in allowed or unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") for c in text) and not (
        set(text) & set(HOSTILE)
    )


def texts(value, lines=False):
    """Yield each text in a result, and whether it stands in a diff."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key, False
            yield from texts(item, lines or key in ("before", "after", "prepared"))
    elif isinstance(value, list):
        for item in value:
            yield from texts(item, lines)
    elif isinstance(value, str):
        yield value, lines


def test_what_a_terminal_obeys_is_escaped():
    assert printable("a\x1b[31mb\x9bc\u202ed\udc9be") == "a\\x1b[31mb\\x9bc\\u202ed\\udc9be"
    assert printable("a\n\tb") == "a\\n\\tb" and printable("a\n\tb\r", lines=True) == "a\n\tb\\r"
    assert printable("J\u00fcrgen \u4e2d\u6587 \U0001f600") == "J\u00fcrgen \u4e2d\u6587 \U0001f600"
    assert is_clean(printable(HOSTILE)) and is_clean(printable(HOSTILE, lines=True), lines=True)
    assert is_clean(quoted(HOSTILE, 200))


def test_what_cannot_be_shown_can_stand_in_no_address():
    """Or the result would name an account otherwise than the inventory does."""
    everything = [chr(number) for number in range(sys.maxunicode + 1)]
    changed = [c for c in everything if printable(c) != c]
    assert len(changed) > 2000 and not [c for c in changed if is_plain_text(c)]
    assert not [c for c in everything if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and printable(c) == c]


def test_a_result_is_plain_data_of_printable_texts():
    result = presentable(
        {"a\x1b": ["\x1b", ("\n",), 1, None, True], "diff": [{"before": "a\n\x1b", "after": {"x": 1}}]}
    )
    assert result == {"a\\x1b": ["\\x1b", ["\\n"], 1, None, True], "diff": [{"before": "a\n\\x1b", "after": {"x": 1}}]}


def check(result):
    json.dumps(result).encode("ascii")
    for text, lines in texts(result):
        text.encode("utf-8")
        assert is_clean(text, lines), ascii(text)


KEYED = account(client="", enforced={"smtp_server": "smtp.example.org"})
VALUES = {"path": "/etc/policies.json", "accounts": [ADA], "values": [{"path": ["a"], "value": 1}]}
BLOCKS = {"path": "{home:ada}/.muttrc", "client": "mutt", "blocks": [{"account": ADA, "text": "set a=1\n"}]}
BAD = (HOSTILE[1:5] + HOSTILE[6:-1]).encode().replace(b"\xc2\x85", b"") + b"\x1b[2J\x9b31m"
LINE = BAD.replace(b"\r", b"").replace(b"\x00", b"")

PLANTED = [
    ("whole", whole("{home:ada}/x"), "/home/ada/x", b"new\n" + BAD[:-5] + b"\n"),
    ("whole, no UTF-8", whole("{home:ada}/x"), "/home/ada/x", BAD),
    (
        "value",
        KEYED,
        "/home/ada/.claws-mail/accountrc",
        b"[Account: 1]\naddress=" + ADA.encode() + b"\nprotocol=0\nsmtp_server=" + LINE,
    ),
    (
        "fixed value",
        dict(KEYED, sections=[dict(KEYED["sections"][0], match={"address": ADA}, fixed={"protocol": "1"})]),
        "/home/ada/.claws-mail/accountrc",
        b"[Account: 1]\naddress=" + ADA.encode() + b"\nprotocol=" + LINE,
    ),
    ("JSON value", VALUES, "/etc/policies.json", b'{"a": "\x7f' + HOSTILE[9:-1].encode() + b'"}'),
    ("broken JSON", VALUES, "/etc/policies.json", BAD),
    (
        "JSON of another kind",
        dict(VALUES, values=[{"path": ["a", "b"], "value": 1}]),
        "/etc/policies.json",
        b'{"a": "\xc2\x9b"}',
    ),
    (
        "block",
        BLOCKS,
        "/home/ada/.muttrc",
        b"# BEGIN mailfleet.autodiscover default ada@example.org\n"
        + LINE[:-5]
        + b"\n# END mailfleet.autodiscover default ada@example.org\n",
    ),
    ("half a block", BLOCKS, "/home/ada/.muttrc", b"# BEGIN mailfleet.autodiscover default ada@example.org\n" + BAD),
]


@pytest.mark.parametrize("wanted, path, content", [case[1:] for case in PLANTED], ids=[case[0] for case in PLANTED])
def test_what_a_file_holds(node, wanted, path, content):
    node.write(path, content)
    check(node.install([wanted], check=True, diff=True))
    check(node.install([wanted], diff=True))
    check(node.install([wanted], diff=True, existing="fail"))
    node.write(path, content)
    check(node.absent(ADA, diff=True))


def test_a_byte_that_is_no_character_is_seen(node):
    section = b"[Account: 1]\naddress=ada@example.org\nprotocol=0\nsmtp_server=J\xfcrgen\n"
    node.write("/home/ada/.claws-mail/accountrc", section)
    (row,) = node.install([KEYED], check=True)["drift"]
    assert row["found"] == "J\\xfcrgen" and row["expected"] == "smtp.example.org"


def test_names_of_links_files_and_homes(node):
    name = b"\x1b[2J\xff\x9b\xe2\x80\xae\n"
    directory = os.fsencode(str(node.root / "home/ada"))
    os.mkdir(directory + b"/" + name)
    os.symlink(b"/etc/" + name, directory + b"/out")
    os.symlink(name + b"/", directory + b"/in")
    os.symlink(b"/nowhere/" + name, directory + b"/circle")
    for path in ("out", "in", "circle", "in/x", "out/x", "in/\udcff\x1b/x", "\x1b\u202e"):
        check(node.install([whole("{home:ada}/" + path)], check=True, diff=True))
        check(node.install([whole("{home:ada}/" + path)], diff=True))
        check(node.absent(ADA, diff=True))
    node.write("/etc/passwd", b"ada:x:\x1b:1::/home/ada:\n")
    check(node.install([whole("{home:ada}/y")], diff=True))
    check(node.install([whole("{home:a\x1bb}/y", owner="\u202e")], diff=True))
    check(node.install([whole("rel\x1b\udcff")], diff=True))
