# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Diffs for people: no secret, nothing of others, nothing endless."""

from __future__ import annotations

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._diffs import keyed_diff, redacted, whole_diff

SECRETS = [
    "<password>hunter2</password>",
    "<POX:Password a='b'>hunter2</POX:Password>",
    "<key>IncomingPassword</key>\n\t<string>hunter2</string>",
    '"password": "hunter2",',
    "'smtp_pass': 'hunter2 with blanks'",
    'user_pref("mail.smtpserver.password", "hunter2");',
    "password=hunter2",
    "smtp_password = hunter2 and more",
    "set imap_pass = 'hunter2'",
    "password hunter2",
    "machine mail login ada password hunter2",
    '(pop :server "x" :password "hunter2")',
    "client_secret: hunter2",
    "PASSWD=hunter2\r",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_is_hidden(text):
    for lines in (text, "a\n" + text + "\nb\n"):
        assert "hunter2" not in redacted(lines) and "********" in redacted(lines)
    assert redacted("a\n" + text + "\nb\n").startswith("a\n") and redacted("a\n" + text + "\nb\n").endswith("\nb\n")


PLAIN = [
    "<authentication>password-cleartext</authentication>",
    "<authentication>smtp-after-pop</authentication>\n<authentication>password-cleartext</authentication>",
    "<password/>\n<a>b</a>",
    "smtp_server=smtp.example.org\n",
    "# nothing to hide\n",
]


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_secret_is_shown(text):
    assert redacted(text) == text


def test_only_a_secret_differs():
    entry = whole_diff("/f", b"<password>one</password>", b"<password>two</password>")
    assert "not shown" in entry["prepared"] and "/f" in entry["prepared"] and "one" not in str(entry)


SKIPPED = [
    ("binary before", b"\0", b"x", "binary"),
    ("binary after", b"x", b"\xff", "binary"),
    ("too large", b"x" * 104449, b"x", "104448"),
    ("an empty file is made", None, b"", "empty"),
]


@pytest.mark.parametrize("before, after, word", [case[1:] for case in SKIPPED], ids=[case[0] for case in SKIPPED])
def test_what_is_not_shown_is_said(before, after, word):
    assert word in whole_diff("/f", before, after)["prepared"]


def test_as_much_as_core_shows_is_shown():
    assert whole_diff("/f", b"", b"x" * 104448)["after"] == "x" * 104448


def test_keys_are_shown_under_their_sections():
    changes = [
        ("A", "k", "1", "2"),
        ("A", "password", "x", "y"),
        ("B", "l", None, "3"),
        ("B", "smtp_secret", None, "z"),
    ]
    entry = keyed_diff("/f", changes)
    assert entry["before"] == "[A]\nk=1\npassword=********\n"
    assert entry["after"] == "[A]\nk=2\npassword=******** (another value)\n[B]\nl=3\nsmtp_secret=********\n"
