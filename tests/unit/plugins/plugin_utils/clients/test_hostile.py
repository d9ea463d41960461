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

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import Plan
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
)
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=6).map("".join)
LOGINS = st.one_of(TEXTS, TEXTS.map(lambda text: f"ada@{text}"), TEXTS.map(lambda text: f"{text}\\ada"))
FORGING = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What could break a line of a terminal or a log, or turn it around."""
QUICK = limits(max_examples=150, deadline=None)


def _written_and_read(file: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """Write sections as a client's file has them, and read them back as Claws Mail does: line by line."""
    lines: list[str] = []
    for number, section in enumerate(file["sections"], 1):
        lines.append(f"[{section['numbered']}{number}]")
        lines += [f"{key}={value}" for role in ("fixed", "enforced", "seeded") for key, value in section[role].items()]
    data = "".join(f"{line}\n" for line in lines).encode()
    sections: list[tuple[str, dict[str, str]]] = []
    for line in data.decode().split("\n")[:-1]:
        assert len(line.encode()) < 1024
        if line.startswith("["):
            sections.append((line, {}))
        else:
            assert not line.startswith("#")
            key, _, value = line.partition("=")
            assert key not in sections[-1][1]
            sections[-1][1][key] = value
    return sections


def _check_sections(result: Plan) -> None:
    for file in result.files:
        if "sections" not in file:
            continue
        ours = [
            (f"[Account: {number}]", {**section["fixed"], **section["enforced"], **section["seeded"]})
            for number, section in enumerate(file["sections"], 1)
        ]
        assert _written_and_read(file) == ours
        assert all(not set("\r\n\0") & set(value) for _, keys in ours for value in keys.values())


def _check_autoconfig(result: Plan) -> None:
    if not result.files:
        return
    root = ElementTree.fromstring(autoconfig(result).encode())
    provider = root.find("emailProvider")
    assert provider is not None
    tags = [child.tag for child in provider]
    assert tags == ["domain", "displayName", "displayShortName", "incomingServer", "outgoingServer"]
    assert [child.tag for child in provider[3]][:5] == ["hostname", "port", "socketType", "authentication", "username"]
    login = provider[3].findtext("username") or ""
    assert "%EMAILADDRESS%" in login or "%EMAILLOCALPART%" in login


def _check_words(result: Plan) -> None:
    json.dumps([result.files, result.translation, result.findings, result.refused]).encode()
    assert bool(result.files) is not bool(result.refused)
    for row in result.refused:
        assert not FORGING.search(row["reason"])


@QUICK
@given(LOGINS, TEXTS, st.booleans(), LOGINS, TEXTS)
def test_settings_stay_in_their_place(incoming: str, domain: str, required: bool, outgoing: str, name: str) -> None:
    document = settings(
        incoming={"username": incoming, "domain": domain or None, "domain_required": required},
        outgoing={"username": outgoing, "pop_before_smtp": required},
        display_name=name,
    )
    keyed = plan(request(settings=document))
    whole = plan(request(settings=document), clients=("thunderbird_autoconfig",))
    _check_sections(keyed)
    _check_autoconfig(whole)
    _check_words(keyed)
    _check_words(whole)


def _xml(text: str) -> str:
    """Leave out what no XML document can hold."""
    return "".join(c for c in text if c in "\t\n\r" or " " <= c < "\ud800" or "\ue000" <= c <= "\ufffd")


@QUICK
@given(
    st.dictionaries(st.sampled_from(("LoginName", "DomainName", "Server", "Port", "SPA", "SMTPLast", "TTL")), LOGINS),
    TEXTS,
)
def test_answers_stay_in_their_place(elements: dict[str, str], name: str) -> None:
    hostile: dict[str, str | int | None] = {key: _xml(value) for key, value in elements.items()}
    document = answer(pop3(**hostile, DomainRequired="on"), smtp(**hostile), name=_xml(name))
    keyed = plan(request(document=document))
    whole = plan(request(document=document), clients=("thunderbird_autoconfig",))
    _check_sections(keyed)
    _check_autoconfig(whole)
    _check_words(keyed)
    _check_words(whole)


@QUICK
@given(TEXTS, TEXTS, TEXTS)
def test_the_caller_s_values_stay_in_their_place(email: str, user: str, name: str) -> None:
    result = plan(request(pop3(), smtp(), email=f"{email}@example.org", user=user, display_name=name))
    _check_sections(result)
    _check_words(result)
    for file in result.files:
        assert file["path"].count("{") == file["path"].count("}") == 1
        assert file["path"].partition("}")[2].startswith("/.claws-mail/")


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
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import *
people = json.load(sys.stdin)
requests = [request(document=document, email=email, user=user) for document, email, user in people]
result = plan(*requests, clients=("claws_mail", "thunderbird_autoconfig"), report="full", unsupported="warn")
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
    files, *_, refused, emails = json.loads(outputs.pop())
    assert len(files) == 8
    assert [row["email"] for row in refused] == ["mallory@example.com"]
    assert len(emails) == 4


def test_order_of_keys_in_settings_does_not_matter() -> None:
    document = settings(display_name="Ada")
    turned = {key: document[key] for key in reversed(document)}
    turned["incoming"] = [dict(reversed(server.items())) for server in document["incoming"]]
    assert plan(request(settings=document)).files == plan(request(settings=turned)).files
