# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of an answer stay in their place, and the same input gives the same bytes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import (
    CLIENTS,
    client,
    client_options,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import AutodiscoverError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import Plan
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.account import decide
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.model import Settings
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.validation import validate
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    answer,
    autoconfig,
    imap,
    plan,
    pop3,
    request,
    settings,
    smtp,
)

from .reading import differences, reader

PIECES = (
    "\n",
    "\r",
    "\0",
    "\t",
    "[",
    "]",
    "#",
    "=",
    "Account: 1",
    "pop_before_smtp",
    '"',
    "'",
    "<",
    ">",
    "&",
    "]]>",
    "\\",
)
PIECES += (
    "@",
    "%EMAILADDRESS%",
    "%",
    "\u2028",
    "\x85",
    "\u202e",
    "\ud800",
    "\ufffe",
    "ada",
    "<!--",
    "</username>",
    "&#10;",
    "${HOME}",
    "$(id)",
    "`id`",
    ";",
    "%USER%",
    "|",
    "(",
    ")",
)
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=6).map("".join)
LOGINS = st.one_of(TEXTS, TEXTS.map(lambda text: f"ada@{text}"), TEXTS.map(lambda text: f"{text}\\ada"))
FORGING = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What could break a line of a terminal or a log, or turn it around."""
QUICK = limits(max_examples=150, deadline=None)


def _check_words(result: Plan) -> None:
    json.dumps([result.files, result.translation, result.findings, result.refused]).encode()
    assert bool(result.files) is not bool(result.refused)
    for row in result.refused:
        assert not FORGING.search(row["reason"])


def _check_client(name: str, document: dict[str, Any]) -> None:
    """See that a client reads what was meant, or that the account is refused in words that cannot forge a line."""
    account = None
    reason = ""
    try:
        validate(document, "hostile")
        account = decide(Settings.from_dict(document), email=ADA, policy=Policy(unsupported="warn"), user="ada")
    except AutodiscoverError as error:
        reason = str(error)
    if account is None:
        assert reason and not FORGING.search(reason)
        return
    rendering = client(name).render([account], client_options([name], None)[name])
    for reason in rendering.refused.values():
        assert not FORGING.search(reason)
    if not rendering.refused:
        files = [file.as_dict(name) for file in rendering.files]
        json.dumps(files).encode()
        (read,) = reader(name).read(files)
        assert differences(read, account) == {}


@pytest.mark.parametrize("name", list(CLIENTS))
@QUICK
@given(LOGINS, TEXTS, st.booleans(), LOGINS, TEXTS)
def test_settings_stay_in_their_place(
    name: str, incoming: str, domain: str, required: bool, outgoing: str, display_name: str
) -> None:
    document = settings(
        incoming={"username": incoming, "domain": domain or None, "domain_required": required},
        outgoing={"username": outgoing, "pop_before_smtp": required},
        display_name=display_name,
    )
    _check_client(name, document)


@pytest.mark.parametrize("name", list(CLIENTS))
@pytest.mark.parametrize(
    "login", ["007412", "1e5", "0x10", "true", "12.0", "1" * 400, "o'brien", "CORP\\ada", "a" * 990, "a" * 10000]
)
def test_odd_logins(name: str, login: str) -> None:
    _check_client(name, settings(incoming={"username": login}, outgoing={"username": login}, display_name=login))


def _xml(text: str) -> str:
    """Leave out what no XML document can hold."""
    return "".join(c for c in text if c in "\t\n\r" or " " <= c < "\ud800" or "\ue000" <= c <= "\ufffd")


@pytest.mark.parametrize("client_name", list(CLIENTS))
@QUICK
@given(
    st.dictionaries(st.sampled_from(("LoginName", "DomainName", "Server", "Port", "SPA", "SMTPLast", "TTL")), LOGINS),
    TEXTS,
)
def test_answers_stay_in_their_place(client_name: str, elements: dict[str, str], name: str) -> None:
    hostile: dict[str, str | int | None] = {key: _xml(value) for key, value in elements.items()}
    document = answer(pop3(**hostile, DomainRequired="on"), smtp(**hostile), name=_xml(name))
    _check_words(plan(request(document=document), clients=(client_name,), unsupported="warn"))


@pytest.mark.parametrize("client_name", list(CLIENTS))
@QUICK
@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_the_caller_s_values_stay_in_their_place(
    client_name: str, email: str, user: str, name: str, command: str
) -> None:
    wanted = request(
        pop3(), smtp(), email=f"{email}@example.org", user=user, display_name=name, password_command=command
    )
    result = plan(wanted, clients=(client_name,), unsupported="warn")
    _check_words(result)
    for file in result.files:
        for path in [file["path"]] if "path" in file else [place["path"] for place in file["candidates"]]:
            assert path.count("{") == path.count("}") == path.count("{home:")
            assert ".." not in path.split("/")
    if result.files:
        (read,) = reader(client_name).read(result.files)
        assert read.email in (result.emails[0], None)


@pytest.mark.parametrize(
    "login, text",
    [
        pytest.param("ada@<&>\"']]>.example", "%EMAILLOCALPART%@<&>\"']]>.example", id="markup"),
        pytest.param("<!-- & \\ada", "<!-- & \\%EMAILLOCALPART%", id="comment"),
        pytest.param("&#10;\\ada", "&#10;\\%EMAILLOCALPART%", id="entity"),
    ],
)
def test_text_in_xml_is_the_login(login: str, text: str) -> None:
    result = plan(request(settings=settings(incoming={"username": login})), clients=("thunderbird_autoconfig",))
    root = ElementTree.fromstring(autoconfig(result).encode())
    assert root.findtext("emailProvider/incomingServer/username") == text


PROGRAM = """
import json, sys
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import CLIENTS
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import *
people = json.load(sys.stdin)
requests = [request(document=document, email=email, user=user) for document, email, user in people]
result = plan(*requests, clients=tuple(CLIENTS), report="full", unsupported="warn")
print(json.dumps([result.files, result.translation, result.findings, result.refused, result.emails]))
"""


def test_same_input_same_bytes() -> None:
    both = answer(imap(LoginName="x1"), smtp(LoginName="x2", UsePOPAuth="off"))
    people = [
        [answer(pop3(LoginName="%EMAILADDRESS%"), smtp(SMTPLast="on")), ADA, "ada"],
        [answer(pop3(LoginName="%EMAILADDRESS%"), smtp(SMTPLast="on")), "bob@example.org", "bob"],
        [answer(pop3(LoginName="eve", SPA="on"), imap(), smtp(Port=None)), "eve@example.net", "eve"],
        [both, "mallory@example.com", "mallory"],
    ]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            input=json.dumps(people),
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2", "3")
    }
    assert len(outputs) == 1
    files, *_translation, refused, emails = json.loads(outputs.pop())
    assert len(files) >= 8
    assert [row["email"] for row in refused] == ["mallory@example.com"]
    assert len(emails) == 4


def test_order_of_keys_in_settings_does_not_matter() -> None:
    document = settings(display_name="Ada")
    turned = {key: document[key] for key in reversed(document)}
    turned["incoming"] = [dict(reversed(server.items())) for server in document["incoming"]]
    assert plan(request(settings=document)).files == plan(request(settings=turned)).files
