# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Responses with the mistakes that servers make: what is read, what is refused, and in which words."""

from __future__ import annotations

import datetime
import re
import time
from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import MeaningError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.meaning import meaning_of
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import Plan
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings import interpretation
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.unfilled import (
    is_unfilled,
    is_wrapped_address,
)
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    answer,
    codes,
    imap,
    meaning,
    plan,
    pop3,
    reasons,
    request,
    section,
    smtp,
)

WARNING = "<br />\n<b>Warning</b>:  Undefined array key 1 in <b>a.php</b> on line <b>12</b><br />\n"


def messages(result: Plan, code: str) -> str:
    return "\n".join(finding["message"] for finding in result.findings if finding["code"] == code)


def markup(protocol: str, element: str, text: str) -> str:
    """Return a Protocol in which ``element`` holds ``text`` as it is, with its tags."""
    return protocol.replace(f"<{element}>here</{element}>", f"<{element}>{text}</{element}>")


# A script's output in a value.

HARMFUL = [
    pytest.param("LoginName", "username: ada", id="LoginName"),
    pytest.param("Server", "hostname: pop.example.org", id="Server"),
    pytest.param("DomainName", "username: ada", id="DomainName"),
]


@pytest.mark.parametrize("element, override", HARMFUL)
@pytest.mark.parametrize("text", [WARNING, f"{WARNING}ada@example.org", "ada<br/>"], ids=["warning", "both", "value"])
def test_text_between_tags_is_no_value(element: str, override: str, text: str) -> None:
    broken = markup(pop3(DomainRequired="on", **{element: "here"}), element, text)
    document = answer(broken, smtp())
    result = plan(request(document=document))
    assert f"Protocol POP3: {element} holds HTML" in reasons(result) and "script printed it" in reasons(result)
    assert result.files == [] and "element-nested" in codes(result)
    name, _colon, value = override.partition(": ")
    given = plan(request(document=document, overrides={"pop3": {name: value}}))
    assert reasons(given) == "" and len(given.files) == 2


PLAIN_WARNING = "Warning: Undefined array key 1 in a.php on line 12"


@pytest.mark.parametrize("element, override", HARMFUL)
@pytest.mark.parametrize("text", [PLAIN_WARNING, "\nPHP Notice:  x in a.php\nada", "Error: no such user"])
def test_what_a_script_printed_as_text_is_no_value(element: str, override: str, text: str) -> None:
    document = answer(pop3(**{"DomainRequired": "on", element: text}), smtp())
    result = plan(request(document=document))
    assert f"Protocol POP3: {element} is " in reasons(result) and "script printed: there is no value" in reasons(result)
    name, _colon, value = override.partition(": ")
    assert reasons(plan(request(document=document, overrides={"pop3": {name: value}}))) == ""


def test_what_a_script_printed_as_text_is_no_name() -> None:
    result = plan(request(document=answer(pop3(), smtp(), name=PLAIN_WARNING)))
    assert section(result)["name"] == "ada" and "script printed" in messages(result, "display-name-invalid")


@pytest.mark.parametrize("element", ["Port", "SSL", "Encryption", "SPA", "DomainRequired", "TTL", "ExpirationDate"])
def test_other_elements_with_html_are_not_set(element: str) -> None:
    broken = markup(pop3(**{element: "here"}), element, f"{WARNING}1")
    result = plan(request(document=answer(broken, smtp())))
    expected = plan(request(document=answer(pop3(**{element: None}), smtp())))
    assert reasons(result) == "" and result.files == expected.files
    assert f"{element} holds other elements" in messages(result, "element-nested")


def test_a_display_name_with_html_is_left_out() -> None:
    document = answer(pop3(), smtp(), name="here").replace(">here<", f">{WARNING}Ada<")
    result = plan(request(document=document))
    assert reasons(result) == "" and section(result)["name"] == "ada" and "element-nested" in codes(result)


def test_an_address_that_a_proxy_hides_is_unsaid() -> None:
    """Cloudflare puts a link in the place of each address; the login is then that of option username."""
    hidden = markup(pop3(LoginName="here"), "LoginName", '<a class="__cf_email__">[email\u00a0protected]</a>')
    result = plan(request(document=answer(hidden, smtp())))
    assert reasons(result) == "" and section(result)["user_id"] == ADA
    assert codes(result) >= {"element-nested", "login-name-missing"}


# Words that nobody filled in.

