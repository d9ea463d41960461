# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pickle
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import AnswerError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.findings import FINDINGS, few_of_a_kind
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.elements import BY_NAME, ELEMENTS, MAIL_TYPES
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.reader import read, read_response
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.response import Response, Value
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.pox.answers import (
    ACTIVESYNC,
    BASE,
    EXCH,
    FULL,
    IMAP,
    OUTLOOK,
    SETTINGS,
    SMTP,
    account,
    answer,
    mail,
)


def findings(response: Response) -> list[tuple[str, str | None, int | None]]:
    return [(finding.code, finding.element, finding.line) for finding in response.findings]


def codes(response: Response) -> list[str]:
    return [finding.code for finding in response.findings]


@pytest.mark.parametrize(
    "data",
    [FULL, FULL.encode(), FULL.replace("utf-8", "utf-16").encode("utf-16"), FULL.replace("\n", "\r\n")],
    ids=["text", "UTF-8", "UTF-16", "CRLF"],
)
def test_full_answer(data: bytes | str) -> None:
    response = read(data, "ada.xml")
    assert response.findings == ()
    assert response.source == "ada.xml"
    assert response.line == 2
    assert response.display_name == Value("Ada Löve", 5)
    assert response.smtp_address == Value("ada@example.org", 6)
    assert response.error is None
    assert response.active_sync is None
    (only,) = response.accounts
    assert (only.line, only.account_type, only.action) == (8, Value("email", 9), Value("settings", 10))
    assert (only.redirect_url, only.redirect_addr) == (None, None)
    pop3, smtp = response.protocols()
    assert (pop3.line, pop3.container) == (11, None)
    assert pop3.values == {
        "Type": Value("POP3", 12),
        "Server": Value("pop.example.org", 14),
        "Port": Value("995", 15),
        "LoginName": Value("ada@example.org", 16),
        "DomainRequired": Value("off", 17),
        "DomainName": Value("example.org", 18),
        "SPA": Value("off", 19),
        "SSL": Value("on", 20),
        "AuthRequired": Value("on", 21),
    }
    assert (smtp.line, smtp.container) == (23, None)
    assert smtp.values == {
        "Type": Value("SMTP", 24),
        "Server": Value("smtp.example.org", 25),
        "Port": Value("587", 28),
        "LoginName": Value("", 29),
        "SSL": Value("On", 30),
        "Encryption": Value("TLS", 31),
        "AuthRequired": Value("on", 32),
        "UsePOPAuth": Value("on", 33),
        "SMTPLast": Value("on", 34),
        "TTL": Value("24", 35),
        "ExpirationDate": Value("20301231", 36),
        "NetworkRequirements": Value("", 37),
    }
    assert smtp.get("LoginName") is None
    assert smtp.get("Port") == Value("587", 28)


def test_lines_after_leading_blank_lines() -> None:
    response = read("\n\n" + FULL, "ada.xml")
    assert findings(response) == [("leading-whitespace", None, 3)]
    assert next(response.protocols()).values["Server"] == Value("pop.example.org", 16)


@pytest.mark.parametrize("type_", ["POP3", "POP", "IMAP", "SMTP", "pop3", "Imap", "smtp", " SMTP\n"])
def test_mail_types(type_: str) -> None:
    response = read(answer(account(f"<Protocol><Type>{type_}</Type></Protocol>")), "a.xml")
    assert [protocol.type for protocol in response.protocols()] == [type_.strip()]
    assert response.findings == ()


@pytest.mark.parametrize("element", [row.name for row in ELEMENTS if row.place == "protocol" and row.content == "text"])
def test_every_text_element_of_the_table_is_read(element: str) -> None:
    (protocol,) = read_response(
        answer(account(f"<Protocol><{element}> x </{element}></Protocol>")), "a.xml"
    ).protocols()
    assert protocol.values == {element: Value("x", 2)}


def test_table() -> None:
    assert len({(row.place, row.name.lower()) for row in ELEMENTS}) == len(ELEMENTS)
    assert all(row.meaning and row.source for row in ELEMENTS)
    mail_elements = {row.name for row in ELEMENTS if row.place == "protocol" and row.topic == "mail"}
    assert mail_elements == {
        *("Type", "Server", "Port", "LoginName", "DomainRequired", "DomainName", "SPA", "SSL", "Encryption"),
        *("AuthRequired", "UsePOPAuth", "SMTPLast", "TTL", "ExpirationDate", "NetworkRequirements"),
        *("TLS", "UseTLS", "StartTLS", "UseSSL", "SocketType"),
    }
    assert {"ewsurl", "oaburl", "owaurl", "asurl", "ecpurl-tmcreating", "serverdn"} <= set(BY_NAME["protocol"])
    assert set(MAIL_TYPES.values()) == {"pop3", "imap", "smtp"}


