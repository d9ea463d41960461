# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is special to configuration profiles: identifiers, the one switch for TLS, what is shown to the person."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.apple_mobileconfig import (
    profile_identifier,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import OptionError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import Plan
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.account import MailAccount, decide
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.model import Settings
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.names import normalised_address
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    imap,
    plan,
    pop3,
    reasons,
    request,
    settings,
    smtp,
)

from .readers.apple_mobileconfig import profile


def rendered(*protocols: str, options: dict[str, Any] | None = None, **more: Any) -> Plan:
    """Return the plan for one account."""
    given = {"apple_mobileconfig": options} if options else None
    policy = {name: more.pop(name) for name in ("unsupported", "spa", "report") if name in more}
    return plan(request(*protocols, **more), clients=("apple_mobileconfig",), options=given, **policy)


def profile_of(result: Plan) -> dict[str, Any]:
    """Return the one profile of a plan."""
    assert not result.refused, reasons(result)
    (file,) = result.files
    return profile(file["content"].encode())


def payload_of(result: Plan) -> dict[str, Any]:
    """Return the account in the one profile of a plan."""
    payload: dict[str, Any] = profile_of(result)["PayloadContent"][0]
    return payload


def identifiers(result: Plan) -> list[tuple[str, str]]:
    """Return identifier and UUID of the profile and of the account in it."""
    found = profile_of(result)
    return [(part["PayloadIdentifier"], part["PayloadUUID"]) for part in (found, *found["PayloadContent"])]


def account(email: str) -> MailAccount:
    """Return an account of this address."""
    return decide(Settings.from_dict(settings()), email=email, policy=Policy())


@pytest.mark.parametrize(
    "email, identifier",
    [
        pytest.param(ADA, "org.example.mail_account.ada", id="plain"),
        pytest.param("ada.lovelace@mail.example.co.uk", "uk.co.example.mail.mail_account.ada.lovelace", id="dots"),
        pytest.param("a/../b@example.org", "org.example.mail_account.a%2F..%2Fb", id="slashes"),
        pytest.param("ada+x'%@example.org", "org.example.mail_account.ada%2Bx%27%25", id="signs"),
        pytest.param("jürgen@example.org", "org.example.mail_account.j%C3%BCrgen", id="umlaut"),
    ],
)
def test_identifier_of_a_profile(email: str, identifier: str) -> None:
    assert profile_identifier(account(email)) == identifier


ADDRESSES = st.tuples(
    st.text(st.sampled_from("ab.%2F_mail/@"), min_size=1, max_size=12),
    st.lists(st.sampled_from(("a", "b", "mail", "mail-account", "xn--a")), min_size=1, max_size=3).map(".".join),
).map(lambda parts: normalised_address("@".join(parts)))


@limits(max_examples=300, deadline=None, database=None)
@given(ADDRESSES, ADDRESSES)
def test_two_addresses_never_share_an_identifier(one: str | None, other: str | None) -> None:
    if one is not None and other is not None:
        same = profile_identifier(account(one)) == profile_identifier(account(other))
        assert same is (one == other)


def test_a_device_knows_the_account_again_when_everything_else_changes() -> None:
    before = rendered(pop3(), smtp(UsePOPAuth="on"))
    after = rendered(
        pop3(Server="new.example.net", Port=110, Encryption="TLS", LoginName="ada"),
        smtp(Server="out.example.net", AuthRequired="off"),
        display_name="Countess",
        options={"organization": "Example"},
    )
    assert identifiers(before) == identifiers(after)
    assert before.files[0]["content"] != after.files[0]["content"]


def test_an_account_of_the_other_type_is_another_account_in_the_same_profile() -> None:
    (profile_before, before), (profile_after, after) = (
        identifiers(rendered(incoming, smtp())) for incoming in (pop3(), imap())
    )
    assert profile_before == profile_after
    assert before[0] != after[0] and before[1] != after[1]


