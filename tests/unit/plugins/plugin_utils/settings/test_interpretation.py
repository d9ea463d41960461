# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.model import Exchange
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    codes,
    imap,
    meaning,
    pop3,
    protocol,
    smtp,
)

TTLS = [
    pytest.param([None], 1, 0, id="absent"),
    pytest.param([""], 1, 0, id="empty"),
    pytest.param(["24"], 24, 0, id="a day"),
    pytest.param(["0"], 0, 0, id="never again"),
    pytest.param(["168", "24"], 24, 0, id="the shortest"),
    pytest.param(["0", "24"], 24, 0, id="never, and a day"),
    pytest.param(["0", "0"], 0, 0, id="never twice"),
    pytest.param(["-1"], 1, 1, id="negative"),
    pytest.param(["1.5"], 1, 1, id="fraction"),
    pytest.param(["one"], 1, 1, id="word"),
    pytest.param(["\u0661"], 1, 1, id="other digit"),
    pytest.param(["9999999"], 1, 1, id="too long"),
    pytest.param(["x", "6"], 6, 1, id="wrong and right"),
]


@pytest.mark.parametrize("texts, hours, wrong", TTLS)
def test_ttl(texts: list[str | None], hours: int, wrong: int) -> None:
    result = meaning(*(smtp(TTL=text) for text in texts))
    assert result.settings.ttl_hours == hours
    assert [finding.code for finding in result.findings] == ["ttl-invalid"] * wrong


DATES = [
    pytest.param([None], None, 0, id="absent"),
    pytest.param([""], None, 0, id="empty"),
    pytest.param(["20301231"], "2030-12-31", 0, id="a day"),
    pytest.param(["20310101", "20301231"], "2030-12-31", 0, id="the earliest"),
    pytest.param(["20280229"], "2028-02-29", 0, id="leap day"),
    pytest.param(["20270229"], None, 1, id="no leap day"),
    pytest.param(["20301301"], None, 1, id="no month"),
    pytest.param(["00000101"], None, 1, id="no year"),
    pytest.param(["2030-12-31"], None, 1, id="ISO"),
    pytest.param(["2030W011"], None, 1, id="week"),
    pytest.param(["2030113"], None, 1, id="7 digits"),
    pytest.param(["2030 1 1"], None, 1, id="blanks"),
    pytest.param(["\uff12\uff10\uff13\uff10\uff11\uff12\uff13\uff11"], None, 1, id="other digits"),
    pytest.param(["never", "20301231"], "2030-12-31", 1, id="wrong and right"),
]


@pytest.mark.parametrize("texts, day, wrong", DATES)
def test_expiration_date(texts: list[str | None], day: str | None, wrong: int) -> None:
    result = meaning(*(smtp(ExpirationDate=text) for text in texts))
    assert result.settings.expires == day
    assert [finding.code for finding in result.findings] == ["expiration-date-invalid"] * wrong


@pytest.mark.parametrize(
    "name, read, noticed",
    [
        pytest.param("Ada Lovelace", "Ada Lovelace", set(), id="name"),
        pytest.param(" Ada\u00a0L\u00f6ve ", "Ada\u00a0L\u00f6ve", set(), id="trimmed"),
        pytest.param("", None, set(), id="empty"),
        pytest.param(None, None, set(), id="absent"),
        pytest.param("Ada\nreceive_server=evil", None, {"display-name-invalid"}, id="line break"),
        pytest.param("A\u202eda", None, {"display-name-invalid"}, id="direction mark"),
        pytest.param("x" * 1001, None, {"display-name-invalid"}, id="too long"),
    ],
)
def test_display_name(name: str | None, read: str | None, noticed: set[str]) -> None:
    result = meaning(smtp(), name=name)
    assert result.settings.display_name == read
    assert codes(result) == noticed


@pytest.mark.parametrize(
    "address, read, noticed",
    [
        pytest.param("ada@Example.org", ADA, set(), id="address"),
        pytest.param("", None, set(), id="empty"),
        pytest.param("Ada Lovelace", None, {"address-invalid"}, id="name"),
    ],
)
def test_address_of_the_answer(address: str, read: str | None, noticed: set[str]) -> None:
    result = meaning(smtp(), address=address)
    assert result.settings.email == read
    assert codes(result) == noticed


def test_protocol_for_some_networks_is_skipped_with_all_that_it_says() -> None:
    inside = smtp(Server="inside.example.org", AuthRequired="off", TTL="5").replace(
        "  </Protocol>",
        "    <NetworkRequirements><IPv4Start>192.0.2.0</IPv4Start></NetworkRequirements>\n  </Protocol>",
    )
    result = meaning(inside, pop3(), smtp())
    assert [server.hostname for server in result.settings.outgoing] == ["smtp.example.org"]
    assert result.settings.ttl_hours == 1
    (finding,) = result.findings
    assert (finding.code, finding.element, finding.line) == ("network-requirements", "NetworkRequirements", 14)


def test_order_of_preference_and_other_protocols() -> None:
    exchange = protocol("EXCH", {"Server": "mbx.example.org", "EwsUrl": "https://mbx.example.org/ews"})
    web = protocol("WEB", {"OWAUrl": "https://mbx.example.org/owa"})
    second = protocol("EXPR", {"EwsUrl": "https://other.example.org/ews", "OABUrl": "https://mbx.example.org/oab"})
    result = meaning(exchange, imap(), pop3(), second, smtp(Server="one.example.org"), web, smtp())
    assert [server.type for server in result.settings.incoming] == ["imap", "pop3"]
    assert [server.hostname for server in result.settings.outgoing] == ["one.example.org", "smtp.example.org"]
    assert result.settings.exchange == Exchange(
        "https://mbx.example.org/ews", "https://mbx.example.org/oab", "https://mbx.example.org/owa", "mbx.example.org"
    )
    assert result.findings == ()


def test_what_the_answer_leaves_unsaid_stays_apart() -> None:
    (server,) = meaning(smtp()).settings.outgoing
    assert (server.auth_required, server.same_credentials, server.pop_before_smtp) == (None, None, False)
    assert server.authentication == "password-cleartext"