def test_order_of_the_server_over_all_accounts() -> None:
    response = read(answer(account(SMTP), account(IMAP, EXCH), account()), "a.xml")
    assert [[protocol.type for protocol in each.protocols] for each in response.accounts] == [
        ["SMTP"],
        ["IMAP", "EXCH"],
        [],
    ]
    assert [protocol.type for protocol in response.protocols()] == ["SMTP", "IMAP", "EXCH"]


WEB = """<Protocol><Type>WEB</Type>
<Internal><OWAUrl AuthenticationMethod="Basic">https://in.example.org/owa</OWAUrl><OWAUrl>https://in2.example.org</OWAUrl>
<Protocol><Type>EXCH</Type><ASUrl>https://in.example.org/ews</ASUrl></Protocol></Internal>
{external}
<Port>443</Port></Protocol>"""
EXTERNAL = """<External><OWAUrl>https://out.example.org/owa</OWAUrl><Protocol><Type>EXPR</Type><Server>nested</Server>
<ASUrl>https://out.example.org/ews</ASUrl></Protocol></External>"""


def test_nested_protocols_steal_nothing() -> None:
    response = read(answer(account(WEB.format(external=EXTERNAL), IMAP)), "a.xml")
    web, internal, external, imap = response.protocols()
    assert response.findings == ()
    assert (web.container, internal.container, external.container, imap.container) == (
        None,
        "Internal",
        "External",
        None,
    )
    assert {name: value.text for name, value in web.values.items()} == {
        "Type": "WEB",
        "Port": "443",
        "OWAUrl": "https://out.example.org/owa",
    }
    assert {name: value.text for name, value in internal.values.items()} == {
        "Type": "EXCH",
        "ASUrl": "https://in.example.org/ews",
    }
    assert external.values["Server"] == Value("nested", 5)


def test_web_mail_for_clients_inside_when_there_is_no_other() -> None:
    response = read(answer(account(WEB.format(external=""), IMAP)), "a.xml")
    assert next(response.protocols()).values["OWAUrl"] == Value("https://in.example.org/owa", 3)


def test_web_mail_of_the_protocol_itself_comes_first() -> None:
    text = "<Protocol><Type>WEB</Type><External><OWAUrl>b</OWAUrl></External><OWAUrl>a</OWAUrl></Protocol>"
    assert next(read(answer(account(text, IMAP)), "a.xml").protocols()).values["OWAUrl"].text == "a"


def test_protocol_within_protocol() -> None:
    response = read(answer(account("<Protocol><Type>IMAP</Type>" * 100 + "</Protocol>" * 100, SMTP)), "a.xml")
    assert [protocol.type for protocol in response.protocols()] == ["IMAP"] * 100 + ["SMTP"]


TYPES = {
    "attribute": (
        '<Protocol Type="mapiHttp" Version="1"><MailStore><InternalUrl/></MailStore></Protocol>',
        "@mapiHttp",
        [],
    ),
    "element before attribute": ('<Protocol Type="mapiHttp"><Type>IMAP</Type></Protocol>', "IMAP", []),
    "empty element": ('<Protocol Type="mapiHttp"><Type/></Protocol>', "@mapiHttp", []),
    "attribute that is a mail type": ('<Protocol Type=" pop "/>', "pop", [("type-attribute", "Type", 2)]),
    "empty attribute": ('<Protocol Type=" "/>', "", [("type-unknown", "Type", 2)]),
    "none": ("<Protocol/>", "", [("type-unknown", "Type", 2)]),
    "unknown": ("<Protocol>\n<Type>IMAP5</Type></Protocol>", "IMAP5", [("type-unknown", "Type", 2)]),
    "known others": ("<Protocol><Type>CalDAV</Type></Protocol>", "CalDAV", []),
}


@pytest.mark.parametrize(("protocol", "type_", "expected"), TYPES.values(), ids=TYPES)
def test_type(protocol: str, type_: str, expected: list[tuple[str, str, int]]) -> None:
    response = read(answer(account(protocol, SMTP)), "a.xml")
    assert next(response.protocols()).type == type_
    assert findings(response) == expected


