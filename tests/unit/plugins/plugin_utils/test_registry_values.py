# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What clients need in the Windows registry comes out of a run beside the files, for accounts that are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.client import Client, Rendering, Row
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import CLIENTS
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry_values import RegistryValue
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.values import ELEMENTS
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.composing import client_files_for
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.account import MailAccount
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    plan,
    pop3,
    request,
    settings,
    smtp,
)

KEY = "HKCU:\\Software\\Example"


def _render(accounts: Sequence[MailAccount], _options: Mapping[str, Any]) -> Rendering:
    refused = {account.email: "no" for account in accounts if account.email.startswith("eve")}
    values = [RegistryValue(account.email, KEY, account.domain, 1, "dword") for account in accounts]
    return Rendering((), refused, tuple(values))


@pytest.fixture(autouse=True)
def windows_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a client into the registry of clients that needs one value for each account."""
    rows = tuple(Row(side, element, "any", "native", "") for side, element in ELEMENTS)
    monkeypatch.setitem(CLIENTS, "windows", Client("windows", "Windows", "", rows, _render))


def _value(email: str) -> dict[str, Any]:
    return {
        "client": "windows",
        "email": email,
        "path": KEY,
        "name": email.rpartition("@")[2],
        "data": 1,
        "type": "dword",
    }


def test_values_of_every_account_that_is_written() -> None:
    result = plan(
        request(pop3(), smtp()),
        request(pop3(LoginName=None), smtp(), email="bob@example.net", user="bob"),
        request(pop3(LoginName=None, SPA="off"), smtp(), email="eve@example.com", user="eve"),
        clients=("claws_mail", "windows"),
    )
    assert [row["email"] for row in result.refused] == ["eve@example.com"]
    assert result.registry == [_value(ADA), _value("bob@example.net")]


def test_clients_without_any() -> None:
    assert plan(request(pop3(), smtp())).registry == []


def test_the_filter_returns_them() -> None:
    result = client_files_for(settings(), ADA, ["windows"], {"user": "ada"})
    assert result["registry"] == [_value(ADA)]
