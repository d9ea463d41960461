# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import AnswerError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox import errors
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.reader import read, read_response
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.pox.answers import (
    ACTIVESYNC,
    EXCH,
    IMAP,
    OUTLOOK,
    SETTINGS,
    SMTP,
    account,
    answer,
)

FORGED = "x\n2030-01-01 root: all is well\x1b[2J\u202e\u2028" + "y" * 200
TO_URL = "<Action>redirectUrl</Action><RedirectUrl>https://example.net/a.xml</RedirectUrl>"
TO_ADDR = "<Action>RedirectAddr</Action>\n<RedirectAddr> ada@example.net </RedirectAddr>"
AUTOCONFIG = '<clientConfig version="1.1"><emailProvider id="example.org"/></clientConfig>'

REFUSED: dict[str, tuple[bytes | str, type[errors.PoxError], str, str]] = {
    "empty": (b"", errors.EmptyAnswerError, "answer-empty", "a.xml: the document is empty."),
    "too large": (b" " * 2_000_000, errors.AnswerTooLargeError, "answer-too-large", "2000000 bytes"),
    "too many": (answer(account(IMAP * 201)), errors.TooManyError, "too-many", "201 Protocols, more than the limit"),
    "encoding": (
        b'<?xml version="1.0" encoding="x"?><a/>',
        errors.EncodingError,
        "encoding",
        "Save the document as UTF-8.",
    ),
    "DOCTYPE": ("<!DOCTYPE a><a/>", errors.DoctypeError, "doctype", "a.xml: line 1: the document has a DOCTYPE"),
    "HTML": ("<html/>", errors.HtmlError, "html", "a.xml: line 1: this is a web page"),
    "JSON": ("{}", errors.JsonError, "json", "a.xml: line 1: this is JSON"),
    "truncated": (answer()[:-1], errors.TruncatedError, "truncated", "a.xml: line 2: the document ends here"),
    "not XML": ("XXX", errors.NotWellFormedError, "not-well-formed", 'it begins with "XXX"'),
    "not well-formed": ("<a>\n</b>", errors.NotWellFormedError, "not-well-formed", "a.xml: line 2: "),
    "other XML": (
        "<foo/>",
        errors.NotAutodiscoverError,
        "not-autodiscover",
        'a.xml: line 1: the root element is "foo"',
    ),
    "Thunderbird": (AUTOCONFIG, errors.NotAutodiscoverError, "not-autodiscover", "a Thunderbird autoconfig file"),
    "SOAP": (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"/>',
        errors.NotAutodiscoverError,
        "not-autodiscover",
        "This is a SOAP answer",
    ),
    "Protocol alone": (
        f"\n{IMAP}",
        errors.NotAutodiscoverError,
        "not-autodiscover",
        'line 2: the root element is "Protocol"',
    ),
    "request": (
        answer("<EMailAddress/>").replace("Response", "Request"),
        errors.NotAutodiscoverError,
        "not-autodiscover",
        'Autodiscover holds "Request"',
    ),
    "ActiveSync": (
        answer("<Action><Settings/></Action>", outlook=ACTIVESYNC),
        errors.ActiveSyncError,
        "active-sync",
        f"AcceptableResponseSchema {OUTLOOK}",
    ),
    "ActiveSync with mail": (
        answer(account(IMAP, SMTP), outlook=ACTIVESYNC),
        errors.ActiveSyncError,
        "active-sync",
        f"AcceptableResponseSchema {OUTLOOK}",
    ),
    "ActiveSync with an Error": (
        answer("<Action><Error><Message>out of order</Message></Error></Action>", outlook=ACTIVESYNC),
        errors.ActiveSyncError,
        "active-sync",
        'reports "out of order"',
    ),
    "ActiveSync by its shape": (
        answer("<Culture>en:us</Culture><Action><Settings/></Action>", outlook=None),
        errors.ActiveSyncError,
        "active-sync",
        "for ActiveSync",
    ),
    "redirectUrl": (
        answer(account(head=TO_URL)),
        errors.RedirectUrlError,
        "redirect-url",
        'a.xml: line 2: the answer holds no settings: RedirectUrl is "https://example.net/a.xml".',
    ),
    "redirectUrl, not said": (
        answer(account(head="<RedirectURL>https://example.net</RedirectURL>")),
        errors.RedirectUrlError,
        "redirect-url",
        '"https://example.net"',
    ),
    "redirectUrl without address": (
        answer(account(head="<Action>redirectUrl</Action>")),
        errors.RedirectUrlError,
        "redirect-url",
        "there is no RedirectUrl",
    ),
    "redirectUrl beside Exchange": (
        answer(account(EXCH, head=TO_URL)),
        errors.RedirectUrlError,
        "redirect-url",
        "net/a.xml",
    ),
    "redirectUrl beside an Error": (
        answer("<Error/>", account(head=TO_URL)),
        errors.RedirectUrlError,
        "redirect-url",
        "net/a.xml",
    ),
    "redirectAddr": (
        answer(account(head=TO_ADDR)),
        errors.RedirectAddrError,
        "redirect-addr",
        'a.xml: line 3: the answer holds no settings: RedirectAddr is "ada@example.net".',
    ),
    "redirectAddr, not said": (
        answer(account(head="<RedirectUrl/><RedirectAddr>ada@example.net</RedirectAddr>")),
        errors.RedirectAddrError,
        "redirect-addr",
        '"ada@example.net"',
    ),
    "redirectAddr without address": (
        answer(account(head="<Action>redirectAddr</Action>")),
        errors.RedirectAddrError,
        "redirect-addr",
        "there is no RedirectAddr",
    ),
    "Error": (
        answer("<Error><ErrorCode>500</ErrorCode><Message>Who?</Message></Error>"),
        errors.ServerError,
        "error-answer",
        'a.xml: line 2: the server answers with an Error: ErrorCode "500" and Message "Who?" (the server does not know',
    ),
    "Error as attributes": (
        answer('<Error Code="418"/>'),
        errors.ServerError,
        "error-answer",
        'Error: ErrorCode "418". Ask',
    ),
    "Error in an Account": (answer(account("<Error/>")), errors.ServerError, "error-answer", "with an Error. Ask"),
    "Error beside Exchange": (
        answer(account(EXCH), "<Error/>"),
        errors.ServerError,
        "error-answer",
        "with an Error. Ask",
    ),
    "no Account": (answer(), errors.NoAccountError, "no-account", "a.xml: line 2: Autodiscover holds no Account"),
    "no Response": (
        "<Autodiscover/>",
        errors.NoAccountError,
        "no-account",
        "a.xml: line 1: Autodiscover holds no Account",
    ),
    "no Account, but text in Action": (
        answer("<Action>settings</Action>", IMAP),
        errors.NoAccountError,
        "no-account",
        "no Account",
    ),
    "no Protocol": (answer(account()), errors.NoMailProtocolError, "no-mail-protocol", "Account holds no Protocol"),
    "no Protocol for mail": (
        answer(account(EXCH, EXCH), account("<Protocol/>")),
        errors.NoMailProtocolError,
        "no-mail-protocol",
        'Account holds only Protocols of Type "EXCH" and none;',
    ),
    "redirectUrl beside Exchange, not said": (
        answer(account(EXCH, head="<RedirectUrl>https://example.net</RedirectUrl>")),
        errors.RedirectUrlError,
        "redirect-url",
        '"https://example.net"',
    ),
    "redirectAddr, but Action says settings": (
        answer(account(head=f"{SETTINGS}<RedirectAddr>ada@example.net</RedirectAddr>")),
        errors.RedirectAddrError,
        "redirect-addr",
        '"ada@example.net"',
    ),
    "redirectUrl in a Protocol": (
        answer(account(EXCH.replace("</Server>", "</Server><RedirectUrl>https://example.net</RedirectUrl>"))),
        errors.RedirectUrlError,
        "redirect-url",
        '"https://example.net"',
    ),
    "redirectUrl in Response": (
        answer("<RedirectURL>https://example.net</RedirectURL>"),
        errors.RedirectUrlError,
        "redirect-url",
        '"https://example.net"',
    ),
    "what Action asks for comes first": (
        answer(account(head=f"<RedirectUrl>https://example.net</RedirectUrl>{TO_ADDR}")),
        errors.RedirectAddrError,
        "redirect-addr",
        '"ada@example.net"',
    ),
    "compressed": (b"\x1f\x8b\x08", errors.CompressedError, "compressed", "compressed (gzip)"),
    "source code": ("<?php echo 1;", errors.SourceCodeError, "source-code", "instead of running it"),
    "many Protocols": (
        answer(account(*(EXCH.replace("EXCH", f"X{number}") for number in range(20)))),
        errors.NoMailProtocolError,
        "no-mail-protocol",
        '"X7" and more;',
    ),
}


