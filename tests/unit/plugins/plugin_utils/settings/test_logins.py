# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import MeaningError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.logins import belongs_to, login
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.model import IncomingServer
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    meaning,
    pop3,
    smtp,
)


def composed(email: str = ADA, policy: Policy | None = None, **elements: str | None) -> str:
    """Return the login of a POP3 Protocol with these elements."""
    (server,) = meaning(pop3(**elements)).settings.incoming
    return login(server, email, policy or Policy(), [])


LOGINS = [
    pytest.param({"LoginName": "ada"}, "ada", id="bare"),
    pytest.param({"LoginName": "o'brien@example.org"}, "o'brien@example.org", id="apostrophe"),
    pytest.param({"LoginName": "CORP\\ada"}, "CORP\\ada", id="Windows domain"),
    pytest.param({"LoginName": "007412"}, "007412", id="zeros in front"),
    pytest.param({"LoginName": "1e5"}, "1e5", id="looks like a number"),
    pytest.param({"LoginName": "true"}, "true", id="looks like a boolean"),
    pytest.param({"LoginName": "a#b=[c]"}, "a#b=[c]", id="signs"),
    pytest.param({"LoginName": "  ada  "}, "ada", id="trimmed"),
    pytest.param({"LoginName": "\u00e4da"}, "\u00e4da", id="umlaut"),
    pytest.param({"LoginName": "100%"}, "100%", id="percent sign"),
    pytest.param({"LoginName": "x" * 1000}, "x" * 1000, id="as long as can be"),
    pytest.param({"LoginName": "%EMAILADDRESS%"}, ADA, id="address"),
    pytest.param({"LoginName": "%EMAILLOCALPART%"}, "ada", id="local part"),
    pytest.param({"LoginName": "CORP\\%EMAILLOCALPART%"}, "CORP\\ada", id="local part in a Windows domain"),
    pytest.param({"LoginName": "%EMAILLOCALPART%@mail.example.org"}, "ada@mail.example.org", id="other domain"),
    pytest.param({"DomainRequired": "on", "LoginName": "ada", "DomainName": "example.org"}, ADA, id="domain required"),
    pytest.param({"DomainRequired": "off", "LoginName": "ada", "DomainName": "example.org"}, "ada", id="not required"),
    pytest.param({"LoginName": "ada", "DomainName": "example.org"}, "ada", id="unsaid whether required"),
    pytest.param({"DomainRequired": "on", "LoginName": "ada"}, ADA, id="required, but no domain"),
    pytest.param({"DomainRequired": "on", "LoginName": "CORP\\ada"}, "CORP\\ada", id="required, Windows login"),
    pytest.param(
        {"DomainRequired": "on", "LoginName": None, "DomainName": "x.example"}, "ada@x.example", id="only a domain"
    ),
    pytest.param({"LoginName": "%EmailAddress%"}, ADA, id="any capitals"),
    pytest.param({"LoginName": "%emaillocalpart%@%emaildomain%"}, ADA, id="all three words"),
    pytest.param(
        {"LoginName": "ada", "DomainRequired": "on", "DomainName": "%EMAILDOMAIN%"}, ADA, id="domain of the address"
    ),
    pytest.param(
        {"DomainRequired": "on", "LoginName": "ada@x.example", "DomainName": "example.org"},
        "ada@x.example",
        id="an address gets no domain",
    ),
    pytest.param(
        {"DomainRequired": "on", "LoginName": "CORP\\ada", "DomainName": "example.org"},
        "CORP\\ada",
        id="a Windows login gets no domain",
    ),
    pytest.param(
        {"DomainRequired": "on", "LoginName": "ada", "DomainName": "CORP", "SPA": "on"}, "CORP\\ada", id="NTLM"
    ),
    pytest.param(
        {"DomainRequired": "on", "LoginName": ADA, "DomainName": "CORP", "SPA": "on"}, ADA, id="NTLM with an address"
    ),
    pytest.param(
        {"DomainRequired": "on", "LoginName": "%EMAILLOCALPART%", "DomainName": "CORP", "SPA": "on"},
        "CORP\\ada",
        id="NTLM with a placeholder",
    ),
    pytest.param(
        {"DomainRequired": "on", "LoginName": "%EMAILADDRESS%", "DomainName": "x.example"}, ADA, id="filled in first"
    ),
    pytest.param({"LoginName": None}, ADA, id="absent"),
    pytest.param({"LoginName": ""}, ADA, id="empty"),
]