UNFILLED = [
    *("{{.Email}}", "{{ email }}", "{email}", "{0}", "${email}", "$email", "%s", "%s@example.org", "%(email)s", "%1$s"),
    *("@EMAIL@", "@@EMAIL@@", "[% username %]", "#EMAIL#", "<Email>", "user@", "@", "@example.org", ":email", "%u@%d"),
    *("[email protected]", "[email\u00a0protected]", "[object Object]", "__EMAIL__", "<%= email %>", "USERNAME"),
    *("$!email", "$(email)", "${email", "$1", "%!s(MISSING)", "ada%!(EXTRA string=ada)", "[[email]]"),
    *("ada@undefined", "undefined@example.null", "ada@NULL", "undefined undefined", "None None", "[% a\n%]"),
    *("undefined", "Undefined", "null", "NULL", "none", "None", "hostname", "HOSTNAME", "(null)", "Array"),
]
FILLED = [
    *(
        "ada",
        ADA,
        "ada%example.org",
        "ada#example.org",
        "HOST$",
        "a$$b",
        "CORP\\ada",
        "a_b",
        "100%",
        "n.o@e.org",
    ),
    *("nullmann", "username", "ada+list@example.org", "a{b", "user@%EMAILDOMAIN%", "%EMAILADDRESS%", "[ada", "a<b"),
    *("@Home Ltd", "Office @", "c.null", "ada.none", "a$(", "5$", "[% a", "Christopher Null"),
    *("undefined@example.org", "hostname1", "_email_", "o'brien", "ada:imap", "#1", "%a1", "_ada_"),
]


@pytest.mark.parametrize("text", UNFILLED)
def test_unfilled(text: str) -> None:
    assert is_unfilled(text)