ERRORS = {
    "in Response": (answer('<Error Time="1"><ErrorCode> 600 </ErrorCode><Message>No</Message></Error>'), "600", "No"),
    "in Account": (answer(account("<Error><ErrorCode>500</ErrorCode></Error>")), "500", None),
    "in Autodiscover": (answer().replace("<Response", "<Error><Message>No</Message></Error><Response"), None, "No"),
    "attributes": (answer('<Error Code="600" Message="No"/>'), "600", "No"),
    "attributes in other capitals": (answer('<Error errorCode="601" MESSAGE=" "/>'), "601", None),
    "elements before attributes": (answer('<Error Code="1"><ErrorCode>600</ErrorCode></Error>'), "600", None),
    "text": (answer("<Error> No </Error>"), None, "No"),
    "empty": (answer("<Error/>"), None, None),
    "two": (answer("<Error>1</Error><Error>2</Error>"), None, "1"),
    "for ActiveSync": (
        answer("<Action><Error><Status>2</Status><Message>No</Message></Error></Action>", outlook=ACTIVESYNC),
        None,
        "No",
    ),
}


@pytest.mark.parametrize(("text", "code", "message"), ERRORS.values(), ids=ERRORS)
def test_error_report(text: str, code: str | None, message: str | None) -> None:
    error = read_response(text, "a.xml").error
    assert error is not None
    assert (error.error_code, error.message, error.line) == (code, message, 2)


def test_redirect_is_a_part_of_the_response() -> None:
    head = "<Action>redirectUrl</Action><RedirectUrl>\nhttps://example.net/a.xml</RedirectUrl>"
    (only,) = read_response(answer(account(head=head)), "a.xml").accounts
    assert only.action == Value("redirectUrl", 2)
    assert only.redirect_url == Value("https://example.net/a.xml", 2)
    (other,) = read_response(answer(account(head="<RedirectAddr>a@example.net</RedirectAddr>")), "a.xml").accounts
    assert other.redirect_addr == Value("a@example.net", 2)
    assert other.action is None


HTTPS = {"base": BASE.replace("http:", "https:"), "outlook": OUTLOOK.replace("http:", "https:")}
FOUND = {
    "leading-whitespace": ("\n" + mail(), [("leading-whitespace", None, 2)]),
    "encoding-contradiction": (
        mail().replace("utf-8", "utf-16").encode(),
        [("encoding-contradiction", None, 1)],
    ),
    "namespace-unexpected: https": (
        answer(account(IMAP, SMTP), **HTTPS),
        [("namespace-unexpected", "Autodiscover", 2), ("namespace-unexpected", "Response", 2)],
    ),
    "namespace-unexpected: none": (
        answer(account(IMAP, SMTP), base=None, outlook=None),
        [("namespace-unexpected", "Autodiscover", 2)],
    ),
    "namespace-unexpected: that of the root": (
        answer(account(IMAP, SMTP), outlook=BASE),
        [("namespace-unexpected", "Account", 2)],
    ),
    "namespace-unexpected: an element": (
        mail('<x:Port xmlns:x="urn:x">1</x:Port>', '<x:SSL xmlns:x="urn:x">on</x:SSL>'),
        [("namespace-unexpected", "Port", 2)],
    ),
    "element-case": (
        mail("<smtplast>on</smtplast>").replace("Autodiscover", "AutoDiscover"),
        [("element-case", "Autodiscover", 2), ("element-case", "SMTPLast", 2)],
    ),
    "element-case: in an Account": (
        answer(account(IMAP, head="<RedirectURL/>")),
        [("element-case", "RedirectUrl", 2)],
    ),
    "element-duplicate": (mail("<Port>1</Port>", "\n<Port>2</Port>"), [("element-duplicate", "Port", 3)]),
    "element-duplicate: with other capitals": (
        mail("<Port/>", "<port>2</port>"),
        [("element-case", "Port", 2), ("element-duplicate", "Port", 2)],
    ),
    "element-duplicate: in an Account": (
        answer(account(IMAP, head="<Action>settings</Action>" * 2)),
        [("element-duplicate", "Action", 2)],
    ),
    "element-duplicate: in User": (
        answer("<User><DisplayName>A</DisplayName><DisplayName>B</DisplayName></User>", account(IMAP)),
        [("element-duplicate", "DisplayName", 2)],
    ),
    "element-unknown": (mail("\n<OAuth>on</OAuth>"), [("element-unknown", "OAuth", 3)]),
    "element-unknown: an element of elsewhere": (mail("<ErrorCode/>"), [("element-unknown", "ErrorCode", 2)]),
    "element-nested": (mail("<Server>a<b>c</b>d</Server>"), [("element-nested", "Server", 2)]),
    "element-nested: the text of an element alone is nothing": (
        mail("<LoginName><a>x</a></LoginName>"),
        [("element-nested", "LoginName", 2)],
    ),
    "script-output": (
        answer(account("<br />\n<b>Warning</b>: x() failed in <b>a.php</b><br />", IMAP)),
        [("script-output", None, 2)],
    ),
    "script-output: in a Protocol": (mail("\n<b>Notice</b>: x"), [("script-output", None, 3)]),
    "script-output: text in a Protocol": (mail("\nNotice: x in a.php on line 3"), [("script-output", None, 2)]),
    "script-output: text before Account": (answer("{% if mail %}", account(IMAP)), [("script-output", None, 2)]),
    "redirect-beside-settings: in other capitals": (
        answer(account(IMAP, head="<RedirectURI>https://e.org</RedirectURI>")),
        [("redirect-beside-settings", "RedirectUrl", 2)],
    ),
    "script-output: beside Account": (answer(account(IMAP), "<br />"), [("script-output", None, 2)]),
    "element-misplaced: a Protocol outside of Account": (
        answer(SMTP, account(IMAP)),
        [("element-misplaced", "Protocol", 2)],
    ),
    "element-misplaced: beside the Protocol": (
        answer(account(IMAP, "<SMTPLast>on</SMTPLast>")),
        [("element-misplaced", "SMTPLast", 2)],
    ),
    "error-beside-settings": (
        answer(account(IMAP), "<Error><ErrorCode>600</ErrorCode></Error>"),
        [("error-beside-settings", "Error", 2)],
    ),
    "redirect-beside-settings": (
        answer(account(head="<Action>redirectUrl</Action>\n<RedirectUrl>https://e.org</RedirectUrl>"), account(IMAP)),
        [("redirect-beside-settings", "RedirectUrl", 3)],
    ),
    "redirect-beside-settings: in the Account": (
        answer(account(IMAP, head="<Action>redirectAddr</Action>\n<RedirectAddr>a@e.org</RedirectAddr>")),
        [("redirect-beside-settings", "RedirectAddr", 3)],
    ),
    "redirect-beside-settings: whatever Action says": (
        answer(account(IMAP, head=f"{SETTINGS}<RedirectUrl>https://e.org</RedirectUrl>")),
        [("redirect-beside-settings", "RedirectUrl", 2)],
    ),
    "type-attribute": (answer(account('<Protocol Type="SMTP"/>')), [("type-attribute", "Type", 2)]),
    "type-unknown": (answer(account(IMAP, "<Protocol/>")), [("type-unknown", "Type", 2)]),
    "account-type-unexpected": (
        answer(account(IMAP, head="<AccountType>nntp</AccountType>")),
        [("account-type-unexpected", "AccountType", 2)],
    ),
}