@pytest.mark.parametrize("elements, expected", LOGINS)
def test_login(elements: dict[str, str | None], expected: str) -> None:
    assert composed(**elements) == expected


@pytest.mark.parametrize(
    "elements, expected",
    [
        pytest.param({"LoginName": None}, "ada", id="absent"),
        pytest.param({"LoginName": "lovelace"}, "lovelace", id="said"),
        pytest.param(
            {"LoginName": None, "DomainRequired": "on", "DomainName": "x.example"}, "ada@x.example", id="domain"
        ),
    ],
)
def test_local_part_where_login_is_missing(elements: dict[str, str | None], expected: str) -> None:
    assert composed(policy=Policy(username="localpart"), **elements) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ada\nssl_pop=0", id="line break"),
        pytest.param("ada\tx", id="tab"),
        pytest.param("a\x85da", id="next line"),
        pytest.param("a\u2028da", id="line separator"),
        pytest.param("a\u202eda", id="right-to-left override"),
        pytest.param("a\u2066da", id="isolate"),
        pytest.param("a\u061cda", id="Arabic letter mark"),
        pytest.param("a\u200bda", id="zero width space"),
        pytest.param("x" * 1001, id="too long"),
        pytest.param("\u00e4" * 501, id="too long in bytes"),
        pytest.param("x" * 10_000, id="10 kB"),
    ],
)
def test_login_that_fits_on_no_line(text: str) -> None:
    with pytest.raises(MeaningError, match=r"^ada\.xml: line 10: Protocol POP3: LoginName is ") as caught:
        meaning(pop3(LoginName=text))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("text", ["ada\n", "a\0da", "a\u202eda", "\ud800", "a\uffff", "", "x" * 1001], ids=ascii)
def test_login_from_elsewhere_is_checked_again(text: str) -> None:
    server = IncomingServer("pop3", "pop.example.org", 995, "SSL", "password-cleartext", username=text)
    with pytest.raises(MeaningError, match=r"the login .* for pop\.example\.org"):
        login(server, ADA, Policy(), [])


@pytest.mark.parametrize(
    "elements, element",
    [
        pytest.param({"LoginName": "%REALNAME%"}, "LoginName", id="Mozilla's name"),
        pytest.param({"LoginName": "%EMAILADDRESS%-%USER%"}, "LoginName", id="beside a known one"),
        pytest.param(
            {"LoginName": "ada", "DomainRequired": "on", "DomainName": "%REALNAME%"}, "DomainName", id="DomainName"
        ),
    ],
)
def test_unknown_placeholder(elements: dict[str, str | None], element: str) -> None:
    with pytest.raises(
        MeaningError, match=rf"^ada@example\.org: {element} .* holds the placeholder .*override username"
    ):
        composed(**elements)


def test_placeholder_is_filled_in_once() -> None:
    assert composed("%EMAILADDRESS%@example.org", LoginName="%EMAILLOCALPART%") == "%EMAILADDRESS%"


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param(ADA, True, id="address"),
        pytest.param("ADA@Example.org", True, id="capitals"),
        pytest.param("ada", True, id="local part"),
        pytest.param("CORP\\ada", True, id="Windows domain"),
        pytest.param("bob", False, id="somebody else"),
        pytest.param("ada@example.net", False, id="elsewhere"),
        pytest.param("", False, id="empty"),
    ],
)
def test_belongs_to(text: str, expected: bool) -> None:
    assert belongs_to(text, ADA) is expected


@pytest.mark.parametrize("domain", ["a b", "a@b", "a\\b", "a/b", "a\nb", "x" * 256], ids=ascii)
def test_domain_that_is_none(domain: str) -> None:
    with pytest.raises(MeaningError, match="DomainName is"):
        meaning(pop3(DomainName=domain), smtp())
