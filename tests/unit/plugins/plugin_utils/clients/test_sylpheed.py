# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sylpheed's accountrc: the same keys as Claws Mail's, other numbers, and an IMAP that STARTTLS does not protect."""

from __future__ import annotations

import pytest

from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    imap,
    plan,
    pop3,
    reasons,
    request,
    section,
    smtp,
)

CLIENT = ("sylpheed",)
STARTTLS = {"Port": "143", "Encryption": "TLS"}


@pytest.mark.parametrize(
    "protocols, keys",
    [
        pytest.param((pop3(),), {"protocol": "0", "use_apop_auth": "0", "pop_auth_method": "0"}, id="POP3"),
        pytest.param((imap(),), {"protocol": "3", "imap_auth_method": "1"}, id="IMAP"),
        pytest.param((pop3(),), {"remove_mail": "0"}, id="mail stays on the server"),
        pytest.param((pop3(LoginName="007412"),), {"user_id": "007412"}, id="login of digits"),
    ],
)
def test_sylpheed_s_own_numbers(protocols: tuple[str, ...], keys: dict[str, str]) -> None:
    found = section(plan(request(*protocols, smtp()), clients=CLIENT))
    assert {key: found.get(key) for key in keys} == keys


def test_claws_mail_s_own_keys_are_left_out() -> None:
    found = section(plan(request(pop3(), smtp(SMTPLast="on")), clients=CLIENT))
    assert found["pop_before_smtp"] == "1"
    assert not {"pop_before_smtp_timeout", "config_version", "use_mail_command", "use_pop_auth"} & set(found)


@pytest.mark.parametrize(
    "protocol, refused",
    [
        pytest.param(imap(**STARTTLS), True, id="IMAP, STARTTLS"),
        pytest.param(imap(), False, id="IMAP, SSL"),
        pytest.param(pop3(Port="110", Encryption="TLS"), False, id="POP3, STARTTLS"),
    ],
)
def test_a_password_that_may_go_unencrypted_is_refused(protocol: str, refused: bool) -> None:
    result = plan(request(protocol, smtp()), clients=CLIENT)
    assert ("Sylpheed sends the password unencrypted" in reasons(result)) is refused
    assert bool(result.files) is not refused


def test_imap_with_starttls_cannot_be_waived() -> None:
    result = plan(request(imap(**STARTTLS), smtp()), clients=CLIENT, unsupported="warn")
    assert not result.files and "sends the password unencrypted" in reasons(result)


def test_one_file_for_each_user() -> None:
    result = plan(
        request(pop3(), smtp()),
        request(pop3(LoginName="bob"), smtp(), email="bob@example.net"),
        request(pop3(LoginName="eve"), smtp(), email="eve@example.net", user="eve"),
        clients=CLIENT,
    )
    assert [(file["path"], file["accounts"], file.get("running")) for file in result.files] == [
        ("{home:ada}/.sylpheed-2.0/accountrc", ["ada@example.org", "bob@example.net"], ["sylpheed"]),
        ("{home:ada}/.sylpheed-2.0/folderlist.xml", ["ada@example.org", "bob@example.net"], None),
        ("{home:eve}/.sylpheed-2.0/accountrc", ["eve@example.net"], ["sylpheed"]),
        ("{home:eve}/.sylpheed-2.0/folderlist.xml", ["eve@example.net"], None),
    ]
