# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nearest right word, and never a wrong one that is far."""

from __future__ import annotations

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._client_config_spec import ACCOUNT_SPEC, CLIENTS
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._words import did_you_mean, listed, nearest

SECURITY = ["plain", "STARTTLS", "SSL"]
INCOMING = ["auto", "pop3", "imap"]

NEAR = [
    ("no underscore", "clawsmail", CLIENTS, "claws_mail"),
    ("a hyphen", "claws-mail", CLIENTS, "claws_mail"),
    ("as it is called", "Claws Mail", CLIENTS, "claws_mail"),
    ("capitals", "SYLPHEED", CLIENTS, "sylpheed"),
    ("letters turned", "thunderbrid", CLIENTS, "thunderbird"),
    ("the first part", "apple", CLIENTS, "apple_mobileconfig"),
    ("a short part", "k9", CLIENTS, "k9_settings"),
    ("another case", "starttls", SECURITY, "STARTTLS"),
    ("a part of it", "TLS", SECURITY, "STARTTLS"),
    ("a version", "imap4", INCOMING, "imap"),
    ("no version", "pop", INCOMING, "pop3"),
    ("an option", "emial", ACCOUNT_SPEC, "email"),
    ("an option with blanks", "display name", ACCOUNT_SPEC, "display_name"),
    ("nothing near", "pine", CLIENTS, None),
    ("one letter", "a", CLIENTS, None),
    ("nothing", "", CLIENTS, None),
    ("blanks", " - ", CLIENTS, None),
    ("a number", 7, CLIENTS, None),
    ("no word at all", "claws_mail" * 1000, CLIENTS, None),
    ("no words", "claws_mail", [], None),
]


@pytest.mark.parametrize("word, words, meant", [case[1:] for case in NEAR], ids=[case[0] for case in NEAR])
def test_the_nearest_word(word, words, meant):
    assert nearest(word, words) == meant
    assert did_you_mean(word, words) == ("" if meant is None else f" Did you mean {meant}?")


def test_without_parts_only_what_is_nearly_the_word_counts():
    assert nearest("user", ["username"], cutoff=0.8, parts=False) is None
    assert nearest("usrname", ["username"], cutoff=0.8, parts=False) == "username"


@pytest.mark.parametrize(
    "items, shown", [([], ""), (["a"], "a"), (["a", "b"], "a or b"), (iter("abc"), "a, b or c")], ids=str
)
def test_listed(items, shown):
    assert listed(items, "or") == shown
