# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings files for Android: where they go, and who gets none."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import OptionError
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    plan,
    pop3,
    reasons,
    request,
    smtp,
)

CLIENT = ("k9_settings",)


def test_a_file_for_each_account_with_an_identifier_of_its_own() -> None:
    result = plan(
        request(pop3(), smtp()), request(pop3(LoginName="bob"), smtp(), email="bob@example.org"), clients=CLIENT
    )
    assert [file["path"] for file in result.files] == [
        "/srv/mailfleet/k9_settings/ada@example.org.k9s",
        "/srv/mailfleet/k9_settings/bob@example.org.k9s",
    ]
    identifiers = [re.findall(r'uuid="([^"]+)"', file["content"]) for file in result.files]
    assert (
        identifiers == [["c5d1a6c1-a634-5eda-a1f5-3eea702498b8"], identifiers[1]] and identifiers[0] != identifiers[1]
    )


@pytest.mark.parametrize(
    "email, name", [("a/../b@example.org", "a%2F..%2Fb@example.org"), (".a@example.org", "%2Ea@example.org")]
)
def test_an_address_never_forms_a_path(email: str, name: str) -> None:
    (file,) = plan(request(pop3(LoginName=email), smtp(), email=email), clients=CLIENT).files
    assert file["path"] == f"/srv/mailfleet/k9_settings/{name}.k9s"


@pytest.mark.parametrize(
    "dest, sentence",
    [
        pytest.param("x.k9s", "absolute path", id="relative"),
        pytest.param("/a\nb", "absolute path", id="line break"),
        pytest.param(5, "absolute path", id="number"),
        pytest.param("/srv/{domain}.k9s", "the same file", id="one file for two"),
    ],
)
def test_wrong_destinations(dest: Any, sentence: str) -> None:
    wanted = [request(pop3(LoginName=None), smtp(), email=email) for email in ("ada@example.org", "bob@example.org")]
    with pytest.raises(OptionError, match=sentence):
        plan(*wanted, clients=CLIENT, options={"k9_settings": {"dest": dest}})


def test_smtp_last_alone_is_refused_unless_it_is_accepted() -> None:
    wanted = request(pop3(), smtp(SMTPLast="on"))
    assert "k9_settings cannot do SMTPLast=on" in reasons(plan(wanted, clients=CLIENT))
    accepted = plan(wanted, clients=CLIENT, unsupported="warn")
    assert accepted.files and "unsupported" in {finding["code"] for finding in accepted.findings}
    beside = plan(request(pop3(), smtp(SMTPLast="on", UsePOPAuth="on")), clients=CLIENT)
    assert beside.files
