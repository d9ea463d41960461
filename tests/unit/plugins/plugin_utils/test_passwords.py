# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stored password that will go to a server in another domain is told, for clients that keep it by account."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import CLIENTS
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.passwords import moved_passwords

ADA = "ada@example.org"
FOLLOWS = ("claws_mail", "evolution", "kmail", "outlook_local_xml", "outlook_prf", "sylpheed")
COMMANDED = ("emacs_gnus", "mutt")


def moved(client: str, before: str = "pop.example.org", after: str = "pop.example.net") -> dict[str, Any]:
    return {"email": ADA, "client": client, "user": "ada", "server": "incoming", "before": before, "after": after}


def drifted(client: str, key: str, found: str = "pop.example.org") -> dict[str, Any]:
    return {"email": ADA, "client": client, "path": "/x", "key": key, "found": found, "expected": "pop.example.net"}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("commanded", [(), (ADA,)], ids=["stored", "by command"])
def test_a_server_that_moves_to_another_domain(client: str, commanded: tuple[str, ...]) -> None:
    found = moved_passwords([moved(client)], [], commanded)
    assert bool(found) == (client in FOLLOWS or (client in COMMANDED and bool(commanded)))
    for finding in found:
        assert (finding["code"], finding["severity"], finding["email"]) == ("password-to-new-server", "warning", ADA)
        assert "the stored password will be sent to pop.example.net" in finding["message"]


@pytest.mark.parametrize("after", ["POP3.example.org", "pop.example.org", "example.org"])
def test_a_server_that_stays_in_its_domain_is_not_told(after: str) -> None:
    assert moved_passwords([moved("claws_mail", after=after)], []) == []


DRIFT = [
    ("claws_mail", "[Account: 1] receive_server", True),
    ("claws_mail", "[Account: 1] smtp_server", True),
    ("claws_mail", "[Account: 1] pop_port", False),
    ("evolution", "[Authentication] Host", True),
    ("kmail", "[Transport 7] host", True),
    ("kmail", "[network] ImapServer", True),
    ("thunderbird_autoconfig", None, False),
    ("another caller's", "[Account: 1] receive_server", False),
]


@pytest.mark.parametrize("client, key, told", DRIFT)
def test_what_stood_in_the_place_of_our_server(client: str, key: str, told: bool) -> None:
    assert bool(moved_passwords([], [drifted(client, key)])) is told


def test_one_move_is_told_once() -> None:
    rows = [moved("claws_mail"), {**moved("claws_mail"), "server": "outgoing"}]
    assert len(moved_passwords(rows, [drifted("claws_mail", "[Account: 1] receive_server")])) == 1


def test_a_new_account_is_not_told() -> None:
    assert moved_passwords([], [{**drifted("claws_mail", "[Account: 1]"), "found": None, "expected": None}]) == []
