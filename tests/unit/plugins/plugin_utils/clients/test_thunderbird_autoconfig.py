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
