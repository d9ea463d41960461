# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import MeaningError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.names import normalised_address
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    codes,
    imap,
    meaning,
    pop3,
    protocol,
    smtp,
)

BOOLEANS = [
    pytest.param("on", True, None, id="on"),
    pytest.param("On", True, None, id="On"),
    pytest.param(" OFF ", False, None, id="OFF with blanks"),
    pytest.param("off", False, None, id="off"),
    pytest.param("true", True, "boolean-synonym", id="true"),
    pytest.param("YES", True, "boolean-synonym", id="YES"),
    pytest.param("1", True, "boolean-synonym", id="1"),
    pytest.param("False", False, "boolean-synonym", id="False"),
    pytest.param("no", False, "boolean-synonym", id="no"),
    pytest.param("0", False, "boolean-synonym", id="0"),
    pytest.param("", None, None, id="empty"),
    pytest.param(None, None, None, id="absent"),
    pytest.param("maybe", None, "boolean-unknown", id="maybe"),
    pytest.param("2", None, "boolean-unknown", id="2"),
    pytest.param("on off", None, "boolean-unknown", id="on off"),
]


@pytest.mark.parametrize("text, read, code", BOOLEANS)
@pytest.mark.parametrize(
    "element, field, default",
    [
        pytest.param("SMTPLast", "pop_before_smtp", False, id="SMTPLast"),
        pytest.param("UsePOPAuth", "same_credentials", None, id="UsePOPAuth"),
        pytest.param("AuthRequired", "auth_required", None, id="AuthRequired"),
        pytest.param("DomainRequired", "domain_required", False, id="DomainRequired"),
    ],
)
def test_boolean(
    text: str | None, read: bool | None, code: str | None, element: str, field: str, default: bool | None
) -> None:
    result = meaning(smtp(**{element: text}, DomainName="example.org"))
    assert getattr(result.settings.outgoing[0], field) is (default if read is None else read)
    assert codes(result) == ({code} if code else set())
    assert all(finding.element == element and finding.line == 12 for finding in result.findings)


@pytest.mark.parametrize(
    "text, authentication, code",
    [
        pytest.param("on", "NTLM", None, id="on"),
        pytest.param("off", "password-cleartext", None, id="off"),
        pytest.param(None, "password-cleartext", "spa-default", id="absent"),
        pytest.param("", "password-cleartext", "spa-default", id="empty"),
        pytest.param("perhaps", "password-cleartext", "boolean-unknown", id="unknown word"),
    ],
)
def test_spa(text: str | None, authentication: str, code: str | None) -> None:
    result = meaning(pop3(SPA=text))
    assert result.settings.incoming[0].authentication == authentication
    assert codes(result) == ({code} if code else set())


def test_no_authentication_where_auth_required_is_off() -> None:
    (server,) = meaning(smtp(AuthRequired="off", SPA="on")).settings.outgoing
    assert (server.authentication, server.auth_required) == ("none", False)


PORTS = [
    pytest.param("1", 1, id="lowest"),
    pytest.param("65535", 65535, id="highest"),
    pytest.param("00995", 995, id="zeros in front"),
    pytest.param("0", None, id="0"),
    pytest.param("65536", None, id="too high"),
    pytest.param("-1", None, id="negative"),
    pytest.param("+995", None, id="with a sign"),
    pytest.param("995 ssl", None, id="with a word"),
    pytest.param("99.5", None, id="fraction"),
    pytest.param("1e3", None, id="exponent"),
    pytest.param("0x6E", None, id="hexadecimal"),
    pytest.param("\u0669\u0669\u0665", None, id="other digits"),
    pytest.param("9" * 5000, None, id="very long"),
]


@pytest.mark.parametrize("text, port", PORTS)
def test_port(text: str, port: int | None) -> None:
    if port is not None:
        assert meaning(pop3(Port=text)).settings.incoming[0].port == port
        return
    with pytest.raises(MeaningError, match=r"^ada\.xml: line 9: Protocol POP3: Port is ") as caught:
        meaning(pop3(Port=text))
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "build, elements, port",
    [
        pytest.param(pop3, {"SSL": "on"}, 995, id="POP3 TLS"),
        pytest.param(pop3, {"Encryption": "TLS"}, 110, id="POP3 STARTTLS"),
        pytest.param(pop3, {"SSL": "off"}, 110, id="POP3 plain"),
        pytest.param(imap, {"SSL": "on"}, 993, id="IMAP TLS"),
        pytest.param(imap, {"Encryption": "TLS"}, 143, id="IMAP STARTTLS"),
        pytest.param(imap, {"SSL": "off"}, 143, id="IMAP plain"),
        pytest.param(smtp, {"Encryption": "SSL"}, 465, id="SMTP TLS"),
        pytest.param(smtp, {"Encryption": "TLS"}, 587, id="SMTP STARTTLS"),
        pytest.param(smtp, {"Encryption": None, "SSL": "off"}, 25, id="SMTP plain"),
    ],
)
@pytest.mark.parametrize("text", [pytest.param(None, id="absent"), pytest.param("", id="empty")])
def test_missing_port(build: Any, elements: dict[str, str], port: int, text: str | None) -> None:
    result = meaning(build(Port=text, **elements))
    (server,) = (*result.settings.incoming, *result.settings.outgoing)
    assert server.port == port
    assert "port-missing" in codes(result)


