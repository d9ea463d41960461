# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import OptionError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.overrides import (
    OVERRIDABLE,
    checked_overrides,
)
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    codes,
    meaning,
    plan,
    pop3,
    reasons,
    request,
    settings,
    smtp,
)

WRONG = {
    "Server": "not a host",
    "Port": "many",
    "LoginName": "a\nb",
    "SPA": "perhaps",
    "Encryption": "strong",
    "AuthRequired": "perhaps",
    "UsePOPAuth": "perhaps",
    "SMTPLast": "perhaps",
}

FIELDS = [
    pytest.param("hostname", "Mail.Example.org", "mail.example.org", ("Server",), id="hostname"),
    pytest.param("port", 2525, 2525, ("Port",), id="port"),
    pytest.param("port", "2525", 2525, ("Port",), id="port as text"),
    pytest.param("socket_type", "SSL", "SSL", ("Encryption",), id="socket_type"),
    pytest.param("authentication", "NTLM", "NTLM", ("SPA", "AuthRequired"), id="authentication"),
    pytest.param("username", "007412", "007412", ("LoginName",), id="username"),
    pytest.param("auth_required", True, True, ("AuthRequired",), id="auth_required"),
    pytest.param("same_credentials", False, False, ("UsePOPAuth",), id="same_credentials"),
    pytest.param("pop_before_smtp", True, True, ("SMTPLast",), id="pop_before_smtp"),
]


@pytest.mark.parametrize(
    "kind, field, value, expected, elements",
    [
        pytest.param(kind, *case.values, id=f"{kind} {case.id}")
        for kind in ("pop3", "smtp")
        for case in FIELDS
        if case.values[0] in OVERRIDABLE[kind]
    ],
)
def test_the_value_of_the_answer_is_not_even_read(
    kind: str, field: str, value: Any, expected: Any, elements: tuple[str, ...]
) -> None:
    build = pop3 if kind == "pop3" else smtp
    wrong = {element: WRONG[element] for element in elements if kind == "smtp" or element != "AuthRequired"}
    result = meaning(build(**wrong), overrides={kind: {field: value}})
    (server,) = (*result.settings.incoming, *result.settings.outgoing)
    assert getattr(server, field) == expected
    assert codes(result) == {"override"}


@pytest.mark.parametrize("field, value", [pytest.param(*case.values[:2], id=case.id) for case in FIELDS])
def test_settings_are_overridden_too(field: str, value: Any) -> None:
    document = settings(outgoing={"auth_required": False, "authentication": "none"})
    result = plan(request(settings=document, overrides={"smtp": {field: value}}))
    assert reasons(result) == ""
    assert "override" in codes(result)


@pytest.mark.parametrize(
    "said, overrides, authentication, auth_required",
    [
        pytest.param("off", {"auth_required": True}, "password-cleartext", True, id="on after all"),
        pytest.param("on", {"auth_required": False}, "none", False, id="off after all"),
        pytest.param("off", {"authentication": "NTLM"}, "NTLM", True, id="how says that"),
        pytest.param("on", {"authentication": "NTLM"}, "NTLM", True, id="how"),
    ],
)
def test_authentication_is_the_same_from_an_answer_and_from_settings(
    said: str, overrides: dict[str, Any], authentication: str, auth_required: bool
) -> None:
    (server,) = meaning(pop3(), smtp(AuthRequired=said), overrides={"smtp": overrides}).settings.outgoing
    assert (server.authentication, server.auth_required) == (authentication, auth_required)
    document = meaning(pop3(), smtp(AuthRequired=said)).settings.as_dict()
    of_answer = plan(request(pop3(), smtp(AuthRequired=said), overrides={"smtp": overrides}), unsupported="warn")
    of_settings = plan(request(settings=document, overrides={"smtp": overrides}), unsupported="warn")
    assert of_answer.files == of_settings.files != []


@pytest.mark.parametrize(
    "overrides, sentence",
    [
        pytest.param({"nntp": {}}, 'overrides: "nntp" is none of pop3, imap and smtp', id="type"),
        pytest.param({"pop3": {"server": "x"}}, 'overrides.pop3: "server" cannot be overridden; hostname', id="field"),
        pytest.param({"pop3": {"auth_required": True}}, "cannot be overridden", id="field of SMTP"),
        pytest.param({"pop3": {"hostname": "a b"}}, "hostname is .* a host name or an IP address", id="hostname"),
        pytest.param({"pop3": {"port": 0}}, "port is .* from 1 to 65535", id="port"),
        pytest.param({"pop3": {"port": "x"}}, "port is", id="port as word"),
        pytest.param({"pop3": {"port": True}}, "port is", id="port as boolean"),
        pytest.param({"pop3": {"port": 587.5}}, "port is", id="port as fraction"),
        pytest.param({"pop3": {"socket_type": "tls"}}, "plain, STARTTLS or SSL", id="socket_type"),
        pytest.param({"pop3": {"authentication": "none"}}, "password-cleartext or NTLM", id="authentication"),
        pytest.param({"pop3": {"username": "a\nb"}}, "username is", id="username"),
        pytest.param({"pop3": {"username": ""}}, "username is", id="empty username"),
        pytest.param({"smtp": {"pop_before_smtp": "yes"}}, "true or false", id="boolean"),
        pytest.param({"smtp": {"authentication": "NTLM", "auth_required": False}}, "Leave one", id="contradiction"),
        pytest.param({"smtp": "x"}, 'overrides.smtp is "x"; give a dictionary', id="no fields"),
        pytest.param("x", "overrides is .* give a dictionary", id="no dictionary"),
        pytest.param({1: {}}, "none of", id="key"),
    ],
)
def test_override_that_cannot_be(overrides: Any, sentence: str) -> None:
    with pytest.raises(OptionError, match=sentence):
        checked_overrides(overrides)
    assert len(plan(request(pop3(), smtp(), overrides=overrides)).refused) == 1
    assert len(plan(request(settings=settings(), overrides=overrides)).refused) == 1


def test_override_of_a_type_that_is_not_offered_says_nothing() -> None:
    assert codes(meaning(pop3(), smtp(), overrides={"imap": {"port": 1}})) == set()
    assert codes(plan(request(settings=settings(), overrides={"imap": {"port": 1}}))) == set()