@pytest.mark.parametrize(("data", "expected"), FOUND.values(), ids=FOUND)
def test_findings(data: bytes | str, expected: list[tuple[str, str | None, int]]) -> None:
    response = read(data, "a.xml")
    assert findings(response) == expected
    for finding in response.findings:
        assert finding.message.isprintable()
        assert finding.severity


def test_every_finding_of_the_document_has_a_case() -> None:
    of_the_document = list(FINDINGS)[: list(FINDINGS).index("type-alias")]
    assert {name.partition(":")[0] for name in FOUND} == set(of_the_document)


NOT_FOUND = {
    "documented namespaces": mail(),
    "an Error in the namespace of the root": answer(account(IMAP)).replace(
        "<Account>", f'<Error xmlns="{BASE}"/><Account>'
    ),
    "unknown elements outside of mail": answer(account(EXCH.replace("</Server>", "</Server><New/>"), IMAP, "<New/>")),
    "duplicates outside of mail": answer(account(EXCH.replace("</Server>", "</Server><Server/>"), IMAP)),
    "Exchange elements": mail("<EwsUrl/><EcpUrl-um/><Internal/><MailStore/><ServerDN/>"),
    "other elements of Account": answer(
        account(IMAP, "<Image/><ServiceHome/><MicrosoftOnline>False</MicrosoftOnline>")
    ),
    "ActiveSync's Action beside an Account": answer(account(IMAP), "<Culture/><Action><Settings/></Action>"),
    "no AccountType": answer(account(IMAP, head="")),
    "AccountType in capitals": answer(account(IMAP, head="<AccountType>Email</AccountType>")),
    "comments in a value": mail("<Server><!-- a -->b<?c?></Server>"),
}


@pytest.mark.parametrize("text", NOT_FOUND.values(), ids=NOT_FOUND)
def test_no_finding(text: str) -> None:
    assert [code for code in codes(read(text, "a.xml")) if code != "error-beside-settings"] == []