HOSTS = [
    pytest.param("POP.Example.ORG", "pop.example.org", id="capitals"),
    pytest.param("pop.example.org.", "pop.example.org", id="closing dot"),
    pytest.param("mail", "mail", id="one label"),
    pytest.param("xn--bcher-kva.example", "xn--bcher-kva.example", id="A-label"),
    pytest.param("192.0.2.7", "192.0.2.7", id="IPv4"),
    pytest.param("2001:db8::7", "2001:db8::7", id="IPv6"),
    pytest.param("[2001:DB8::7]", "2001:db8::7", id="IPv6 in brackets"),
    pytest.param("https://pop.example.org", None, id="address of a page"),
    pytest.param("pop.example.org:995", None, id="with port"),
    pytest.param("pop_1.example.org", None, id="underscore"),
    pytest.param("-pop.example.org", None, id="hyphen in front"),
    pytest.param("pop..example.org", None, id="empty label"),
    pytest.param("192.0.2.700", None, id="no IPv4"),
    pytest.param("127.1", None, id="short IPv4"),
    pytest.param("[192.0.2.7]", None, id="IPv4 in brackets"),
    pytest.param("fe80::1%eth0", None, id="zone"),
    pytest.param("b\u00fccher.example", None, id="U-label"),
    pytest.param("\u212aelvin.example.org", None, id="Kelvin sign"),
    pytest.param("pop.example.org evil", None, id="blank"),
    pytest.param("pop.example.org\nssl_pop=0", None, id="line break"),
    pytest.param("%SERVER%", None, id="placeholder"),
    pytest.param("." * 300, None, id="dots"),
    pytest.param("a" * 64 + ".example.org", None, id="long label"),
    pytest.param(".".join(["abcdefgh"] * 40), None, id="long name"),
]


@pytest.mark.parametrize("text, hostname", HOSTS)
def test_host(text: str, hostname: str | None) -> None:
    if hostname is not None:
        assert meaning(pop3(Server=text)).settings.incoming[0].hostname == hostname
        return
    with pytest.raises(MeaningError, match=r"^ada\.xml: line \d+: Protocol POP3: Server is ") as caught:
        meaning(pop3(Server=text))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", [pytest.param(None, id="absent"), pytest.param(" ", id="blank")])
def test_missing_server_names_protocol_and_line(text: str | None) -> None:
    with pytest.raises(MeaningError, match=r"^ada\.xml: line \d+: Protocol IMAP has no Server\."):
        meaning(imap(Server=text))


def test_every_wrong_value_is_named_at_once() -> None:
    with pytest.raises(MeaningError) as caught:
        meaning(pop3(Server=None, Port="x"), smtp(Server="a b"))
    assert [word in str(caught.value) for word in ("POP3 has no Server", 'Port is "x"', 'Server is "a b"')] == [
        True
    ] * 3


ADDRESSES = [
    pytest.param("ada@Example.ORG", ADA, id="domain in capitals"),
    pytest.param(" ada@example.org ", ADA, id="blanks around"),
    pytest.param("Ada@example.org", "Ada@example.org", id="local part keeps capitals"),
    pytest.param("o'brien@example.org", "o'brien@example.org", id="apostrophe"),
    pytest.param("ada+list=1#x@example.org", "ada+list=1#x@example.org", id="signs"),
    pytest.param("ada", None, id="no at"),
    pytest.param("@example.org", None, id="no local part"),
    pytest.param("ada@", None, id="no domain"),
    pytest.param("ada@192.0.2.7", None, id="IP address"),
    pytest.param('"ada b"@example.org', None, id="quoted"),
    pytest.param("ada\n@example.org", None, id="line break"),
    pytest.param("ada@example.org\n", ADA, id="line break after it"),
    pytest.param("ada@example.org\nx", None, id="more lines"),
    pytest.param("a\u202eda@example.org", None, id="direction mark"),
    pytest.param("ada@\u212aelvin.example", None, id="Kelvin sign"),
    pytest.param("a" * 65 + "@example.org", None, id="long local part"),
    pytest.param("\ud800@example.org", None, id="half character"),
]


@pytest.mark.parametrize("text, address", ADDRESSES)
def test_address(text: str, address: str | None) -> None:
    assert normalised_address(text) == address


def test_elements_out_of_place() -> None:
    result = meaning(imap(SMTPLast="on", UsePOPAuth="on", AuthRequired="off"), smtp())
    assert codes(result) == {
        "smtp-last-outside-smtp",
        "use-pop-auth-outside-smtp",
        "auth-required-outside-smtp",
    }
    assert not result.settings.outgoing[0].pop_before_smtp
    assert result.settings.incoming[0].authentication == "password-cleartext"


@pytest.mark.parametrize(
    "type_, kind, noticed",
    [
        pytest.param("POP3", "pop3", set(), id="POP3"),
        pytest.param("pop3", "pop3", set(), id="small letters"),
        pytest.param("POP", "pop3", {"type-alias"}, id="POP"),
        pytest.param("pop3s", "pop3", {"type-alias"}, id="pop3s"),
        pytest.param("IMAP4rev1", "imap", {"type-alias"}, id="IMAP4rev1"),
        pytest.param("IMAPS", "imap", {"type-alias"}, id="IMAPS"),
        pytest.param("Imap", "imap", set(), id="Imap"),
    ],
)
def test_type(type_: str, kind: str, noticed: set[str]) -> None:
    result = meaning(
        protocol(type_, {"Server": "mail.example.org", "Port": 2000, "LoginName": "ada", "SPA": "off"}), smtp()
    )
    assert result.settings.incoming[0].type == kind
    assert codes(result) == noticed


@pytest.mark.parametrize("text", [pytest.param(None, id="absent"), pytest.param("", id="empty")])
def test_login_name_that_is_missing_stays_null(text: str | None) -> None:
    result = meaning(pop3(LoginName=text), smtp(LoginName=text))
    assert result.settings.incoming[0].username is None
    assert result.settings.outgoing[0].username is None
    assert [finding.code for finding in result.findings] == ["login-name-missing"]
