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
BY_ADDRESS = ("evolution", "kmail", "outlook_local_xml", "outlook_prf")
BY_SECTION = ("claws_mail", "sylpheed")
COMMANDED = ("emacs_gnus", "mutt")
SHARING = ("emacs_gnus", "thunderbird")


def moved(
    client: str, server: str = "incoming", before: str = "pop.example.org", after: str = "pop.example.net", **more: Any
) -> dict[str, Any]:
    row = {"email": ADA, "client": client, "user": "ada", "kept": True, "server": server}
    return {**row, "before": before, "after": after, **more}


def drifted(client: str, key: str, found: str = "pop.example.org") -> dict[str, Any]:
    return {"email": ADA, "client": client, "path": "/x", "key": key, "found": found, "expected": "pop.example.net"}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("commanded", [(), (ADA,)], ids=["stored", "by command"])
def test_a_server_that_moves_to_another_domain(client: str, commanded: tuple[str, ...]) -> None:
    found = moved_passwords([moved(client)], [], commanded=commanded, shared=[ADA])
    assert bool(found) == (client in BY_ADDRESS + BY_SECTION or (client in COMMANDED and bool(commanded)))
    for finding in found:
        assert (finding["code"], finding["severity"], finding["email"]) == ("password-to-new-server", "warning", ADA)
        assert "the stored password will be sent to pop.example.net" in finding["message"]


@pytest.mark.parametrize("client", CLIENTS)
def test_an_account_that_comes_back_elsewhere(client: str) -> None:
    # What finds the password is gone where it was a number or the section itself.
    assert bool(moved_passwords([moved(client, kept=False)], [])) == (client in BY_ADDRESS)


@pytest.mark.parametrize("client", SHARING)
def test_a_password_of_the_incoming_server_goes_to_the_outgoing_one(client: str) -> None:
    outgoing = moved(client, "outgoing")
    assert moved_passwords([outgoing], [], shared=[ADA])
    assert not moved_passwords([outgoing], [])
    # Both are new: the client asks for the password.
    assert not moved_passwords([outgoing, moved(client)], [], shared=[ADA])


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
    rows = [moved("claws_mail"), moved("claws_mail", "outgoing")]
    assert len(moved_passwords(rows, [drifted("claws_mail", "[Account: 1] receive_server")])) == 1


def test_a_new_account_is_not_told() -> None:
    assert moved_passwords([], [{**drifted("claws_mail", "[Account: 1]"), "found": None, "expected": None}]) == []


def test_a_node_that_was_taken_over_says_numbers() -> None:
    assert moved_passwords([], [{**drifted("claws_mail", "[Account: 1] receive_server"), "found": 5}]) == []