@pytest.mark.parametrize(("data", "error", "code", "words"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes | str, error: type[errors.PoxError], code: str, words: str) -> None:
    with pytest.raises(AnswerError) as caught:
        read(data, "a.xml")
    assert caught.type is error
    assert caught.value.code == code
    message = str(caught.value)
    assert message.startswith("a.xml: ")
    assert words in message
    assert message.endswith(".")


def test_every_error_has_a_case_and_a_code_of_its_own() -> None:
    classes = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.PoxError)}
    classes.discard(errors.PoxError)
    assert {case[1] for case in REFUSED.values()} == classes
    assert len({each.code for each in classes}) == len(classes)
    assert {case[2] for case in REFUSED.values()} == {each.code for each in classes}


def _refusal(data: str) -> errors.PoxError:
    with pytest.raises(errors.PoxError) as caught:
        read(data, "a.xml")
    return caught.value


def test_attributes_for_programs() -> None:
    url = _refusal(answer(account(head=TO_URL)))
    assert isinstance(url, errors.RedirectUrlError)
    assert (url.url, url.line, url.source) == ("https://example.net/a.xml", 2, "a.xml")
    addr = _refusal(answer(account(head=TO_ADDR)))
    assert isinstance(addr, errors.RedirectAddrError)
    assert (addr.address, addr.line) == ("ada@example.net", 3)
    error = _refusal(answer('<Error Code="600" Message="No"/>'))
    assert isinstance(error, errors.ServerError)
    assert (error.error_code, error.message, error.line) == ("600", "No", 2)
    none = _refusal(answer(account(EXCH, "<Protocol/>")))
    assert isinstance(none, errors.NoMailProtocolError)
    assert none.types == ("EXCH", "")
    root = _refusal("<foo/>")
    assert isinstance(root, errors.NotAutodiscoverError)
    assert root.root == "foo"