@pytest.mark.parametrize(
    "socket_type, port, verdict, refused",
    [
        pytest.param("SSL", 465, "native", False, id="TLS at its port"),
        pytest.param("STARTTLS", 587, "approximated", False, id="STARTTLS at its port"),
        pytest.param("STARTTLS", 25, "approximated", False, id="STARTTLS at port 25"),
        pytest.param("SSL", 2525, "approximated", False, id="TLS elsewhere"),
        pytest.param("STARTTLS", 2525, "approximated", False, id="STARTTLS elsewhere"),
        pytest.param("SSL", 587, "impossible", True, id="TLS at the port of STARTTLS"),
        pytest.param("STARTTLS", 465, "impossible", True, id="STARTTLS at the port of TLS"),
    ],
)
def test_the_one_switch_for_tls(socket_type: str, port: int, verdict: str, refused: bool) -> None:
    document = settings(outgoing={"socket_type": socket_type, "port": port})
    result = rendered(settings=document, report="full", unsupported="warn")
    assert payload_of(result)["OutgoingMailServerUseSSL"] is True
    (row,) = [row for row in result.translation if (row["protocol"], row["element"]) == ("smtp", "Encryption")]
    assert row["verdict"] == verdict
    assert bool(rendered(settings=document).refused) is refused


@pytest.mark.parametrize(
    "elements, authentication, login, same",
    [
        pytest.param({"UsePOPAuth": "on"}, "Password", ADA, True, id="UsePOPAuth on"),
        pytest.param({}, "Password", ADA, True, id="one domain"),
        pytest.param({"Server": "smtp.example.net"}, "Password", ADA, False, id="another domain"),
        pytest.param({"UsePOPAuth": "off", "LoginName": "relay"}, "Password", "relay", False, id="another login"),
        pytest.param({"SPA": "on"}, "NTLM", ADA, True, id="SPA"),
        pytest.param({"AuthRequired": "off"}, "None", None, None, id="no login"),
    ],
)
def test_login_to_smtp(elements: dict[str, str], authentication: str, login: str | None, same: bool | None) -> None:
    payload = payload_of(rendered(pop3(), smtp(**elements)))
    assert payload["OutgoingMailServerAuthentication"] == f"EmailAuth{authentication}"
    assert payload.get("OutgoingMailServerUsername") == login
    assert payload.get("OutgoingPasswordSameAsIncomingPassword") is same


def test_ntlm_where_the_caller_ignores_it() -> None:
    payload = payload_of(rendered(pop3(SPA="on"), smtp(SPA="on"), spa="ignore"))
    assert payload["IncomingMailServerAuthentication"] == "EmailAuthPassword"
    assert payload["OutgoingMailServerAuthentication"] == "EmailAuthPassword"
    assert payload_of(rendered(pop3(SPA="on"), smtp()))["IncomingMailServerAuthentication"] == "EmailAuthNTLM"


def test_no_password_and_no_end() -> None:
    result = rendered(pop3(), smtp(), password_command="pass mail/ada")
    content = result.files[0]["content"]
    assert set(re.findall(r"<key>(\w*Password\w*)</key>", content)) == {"OutgoingPasswordSameAsIncomingPassword"}
    assert "pass mail/ada" not in content and not re.search("<data>|<date>", content)


def test_a_name_that_nobody_gives_is_not_made_up() -> None:
    assert "EmailAccountName" not in payload_of(rendered(pop3(), smtp()))
    assert payload_of(rendered(pop3(), smtp(), display_name="A <&> L"))["EmailAccountName"] == "A <&> L"


def test_organization() -> None:
    found = profile_of(rendered(pop3(), smtp(), options={"organization": "Grün & Co <x>"}))
    assert found["PayloadOrganization"] == found["PayloadContent"][0]["PayloadOrganization"] == "Grün & Co <x>"
    assert "PayloadOrganization" not in profile_of(rendered(pop3(), smtp()))


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\0b", "\u202eb", "\ud800", "\ufffe", "x" * 2000])
def test_an_organization_that_a_profile_cannot_hold(name: str) -> None:
    with pytest.raises(OptionError, match=r"client_options.apple_mobileconfig.organization is .* one line") as caught:
        rendered(pop3(), smtp(), options={"organization": name})
    assert str(caught.value).isprintable()


def test_where_files_go() -> None:
    people = [request(pop3(LoginName=None), smtp(), email=email) for email in (ADA, "a/b@example.net")]
    options = {"apple_mobileconfig": {"dest": "/www/{domain}/{email}.mobileconfig"}}
    result = plan(*people, clients=("apple_mobileconfig",), options=options)
    assert [file["path"] for file in result.files] == [
        "/www/example.org/ada@example.org.mobileconfig",
        "/www/example.net/a%2Fb@example.net.mobileconfig",
    ]
    assert all(file["mode"] == "0644" and "basis" not in file for file in result.files)