def test_first_of_duplicates_counts() -> None:
    (protocol,) = read(mail("<Port>1</Port><PORT>2</PORT><SSL/><SSL>on</SSL>"), "a.xml").protocols()
    assert (protocol.values["Port"].text, protocol.values["SSL"].text) == ("1", "")


def test_text_around_nested_elements() -> None:
    (protocol,) = read(mail("<Server> a<b>c</b>d </Server>"), "a.xml").protocols()
    assert protocol.values["Server"].text == "ad"


def test_findings_stand_in_the_order_of_the_document() -> None:
    text = (
        mail("\n<x/>", "\n<y/>", "\n<Port/>", "\n<Port/>")
        .replace("<Account", "<account")
        .replace("</Account", "</account")
    )
    assert [finding.line for finding in read(text, "a.xml").findings] == [2, 2, 3, 4, 6]


def test_findings_without_end_are_cut() -> None:
    response = read(mail("<x/>" * 100, "<Port/><Port/>"), "a.xml")
    assert codes(response).count("element-unknown") == 10 and response.untold == {"element-unknown": 90}
    assert codes(response).count("element-duplicate") == 1
    told = few_of_a_kind(response.findings, response.untold)
    assert "And 90 more" in [finding.message for finding in told if finding.code == "element-unknown"][-1]


def test_values_are_not_interpreted() -> None:
    text = mail(
        "<Port>-x</Port><Server>a b\n&lt;c&gt;</Server><SSL>perhaps</SSL><LoginName>\u00a0%EMAILADDRESS%</LoginName>"
    )
    (protocol,) = read(text, "a.xml").protocols()
    assert [protocol.values[name].text for name in ("Port", "Server", "SSL", "LoginName")] == [
        *("-x", "a b\n<c>", "perhaps", "%EMAILADDRESS%"),
    ]


def test_limit_is_passed_on() -> None:
    with pytest.raises(AnswerError, match="limit of 9"):
        read(FULL, "a.xml", max_bytes=9)
    with pytest.raises(AnswerError, match="limit of 9"):
        read_response(FULL, "a.xml", max_bytes=9)


def _ends(data: bytes | str) -> Response | AnswerError:
    outcome: Response | AnswerError
    try:
        outcome = read(data, "a.xml")
    except AnswerError as error:
        outcome = error
    if isinstance(outcome, Response):
        assert any(protocol.type.upper() in MAIL_TYPES for protocol in outcome.protocols())
    else:
        assert str(outcome).isprintable()
    return outcome


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    _ends(data)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    _ends(text)


PIECES = [
    *(b"<", b">", b"&", b"\x00", b"\xff", b"]]>", b"<!--", b"-->", b"<![CDATA[", b"<?xml ?>", b"<!DOCTYPE a>", b"&#0;"),
    *(b"<Protocol>", b"</Protocol>", b"<Type>", b"<Type/>", b"</Account>", b"<Error/>", b"<Internal>", b' Type="x"'),
    *(
        b'xmlns="',
        b'xmlns:a=""',
        b"<a:b/>",
        b"encoding='utf-16'",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\r\n",
        b"&amp;",
        b" ",
    ),
]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(FULL)), st.integers(0, 40), st.sampled_from(PIECES) | st.binary(max_size=4)),
        max_size=6,
    ),
    st.sampled_from(["utf-8", "utf-16", "utf-16-be"]),
)
def test_mutations_of_an_answer(changes: list[tuple[int, int, bytes]], encoding: str) -> None:
    data = FULL.encode(encoding)
    for position, length, piece in changes:
        data = data[:position] + piece + data[position + length :]
    _ends(data)


def test_every_beginning_of_an_answer_is_cut_off() -> None:
    data = FULL.rstrip().encode()
    outcomes = [_ends(data[:length]) for length in range(1, len(data))]
    for length, outcome in enumerate(outcomes, 1):
        assert isinstance(outcome, AnswerError)
        assert outcome.code == "truncated", length


def test_many_protocols_take_no_time() -> None:
    start = time.process_time()
    response = read(answer(account(IMAP * 200)), "a.xml")
    assert len(list(response.protocols())) == 200
    read(mail("<x/>" * 19_900), "a.xml")
    assert time.process_time() - start < 5


def test_same_input_same_response() -> None:
    first = read(FULL, "a.xml")
    for _time in range(3):
        random.seed()
        assert read(FULL, "a.xml") == first
    assert pickle.loads(pickle.dumps(first)) == first
