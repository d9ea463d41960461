# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the clients: a row for everything that can happen, no row for what cannot, and no row that lies."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.client import Client, Row, Verdict
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import CLIENTS, client_options
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.values import ELEMENTS, PLACES, said
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import AutodiscoverError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import filled, matching_row
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.account import MailAccount, decide
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.model import Settings
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.validation import validate
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import ADA

from .reading import differences, reader

ADDRESSES = ("pop.example.org", "smtp.example.org", "imap.example.org", "smtp.example.net")


def _generated(number: int) -> MailAccount | None:
    """Return an account that Settings and options drawn with ``number`` as seed make, or null when it is refused."""
    draw = random.Random(number).choice
    username = draw((ADA, "ada", "CORP\\ada", "ada-in", None))

    def server(kind: str, host: str) -> dict[str, Any]:
        socket_type = draw(("SSL", "STARTTLS", "plain"))
        return {
            "type": kind,
            "hostname": host,
            "port": draw((110, 995, 2525)),
            "socket_type": socket_type,
            "authentication": draw(("password-cleartext", "NTLM")),
            "username": username,
            "domain": draw((None, "example.org")),
            "domain_required": draw((False, True)),
        }

    offered = draw((("pop3",), ("imap", "pop3"), ("imap",)))
    outgoing = server("smtp", draw(("smtp.example.org", "smtp.example.net")))
    outgoing |= {
        "username": draw((None, username, "ada")),
        "auth_required": draw((True, None, False)),
        "same_credentials": draw((True, None, False)),
        "pop_before_smtp": draw((True, True, False)),
    }
    if outgoing["auth_required"] is False:
        outgoing["authentication"] = "none"
    document = {
        "version": 1,
        "display_name": draw((None, "Ada Lovelace")),
        "ttl_hours": draw((1, 24)),
        "expires": draw((None, "2030-12-31")),
        "incoming": [server(kind, f"{'pop' if kind == 'pop3' else kind}.example.org") for kind in offered],
        "outgoing": [outgoing],
    }
    validate(document, "generated")
    policy = Policy(
        incoming=draw(("auto", "auto", "pop3", "imap")),
        smtp_last=draw(("auto", "auto", "enforce", "prefer_auth", "ignore")),
        unsupported="warn",
        allow_plaintext=draw(((), ADDRESSES)),
        spa=draw(("follow", "ignore")),
        pop_before_smtp_window=draw((60, 600, 1800)),
    )
    try:
        return decide(Settings.from_dict(document), email=ADA, policy=policy, user="ada")
    except AutodiscoverError:
        return None


ACCOUNTS = [account for account in map(_generated, range(4000)) if account is not None]
DEFAULTS = {name: client_options([name], None)[name] for name in CLIENTS}
EVERY_CLIENT = [pytest.param(client, id=name) for name, client in CLIENTS.items()]


def _every_options(client: Client) -> list[dict[str, Any]]:
    """Return the default options of a client, and them with each value that one of its rows is for."""
    values = dict.fromkeys(row.option for row in client.rows if row.option is not None)
    return [DEFAULTS[client.name], *({**DEFAULTS[client.name], name: value} for name, value in values)]


def _rows(client: Client, account: MailAccount, options: dict[str, Any]) -> Iterator[Row]:
    for element in said(account):
        yield matching_row(client, element.side, element.element, account, options)


def test_enough_is_generated() -> None:
    assert len(ACCOUNTS) > 1000
    assert {account.smtp_last for account in ACCOUNTS} == {"off", "ignored", "without-pop3", "pure", "both"}


@pytest.mark.parametrize("client", EVERY_CLIENT)
def test_a_row_for_every_element_in_every_case(client: Client) -> None:
    for account in ACCOUNTS:
        for side, element in ELEMENTS:
            for options in _every_options(client):
                matching_row(client, side, element, account, options)
        assert {(element.side, element.element) for element in said(account)} <= set(ELEMENTS)


@pytest.mark.parametrize("client", EVERY_CLIENT)
def test_no_dead_row(client: Client) -> None:
    hit = {row for account in ACCOUNTS for options in _every_options(client) for row in _rows(client, account, options)}
    assert [(row.side, row.element, row.case) for row in client.rows if row not in hit] == []


@pytest.mark.parametrize("client", EVERY_CLIENT)
def test_rows_are_well_formed(client: Client) -> None:
    assert len({(row.side, row.element, row.case) for row in client.rows}) == len(client.rows)
    for row in client.rows:
        assert (row.side, row.element) in ELEMENTS
        assert row.verdict in get_args(Verdict)
        assert row.verdict == "native" or row.note, row
        assert bool(row.needs) is (row.verdict == "hook"), row
        assert not row.refuses or row.verdict == "impossible", row
        assert not row.always or row.refuses, row
        assert row.option is None or row.option[0] in client.options, row
        assert set(re.findall(r"\{(\w+)\}", row.setting)) <= {*PLACES, *client.places}, row


@pytest.mark.parametrize("client", EVERY_CLIENT)
def test_a_hook_or_approximation_of_smtp_last_wants_pop3(client: Client) -> None:
    """SMTPLast=on on an account that fetches by IMAP is impossible everywhere, unless the caller says to ignore it."""
    for options in _every_options(client):
        for account in ACCOUNTS:
            row = matching_row(client, "outgoing", "SMTPLast", account, options)
            if account.source_outgoing.pop_before_smtp and not account.pop_first:
                assert row.verdict == ("approximated" if account.smtp_last == "ignored" else "impossible")
            lost = account.incoming.type == "imap" or row.verdict == "impossible"
            assert row.refuses is (account.smtp_last == "pure" and lost)


@pytest.mark.parametrize("client", EVERY_CLIENT)
def test_what_a_row_says_is_written(client: Client) -> None:
    for options in _every_options(client):
        checked = 0
        for account in ACCOUNTS[::4]:
            rendering = client.render([account], options)
            if rendering.refused:
                continue
            files = [file.as_dict(client.name) for file in rendering.files]
            for row in _rows(client, account, options):
                setting = filled(row.setting, client, account)
                assert reader(client.name).has(files, setting, row.side), (row, setting, account)
            checked += 1
        assert checked > 100


@pytest.mark.parametrize("client", EVERY_CLIENT)
def test_a_client_understands_what_was_meant(client: Client) -> None:
    for options in _every_options(client):
        for account in ACCOUNTS[::4]:
            rendering = client.render([account], options)
            if rendering.refused:
                continue
            (read,) = reader(client.name).read([file.as_dict(client.name) for file in rendering.files])
            assert differences(read, account) == {}, account
            verdict = matching_row(client, "outgoing", "SMTPLast", account, options).verdict
            if account.pop_first:
                assert read.pop_first is (verdict in ("native", "hook")), account
            else:
                assert not read.pop_first


@pytest.mark.parametrize("client", EVERY_CLIENT)
def test_native_says_the_value_of_the_answer_or_why_not(client: Client) -> None:
    """SPA=on and SMTPLast=on never become a row of the case off."""
    for account in ACCOUNTS:
        for element in said(account):
            row = matching_row(client, element.side, element.element, account, DEFAULTS[client.name])
            if element.element in ("SPA", "SMTPLast") and element.value == "on":
                assert row.case != "off", (row, account)