@pytest.mark.parametrize("sign", ["[%", " ", "@ ", "{", "<", "%(", "@a"])
def test_long_texts_cost_nothing(sign: str) -> None:
    text = sign * (900_000 // len(sign))
    start = time.process_time()
    assert not is_unfilled(text) and not is_wrapped_address(text)
    assert time.process_time() - start < 1


@pytest.mark.parametrize("text", FILLED)
def test_filled(text: str) -> None:
    assert not is_unfilled(text)


@pytest.mark.parametrize("text", ["[%", "[% ", "@a", "%(a", "${", "$(", "[email ", "<a"])
def test_a_long_value_takes_no_time(text: str) -> None:
    start = time.process_time()
    is_unfilled(text * (100_000 // len(text)))
    assert time.process_time() - start < 1


@pytest.mark.parametrize("host, refused", [("mail.undefined", True), ("mail.NULL", True), ("null.example.org", False)])
def test_a_host_of_which_the_end_was_not_filled_in(host: str, refused: bool) -> None:
    assert ("did not fill in" in reasons(plan(request(pop3(Server=host), smtp(UsePOPAuth="on"))))) is refused


@pytest.mark.parametrize("text", [text for text in UNFILLED if "<%" not in text])
@pytest.mark.parametrize(
    "element, override",
    [
        ("LoginName", {"username": "ada"}),
        ("DomainName", {"username": "ada"}),
        ("Server", {"hostname": "pop.example.org"}),
    ],
    ids=["LoginName", "DomainName", "Server"],
)
def test_words_that_nobody_filled_in(element: str, override: dict[str, str], text: str) -> None:
    document = answer(pop3(**{"DomainRequired": "on", element: text}), smtp())
    result = plan(request(document=document))
    assert re.search(rf"line \d+: Protocol POP3: {element} is ", reasons(result)) and result.files == []
    assert "did not fill in" in reasons(result) and f"override {next(iter(override))}" in reasons(result)
    assert reasons(plan(request(document=document, overrides={"pop3": override}))) == ""


@pytest.mark.parametrize("text", [text for text in UNFILLED if "<%" not in text])
def test_a_name_that_nobody_filled_in_is_left_out(text: str) -> None:
    result = plan(request(document=answer(pop3(), smtp(), name=text)))
    assert reasons(result) == "" and section(result)["name"] == "ada"
    assert codes(result) & {"display-name-invalid"}


@pytest.mark.parametrize(
    "name", ["Ada Lovelace", "Ada <3", "A$AP", "Ada [IT]", "Ada 100%", "User", "Ada, none of them", "@Home Ltd"]
)
def test_a_name_of_a_person_stays(name: str) -> None:
    assert section(plan(request(document=answer(pop3(), smtp(), name=name))))["name"] == name


@pytest.mark.parametrize(
    "name, stays",
    [
        ("example.org", False),
        ("Example.ORG Email", False),
        ("Mail (example.org)", False),
        ("mail.example.org", False),
        (ADA, True),
        ("Ada of example.org.uk", True),
        ("Ada at my-example.org", True),
    ],
)
def test_a_name_that_is_the_providers(name: str, stays: bool) -> None:
    result = plan(request(document=answer(pop3(), smtp(), name=name)))
    assert section(result)["name"] == (name if stays else "ada")
    assert ("display-name-of-provider" in codes(result)) is not stays


@pytest.mark.parametrize(
    "text",
    [
        *("mailto:ada@example.org", '"ada@example.org"', "Ada <ada@example.org>", "ada @example.org"),
        *("b'ada@example.org'", "['ada@example.org']", "(ada@example.org)", "`ada@example.org`"),
        *("SMTP:ada@example.org", "ada@example.org;", "ada@example.org, bob@example.org"),
    ],
)
def test_an_address_with_more_around_it_is_no_login(text: str) -> None:
    document = answer(pop3(LoginName=text), smtp())
    assert "which is no login. Correct the answer, or override username" in reasons(plan(request(document=document)))
    assert reasons(plan(request(document=document, overrides={"pop3": {"username": ADA}}))) == ""


@pytest.mark.parametrize("mark", ["\ufeff", "\u200b"], ids=["byte order mark", "space without width"])
def test_a_character_that_cannot_be_seen_is_named(mark: str) -> None:
    result = reasons(plan(request(pop3(Server=f"{mark}pop.example.org"), smtp(LoginName=f"{mark}ada"))))
    assert "Take out the character that cannot be seen" in result and "xn--" not in result
    assert "holds control characters or ones that cannot be seen" in result


# Placeholders in host names.

HOSTS = [
    pytest.param("mail.%EMAILDOMAIN%", "mail.example.org", id="behind a label"),
    pytest.param("%emaildomain%", "example.org", id="alone, small letters"),
    pytest.param("%EMAILDOMAIN%.example.net", None, id="before other labels"),
    pytest.param("%EMAILLOCALPART%.example.org", None, id="local part"),
    pytest.param("mail.%DOMAIN%", None, id="another word"),
    pytest.param("mail-%EMAILDOMAIN%", None, id="part of a label"),
]


@pytest.mark.parametrize("text, expected", HOSTS)
def test_placeholder_in_server(text: str, expected: str | None) -> None:
    result = plan(request(pop3(Server=text), smtp(UsePOPAuth="on")))
    if expected is None:
        assert "only %EMAILDOMAIN% is filled in there" in reasons(result)
    else:
        assert section(result)["receive_server"] == expected


def test_a_placeholder_in_server_without_an_address() -> None:
    document = answer(pop3(Server="mail.%EMAILDOMAIN%"), smtp())
    with pytest.raises(MeaningError, match="filled in from an e-mail address, and none is given"):
        meaning_of(document, "a.xml")
    assert meaning_of(document, "a.xml", ADA)["settings"]["incoming"][0]["hostname"] == "mail.example.org"


def test_one_response_with_a_placeholder_in_server_for_two_domains() -> None:
    document = answer(pop3(Server="mail.%EMAILDOMAIN%", LoginName="%EMAILADDRESS%"), smtp(UsePOPAuth="on"))
    result = plan(request(document=document), request(document=document, email="bob@example.net", user="ada"))
    assert [section(result, index)["receive_server"] for index in (0, 1)] == ["mail.example.org", "mail.example.net"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "mail", "mail.localdomain"])
def test_a_server_that_each_machine_understands_in_its_own_way(host: str) -> None:
    result = plan(request(pop3(Server=host), smtp(UsePOPAuth="on")))
    assert reasons(result) == "" and "another server on each machine" in messages(result, "server-local")


# Somebody else's response.

OTHERS = [
    pytest.param("bob@example.org", ADA, "AutoDiscoverSMTPAddress is bob@example.org", id="primary address"),
    pytest.param(None, "bob@example.org", 'LoginName is "bob@example.org"', id="login"),
    pytest.param("ADA@Example.org", ADA, None, id="same address in capitals"),
    pytest.param(None, "ada@imap.example.net", None, id="same local part"),
    pytest.param(None, "lovelace", None, id="no address"),
    pytest.param(None, "CORP\\ada", None, id="Windows login"),
]


@pytest.mark.parametrize("address, login, sign", OTHERS)
def test_a_response_for_somebody_else(address: str | None, login: str, sign: str | None) -> None:
    result = plan(request(document=answer(pop3(LoginName=login), smtp(), address=address, name="Bob")))
    assert reasons(result) == ""
    if sign is None:
        assert "response-of-another" not in codes(result) and section(result)["name"] == "Bob"
    else:
        assert sign in messages(result, "response-of-another") and section(result)["name"] == "ada"
    own = login in (ADA, "CORP\\ada")
    assert ("login-not-address" in codes(result)) is (sign is None and not own)
    (connection,) = result.connections
    assert connection.get("of_another") == (None if sign is None else "bob@example.org")


@pytest.mark.parametrize(
    "elements, code",
    [
        ({"LoginName": "bob@example.org"}, "response-of-another"),
        ({"LoginName": "relay7"}, "login-not-address"),
        ({"LoginName": "ada"}, None),
        ({"LoginName": "bob@example.org", "UsePOPAuth": "on"}, None),
        ({"LoginName": "bob@example.org", "AuthRequired": "off"}, None),
    ],
    ids=str,
)
def test_a_login_for_smtp_that_is_not_the_accounts(elements: dict[str, str], code: str | None) -> None:
    result = plan(request(pop3(), smtp(**elements)))
    assert codes(result) & {"response-of-another", "login-not-address"} == ({code} if code else set())
    assert ("of_another" in result.connections[0]) is (code == "response-of-another")
    own = plan(request(document=answer(pop3(), smtp(**elements)), overrides={"smtp": {"username": "relay7"}}))
    assert not codes(own) & {"response-of-another", "login-not-address"}


@pytest.mark.parametrize(
    "address, code",
    [
        ("%EMAILADDRESS%", None),
        ("%EmailLocalPart%@example.org", None),
        ("{user}@example.org", "address-invalid"),
        ("ada@undefined", "address-invalid"),
    ],
)
def test_an_address_that_nobody_filled_in_is_nobody_elses(address: str, code: str | None) -> None:
    result = plan(request(document=answer(pop3(), smtp(), address=address, name="Ada L")))
    assert codes(result) == ({code} if code else set()) and section(result)["name"] == "Ada L"


def test_a_login_that_the_caller_gives_is_in_no_doubt_whoever_the_response_is_for() -> None:
    """Or the override that a refusal advises would be refused itself."""
    document = answer(pop3(LoginName="bob"), smtp(UsePOPAuth="on"), address="bob@example.org", name="Bob")
    result = plan(request(document=document, overrides={"pop3": {"username": "lovelace"}}))
    assert "response-of-another" in codes(result) and section(result)["name"] == "ada"
    assert "of_another" not in result.connections[0]


def test_a_login_that_the_caller_gives_is_the_accounts_own() -> None:
    document = answer(pop3(LoginName="bob@example.org"), smtp())
    result = plan(request(document=document, overrides={"pop3": {"username": "bob@example.org"}}))
    assert not codes(result) & {"response-of-another", "login-not-address"}


def test_a_login_that_the_caller_gives_is_the_whole_login() -> None:
    document = answer(pop3(LoginName="bob", DomainRequired="on", DomainName="corp.example.org"), smtp())
    result = plan(request(document=document, overrides={"pop3": {"username": "ada"}}))
    assert section(result)["user_id"] == "ada"


# A wish for encryption.

WISHES = [
    # elements of SMTP → STARTTLS, SSL or plain
    pytest.param({"SSL": "off", "TLS": "true"}, "STARTTLS", id="TLS"),
    pytest.param({"SSL": "false", "UseTLS": "on"}, "STARTTLS", id="UseTLS"),
    pytest.param({"SSL": "off", "StartTLS": "1"}, "STARTTLS", id="StartTLS"),
    pytest.param({"SSL": "off", "STARTTLS": "yes"}, "STARTTLS", id="STARTTLS"),
    pytest.param({"SSL": "off", "SocketType": "STARTTLS"}, "STARTTLS", id="SocketType"),
    pytest.param({"SSL": "off", "TLS": "1.2"}, "STARTTLS", id="a version"),
    pytest.param({"SSL": "off", "Encryption": "None", "TLS": "on"}, "STARTTLS", id="TLS beside None"),
    pytest.param({"SSL": "off", "TLS": "on", "Port": 465}, "SSL", id="port for TLS"),
    pytest.param({"SSL": "off", "TLS": "off"}, "plain", id="TLS off"),
    pytest.param({"SSL": "off", "TLS": "false", "SocketType": "plain"}, "plain", id="two that are no wish"),
    pytest.param({"SSL": "off", "Encryption": "true"}, "STARTTLS", id="Encryption true"),
    pytest.param({"SSL": "off", "Encryption": "on", "Port": 2525}, "STARTTLS", id="Encryption on"),
    pytest.param({"SSL": "off", "Encryption": "Yes", "Port": 465}, "SSL", id="Encryption yes, port for TLS"),
    pytest.param({"SSL": "off", "Encryption": "TLSv1.2"}, "STARTTLS", id="Encryption with a version"),
    pytest.param({"SSL": "off", "Encryption": "false"}, "plain", id="Encryption false"),
    pytest.param({"SSL": "TLS", "Port": 2525}, "STARTTLS", id="SSL=TLS"),
    pytest.param({"SSL": "TLS", "Port": 465}, "SSL", id="SSL=TLS, port for TLS"),
    pytest.param({"SSL": "start-tls", "Port": 2525}, "STARTTLS", id="SSL=start-tls"),
    pytest.param({"SSL": "on", "TLS": "on", "Port": 2465}, "SSL", id="agrees with SSL"),
]


TOLD = {"encryption-wish", "encryption-unknown", "boolean-unknown", "encryption-port-contradiction"}


@pytest.mark.parametrize("elements, expected", WISHES)
def test_a_wish_for_encryption_is_never_overlooked(elements: dict[str, Any], expected: str) -> None:
    result = meaning(pop3(), smtp(**{"Encryption": None, "Port": 587, **elements}))
    (server,) = result.settings.outgoing
    assert server.socket_type == expected
    if expected != "plain" and "agrees" not in str(elements):
        noticed = codes(result) & {
            "encryption-wish",
            "encryption-unknown",
            "boolean-unknown",
            "encryption-port-contradiction",
        }
        assert noticed or elements.get("SSL") == "on"


def test_a_contradiction_does_not_name_what_is_not_used() -> None:
    result = plan(request(pop3(), smtp(Encryption="off", SSL="off", Port=465)))
    assert 'SSL "off" and Port "465" do not fit together' in messages(result, "encryption-port-contradiction")
    assert "Encryption" not in messages(result, "encryption-port-contradiction")


def test_every_server_that_leaks_is_named_at_once_and_the_safe_way_first() -> None:
    plain = {"SSL": "off", "Encryption": None}
    document = answer(imap(Port=143, **plain), smtp(Port=25, **plain))
    reason = reasons(plan(request(document=document)))
    assert (
        "unencrypted to imap imap.example.org:143 and smtp smtp.example.org:25. If the server offers STARTTLS" in reason
    )
    safe, risky = (
        reason.index(words)
        for words in (
            "overrides: {imap: {socket_type: STARTTLS}, smtp: {socket_type: STARTTLS}}",
            "allow_plaintext: [imap.example.org, smtp.example.org]",
        )
    )
    assert safe < risky
    given = {kind: {"socket_type": "STARTTLS"} for kind in ("imap", "smtp")}
    assert reasons(plan(request(document=document, overrides=given))) == ""


# SMTPLast, AuthRequired, DomainRequired.

TRIPLE = {"SSL": "off", "Encryption": None, "Port": 25, "AuthRequired": "on", "UsePOPAuth": "on", "SMTPLast": "on"}


def test_enforce_sends_without_authentication_on_a_plain_port() -> None:
    document = answer(pop3(), smtp(**TRIPLE))
    assert "SMTPLast is on for smtp.example.org: smtp_last: enforce logs in to POP3" in reasons(
        plan(request(document=document))
    )
    keys = section(plan(request(document=document), smtp_last="enforce"))
    assert (keys["pop_before_smtp"], keys["use_smtp_auth"], keys["protocol"]) == ("1", "0", "0")


@pytest.mark.parametrize("elements, hinted", [({"SMTPLast": "off"}, False), ({}, True)], ids=["off", "on"])
def test_a_refusal_names_enforce_where_it_helps(elements: dict[str, str], hinted: bool) -> None:
    assert ("enforce" in reasons(plan(request(pop3(), smtp(**{**TRIPLE, **elements}))))) is hinted
    assert "enforce" not in reasons(plan(request(imap(), smtp(**{**TRIPLE, **elements}))))


@pytest.mark.parametrize(
    "elements, warned",
    [
        ({"AuthRequired": "off", "UsePOPAuth": "on"}, "UsePOPAuth"),
        ({"AuthRequired": "off", "LoginName": "ada"}, "LoginName"),
        ({"AuthRequired": "off"}, None),
        ({"AuthRequired": "off", "UsePOPAuth": "off"}, None),
        ({"AuthRequired": "on", "UsePOPAuth": "on"}, None),
    ],
    ids=str,
)
def test_auth_required_off_beside_a_login(elements: dict[str, str], warned: str | None) -> None:
    result = plan(request(pop3(), smtp(**elements)))
    assert (f"{warned} " in messages(result, "auth-off-with-login")) is (warned is not None)
    said = plan(request(document=answer(pop3(), smtp(**elements)), overrides={"smtp": {"auth_required": False}}))
    assert "auth-off-with-login" not in codes(said)


@pytest.mark.parametrize(
    "elements, login, noticed",
    [
        ({"LoginName": "ada"}, ADA, True),
        ({"LoginName": ADA}, ADA, False),
        ({"LoginName": "%EMAILLOCALPART%"}, ADA, True),
        ({"LoginName": None}, ADA, False),
    ],
    ids=str,
)
def test_domain_required_without_a_domain_takes_the_address(
    elements: dict[str, str | None], login: str, noticed: bool
) -> None:
    result = plan(request(pop3(DomainRequired="on", **elements), smtp()))
    assert section(result)["user_id"] == login
    assert ("domain-required-without-domain" in codes(result)) is noticed
    assert not {finding["code"] for finding in result.findings if finding["severity"] == "warning"}


# The rest.


@pytest.mark.parametrize("inside", ["", "<IPv4Start/>", " <IPv4Start> </IPv4Start> "])
def test_empty_network_requirements_require_nothing(inside: str) -> None:
    server = smtp().replace("  </Protocol>", f"<NetworkRequirements>{inside}</NetworkRequirements></Protocol>")
    result = plan(request(pop3(), server))
    assert reasons(result) == "" and "network-requirements" not in codes(result)


def test_a_refused_account_keeps_what_explains_it() -> None:
    twice = imap().replace("  </Protocol>", "<Server>smtp.example.org</Server></Protocol>")
    result = plan(request(twice))
    assert "offers no SMTP server" in reasons(result) and "element-duplicate" in codes(result)
    leaking = plan(request(pop3(SPA="on", SSL="off", Port=110), smtp()), spa="ignore")
    assert "unencrypted" in reasons(leaking) and codes(leaking) == {"plaintext-credentials", "spa-ignored"}
    broken = plan(request(pop3(Port="x", SSL="yes"), smtp()))
    assert "Port is" in reasons(broken) and codes(broken) == {"boolean-synonym"}
    redirected = plan(
        request(document=answer().replace("<Action>settings", "<action>redirectUrl").replace("Action>", "action>"))
    )
    assert "redirectUrl" in reasons(redirected) and "element-case" in codes(redirected)


def test_servers_inside_of_the_providers_network_come_last() -> None:
    inner = imap(Server="imap.corp.example.org")
    web = (
        "<Protocol><Type>WEB</Type>"
        f"<Internal>{inner}</Internal><External>{imap(Server='imap.example.org')}</External></Protocol>"
    )
    assert section(plan(request(web, smtp())))["receive_server"] == "imap.example.org"
    alone = f"<Protocol><Type>WEB</Type><Internal>{inner}</Internal></Protocol>"
    assert section(plan(request(alone, smtp())))["receive_server"] == "imap.corp.example.org"


@pytest.mark.parametrize("days, warned", [(-1, True), (0, False), (1, False)])
def test_settings_that_are_out_of_date(monkeypatch: pytest.MonkeyPatch, days: int, warned: bool) -> None:
    class Today(datetime.date):
        @classmethod
        def today(cls) -> datetime.date:
            return datetime.date(2026, 6, 15)

    monkeypatch.setattr(interpretation.datetime, "date", Today)
    date = datetime.date(2026, 6, 15) + datetime.timedelta(days)
    result = plan(request(pop3(ExpirationDate=f"{date:%Y%m%d}"), smtp()))
    assert reasons(result) == "" and ("expired" in codes(result)) is warned