SETTINGS_WIN = {
    "over a redirect of another Account": answer(account(head=TO_URL), account(IMAP)),
    "over a redirect of their own Account": answer(account(IMAP, head=TO_ADDR)),
    "over an Error": answer("<Error/>", account(SMTP)),
    "over Exchange": answer(account(EXCH), account(EXCH, IMAP)),
    "nested": answer(account(f"<Protocol><Type>WEB</Type><External>{IMAP}</External></Protocol>")),
}


@pytest.mark.parametrize("text", SETTINGS_WIN.values(), ids=SETTINGS_WIN)
def test_settings_win(text: str) -> None:
    assert any(protocol.type in ("IMAP", "SMTP") for protocol in read(text, "a.xml").protocols())


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, case in REFUSED.items()
        if case[2] in ("active-sync", "error-answer", "no-account", "no-mail-protocol")
    ],
)
def test_read_response_refuses_only_what_is_no_answer(name: str) -> None:
    assert read_response(REFUSED[name][0], "a.xml").source == "a.xml"


HOSTILE = {
    "RedirectUrl": answer(account(head=TO_URL.replace("https://example.net/a.xml", FORGED))),
    "RedirectAddr": answer(account(head=TO_ADDR.replace("ada@example.net", FORGED))),
    "Error": answer(f"<Error><ErrorCode>{FORGED}</ErrorCode><Message>{FORGED}</Message></Error>"),
    "Error for ActiveSync": answer(f"<Action><Error><Message>{FORGED}</Message></Error></Action>", outlook=ACTIVESYNC),
    "Type": answer(account(*(EXCH.replace("EXCH", FORGED + str(number)) for number in range(20)))),
    "root element": f"<{'x' * 1000}/>",
    "element": f"<a></{'x' * 1000}>",
    "words": FORGED,
    "encoding": f'<?xml version="1.0" encoding="{FORGED}"?><a/>',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_answers_forge_no_lines(text: str) -> None:
    message = str(_refusal(text.replace("\x1b", "").replace("\x00", "") if "<" in text[:1] else text))
    assert message.isprintable()
    assert len(message) < 1000
    assert "y" * 81 not in message
    assert "x" * 161 not in message


def test_findings_forge_no_lines() -> None:
    forged = FORGED.replace("\x1b", "")
    text = answer(
        account(IMAP, "<Protocol><Type>" + forged + "</Type></Protocol>", head=f"<AccountType>{forged}</AccountType>"),
        f"<Error><Message>{forged}</Message></Error>",
        account(head=TO_URL.replace("https://example.net/a.xml", forged)),
        account(IMAP.replace("</Server>", f"</Server><{'x' * 500}/>")),
        outlook="urn:" + "y" * 500,
    )
    response = read(text, "a.xml")
    assert len(response.findings) == 6
    for finding in response.findings:
        assert finding.message.isprintable()
        assert len(finding.message) < 400
        assert len(finding.element or "") <= 80


def test_source_forges_no_line() -> None:
    with pytest.raises(errors.EmptyAnswerError) as caught:
        read(b"", "a\nb.xml")
    assert str(caught.value).startswith(r'"a\nb.xml": ')
