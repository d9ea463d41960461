# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files for Thunderbird's account assistant: who gets none."""

from __future__ import annotations

import pytest

from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    plan,
    pop3,
    reasons,
    request,
    smtp,
)


@pytest.mark.parametrize(
    ("local", "mangled"),
    [("a$$b", True), ("a$&b", True), ("a$`b", True), ("a$'b", True), ("a$b", False), ("a$1b", False), ("b$", False)],
)
@pytest.mark.parametrize("login", ["{local}", "{local}@example.org"])
def test_a_login_that_thunderbird_would_change(local: str, mangled: bool, login: str) -> None:
    email = f"{local}@example.org"
    asked = request(pop3(LoginName=login.format(local=local)), smtp(), email=email)
    result = plan(asked, clients=("thunderbird_autoconfig",))
    assert ("dollar sign" in reasons(result)) == mangled == (not result.files)


@pytest.mark.parametrize(
    ("local", "again"),
    [
        ("a%REALNAME%b", True),
        ("a%EMAILDOMAIN%", True),
        ("%EMAILLOCALPART%", False),
        ("%EMAILADDRESS%x", False),
        ("a%REALNAME", False),
        ("a%realname%", False),
        ("a%b%c", False),
    ],
)
@pytest.mark.parametrize("username", ["email", "localpart"])
def test_a_login_in_which_thunderbird_would_find_a_placeholder(local: str, again: bool, username: str) -> None:
    asked = request(pop3(LoginName=None), smtp(), email=f"{local}@example.org")
    result = plan(asked, clients=("thunderbird_autoconfig",), username=username)
    assert ("once more" in reasons(result)) == again == (not result.files)
