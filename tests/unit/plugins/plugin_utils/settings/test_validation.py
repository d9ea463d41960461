# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import SettingsError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings import validation
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.model import Settings
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.validation import (
    SCHEMA_PATH,
    validate,
    validator,
)
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    imap,
    meaning,
    plan,
    pop3,
    protocol,
    reasons,
    request,
    section,
    settings,
    smtp,
)


def test_schema_is_one_and_validator_is_built_once() -> None:
    Draft202012Validator.check_schema(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))
    assert validator() is validation.validator()


def test_what_an_answer_means_fits_and_comes_back_the_same() -> None:
    result = meaning(
        pop3(DomainName="example.org", DomainRequired="on"),
        imap(LoginName=None),
        smtp(SMTPLast="on", UsePOPAuth="off", AuthRequired="on", TTL="6", ExpirationDate="20301231"),
        protocol("EXCH", {"Server": "mbx.example.org", "EwsUrl": "https://mbx.example.org/ews"}),
        name="Ada Lovelace",
        address="ada@example.org",
    )
    document = result.settings.as_dict()
    validate(document, "ada.xml")
    assert json.loads(json.dumps(document)) == document
    assert Settings.from_dict(document) == result.settings


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="the least"),
        pytest.param({"email": None, "display_name": None, "expires": None}, id="nulls"),
        pytest.param({"incoming": {"hostname": "2001:db8::1"}}, id="IPv6"),
        pytest.param({"outgoing": {"authentication": "none"}}, id="no authentication"),
        pytest.param({"outgoing": {"authentication": "none", "auth_required": False}}, id="said so"),
        pytest.param({"outgoing": {"auth_required": None, "same_credentials": None}}, id="unsaid"),
        pytest.param({"exchange": {"ews_url": None}}, id="exchange"),
    ],
)
def test_valid(changes: dict[str, Any]) -> None:
    validate(settings(**changes), "settings")


VIOLATIONS = [
    pytest.param({"version": 2}, "version", id="version"),
    pytest.param({"servers": []}, "servers", id="unknown key"),
    pytest.param({"ttl_hours": -1}, "ttl_hours", id="negative TTL"),
    pytest.param({"ttl_hours": "1"}, "ttl_hours", id="TTL as text"),
    pytest.param({"expires": "20301231"}, "expires", id="date"),
    pytest.param({"expires": "2030-12-31\n"}, "expires", id="date with line break"),
    pytest.param({"email": 5}, "email", id="email"),
    pytest.param({"display_name": "Ada\nreceive_server=evil"}, "display_name", id="line break in name"),
    pytest.param({"display_name": "Ada\n"}, "display_name", id="line break after name"),
    pytest.param({"display_name": "A\u202eda"}, "display_name", id="direction mark in name"),
    pytest.param({"display_name": "\u00e4" * 600}, "display_name", id="long name"),
    pytest.param({"display_name": "\ud800"}, "display_name", id="half character"),
    pytest.param({"incoming": {"type": "nntp"}}, r"incoming\[0\]\.type", id="type"),
    pytest.param({"incoming": {"hostname": ""}}, r"incoming\[0\]\.hostname", id="empty host"),
    pytest.param({"incoming": {"hostname": "Pop.example.org"}}, r"incoming\[0\]\.hostname", id="capitals"),
    pytest.param({"incoming": {"hostname": "pop.example.org\n"}}, r"incoming\[0\]\.hostname", id="host, line break"),
    pytest.param({"incoming": {"hostname": "-pop.example.org"}}, r"incoming\[0\]\.hostname", id="no host"),
    pytest.param({"incoming": {"hostname": "a:b"}}, r"incoming\[0\]\.hostname", id="no IPv6"),
    pytest.param({"incoming": {"port": 0}}, r"incoming\[0\]\.port", id="port 0"),
    pytest.param({"incoming": {"port": True}}, r"incoming\[0\]\.port", id="port as boolean"),
    pytest.param({"incoming": {"port": "995"}}, r"incoming\[0\]\.port", id="port as text"),
    pytest.param({"incoming": {"socket_type": "tls"}}, r"incoming\[0\]\.socket_type", id="socket type"),
    pytest.param({"incoming": {"authentication": "none"}}, r"incoming\[0\]\.authentication", id="no login"),
    pytest.param({"incoming": {"username": "a\nb"}}, r"incoming\[0\]\.username", id="line break in login"),
    pytest.param({"incoming": {"username": "a\u200eb"}}, r"incoming\[0\]\.username", id="direction mark in login"),
    pytest.param({"incoming": {"username": "x" * 10_000}}, r"incoming\[0\]\.username .*too long", id="10 kB"),
    pytest.param({"incoming": {"domain": "\ufffe"}}, r"incoming\[0\]\.domain", id="no character"),
    pytest.param({"incoming": {"pop_before_smtp": True}}, r"incoming\[0\]", id="key of SMTP"),
    pytest.param({"outgoing": {"type": "lmtp"}}, r"outgoing\[0\]\.type", id="type of outgoing"),
    pytest.param({"outgoing": {"auth_required": "on"}}, r"outgoing\[0\]\.auth_required", id="boolean as text"),
    pytest.param({"outgoing": {"auth_required": False}}, r"outgoing\[0\]: auth_required is false", id="off, password"),
    pytest.param(
        {"outgoing": {"auth_required": True, "authentication": "none"}}, "auth_required is true", id="on, none"
    ),
    pytest.param({"exchange": {"url": "x"}}, "exchange", id="exchange"),
    pytest.param({"exchange": None}, "exchange", id="null"),
]


@pytest.mark.parametrize("changes, place", VIOLATIONS)
def test_violation_is_one_sentence(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(SettingsError, match=f"^settings of ada: .*{place}") as caught:
        validate(settings(**changes), "settings of ada")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    assert plan(request(settings=settings(**changes))).files == []


SHAPES = [
    pytest.param([], id="list"),
    pytest.param("settings", id="text"),
    pytest.param({}, id="empty"),
    pytest.param({"incoming": None}, id="null for servers"),
    pytest.param({"incoming": 5}, id="number for servers"),
    pytest.param({"incoming": "pop3"}, id="text for servers"),
    pytest.param({"incoming": [5]}, id="number for a server"),
    pytest.param({"incoming": [{}]}, id="empty server"),
    pytest.param({"incoming": [{"type": []}]}, id="list for type"),
    pytest.param({"outgoing": {}}, id="dictionary for servers"),
    pytest.param({1: 2, "a": 3}, id="keys of several types"),
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "overrides", [pytest.param(None, id="as it is"), pytest.param({"pop3": {"port": 1}}, id="overridden")]
)
def test_any_shape_is_a_refusal_and_no_traceback(shape: Any, overrides: Any) -> None:
    document = {**settings(), **copy.deepcopy(shape)} if isinstance(shape, dict) and shape else shape
    result = plan(request(settings=document, overrides=overrides))
    assert "does not fit the Settings schema" in reasons(result)
    assert result.files == []


def test_whole_number_written_as_fraction_stays_whole() -> None:
    result = plan(request(settings=settings(incoming={"port": 995.0}, ttl_hours=6.0)), report="full")
    assert section(result)["pop_port"] == "995"
    assert [row["value"] for row in result.translation if row["element"] == "TTL"] == ["6"]
