# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.client import Option
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import (
    CLIENTS,
    client,
    client_options,
    with_files_found,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import OptionError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.wording import listed
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    plan,
    pop3,
    request,
    smtp,
)


def test_names() -> None:
    assert {name: client(name).name for name in CLIENTS} == {name: name for name in CLIENTS}


@pytest.mark.parametrize(
    "name, hint",
    [
        pytest.param("claws-mail", " Did you mean claws_mail?", id="hyphen"),
        pytest.param("Claws_Mail", " Did you mean claws_mail?", id="capitals"),
        pytest.param("autoconfig", " Did you mean thunderbird_autoconfig?", id="part"),
        pytest.param("pine", "", id="nothing near"),
        pytest.param("", "", id="empty"),
        pytest.param("a\nb", "", id="line break"),
    ],
)
def test_unknown_client(name: str, hint: str) -> None:
    with pytest.raises(OptionError) as caught:
        plan(request(pop3(), smtp()), clients=(name,))
    assert f"it has {listed(sorted(CLIENTS))}." in str(caught.value)
    assert str(caught.value).partition("autoconfig.")[2] == hint
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "options, sentence",
    [
        pytest.param(
            {"claws_mail": {"colour": 1}}, 'claws_mail: there is no option "colour"; there is scope', id="option"
        ),
        pytest.param({"claws_mail": {"scope": "all"}}, 'scope is "all"; it can be user or skel', id="choice"),
        pytest.param({"claws_mail": {"scope": []}}, "scope is", id="type of choice"),
        pytest.param({"claws_mail": None}, "give a dictionary", id="null"),
        pytest.param({"pine": {}}, '"pine" is no client', id="client"),
        pytest.param({"thunderbird_autoconfig": {"dest": 5}}, "dest is .* absolute path", id="number for a path"),
        pytest.param({"thunderbird_autoconfig": {"dest": "x.xml"}}, "dest is .* absolute path", id="relative path"),
        pytest.param({"thunderbird_autoconfig": {"dest": "/a\nb"}}, "dest is .* absolute path", id="line break"),
    ],
)
def test_wrong_options(options: Any, sentence: str) -> None:
    with pytest.raises(OptionError, match=sentence):
        plan(request(pop3(), smtp()), clients=("claws_mail", "thunderbird_autoconfig"), options=options)


def test_defaults_are_filled_in() -> None:
    assert client_options(["claws_mail"], {"thunderbird_autoconfig": {"dest": "/x"}}) == {
        "claws_mail": {"scope": "user"}
    }


def test_skel_needs_no_user() -> None:
    result = plan(request(pop3(), smtp(), user=None), options={"claws_mail": {"scope": "skel"}})
    assert [file["path"] for file in result.files] == [
        "/etc/skel/.claws-mail/accountrc",
        "/etc/skel/.claws-mail/folderlist.xml",
    ]


def test_files_on_the_controller_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"key": Option(None, "A file.", on_controller=True), "dest": Option("/x", "A path on the node.")}
    monkeypatch.setitem(CLIENTS, "claws_mail", replace(CLIENTS["claws_mail"], options=options))
    given = {"claws_mail": {"key": "key.pem", "dest": "x", "unknown": "y"}, "thunderbird_autoconfig": {"dest": "z"}}
    found = with_files_found(given, lambda path: f"/playbook/{path}")
    assert found == {**given, "claws_mail": {"key": "/playbook/key.pem", "dest": "x", "unknown": "y"}}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"claws_mail": None}, id="no dictionary"),
        pytest.param({"pine": {"key": "x"}}, id="unknown client"),
        pytest.param({"claws_mail": {"key": None}}, id="null"),
        pytest.param({"claws_mail": {"key": 5}}, id="number"),
        pytest.param({"claws_mail": {"key": ""}}, id="empty"),
    ],
)
def test_what_is_no_path_stays_for_the_check(given: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"key": Option(None, "A file.", on_controller=True)}
    monkeypatch.setitem(CLIENTS, "claws_mail", replace(CLIENTS["claws_mail"], options=options))
    assert with_files_found(given, lambda path: f"/playbook/{path}") == given
