# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What answers, inventories and nodes say, in sentences: no password, and nothing that a terminal obeys."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils import provisioning
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.composing import client_files_for
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import AutodiscoverError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.findings import Finding
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.meaning import meaning_of
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.reader import read
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.requests import (
    account_request,
    removal_request,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.sentences import (
    drift_lines,
    finding_lines,
    pending_lines,
    summary_of,
    translation_lines,
    warning_lines,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.sources import read_answer
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.wording import (
    named,
    presentable,
    quoted,
    quoted_login,
)
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    answer,
    plan,
    pop3,
    request,
    settings,
    smtp,
)

HOSTILE = "\x00\x1b[2J\x7f\x85\x9b31m\u202e\u2066\u200b\u2028\u2029\r\n\t\ufeff\udc9b"


def is_clean(text: str) -> bool:
    return not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in HOSTILE[13:] for c in text)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from (*texts(key), *texts(item))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts(item)


@pytest.mark.parametrize(
    "value, shown",
    [
        pytest.param("ada:secret", '"ada:********"', id="a login and its password"),
        pytest.param("ada:sec:ret", '"ada:********"', id="with a colon"),
        pytest.param("ada:secret@host", '"ada:********@host"', id="an address"),
        pytest.param("ada:secret\x1b", '"ada:********"', id="with what makes it wrong"),
        pytest.param("pop.example.org:995", '"pop.example.org:995"', id="a port"),
        pytest.param("https://example.org", '"https://example.org"', id="a scheme"),
        pytest.param("2001:db8::1", '"2001:db8::1"', id="IPv6"),
        pytest.param("C:\\Users", '"C:\\Users"', id="a drive"),
        pytest.param("ada:", '"ada:"', id="nothing"),
    ],
)
def test_quoted_login(value: str, shown: str) -> None:
    assert quoted_login(value) == shown


def test_nothing_is_said_that_a_terminal_obeys() -> None:
    assert is_clean(quoted(HOSTILE)) and is_clean(named(HOSTILE)) and is_clean(str(AutodiscoverError(HOSTILE)))
    assert is_clean("".join(texts(presentable({HOSTILE: [HOSTILE, {"a": HOSTILE}]}))))
    assert named("a\x1bb") == "a\\x1bb" and named("J\u00fcrgen") == "J\u00fcrgen"


ROW = {
    "email": HOSTILE,
    "client": HOSTILE,
    "path": HOSTILE,
    "key": HOSTILE,
    "reason": HOSTILE,
    "expected": HOSTILE,
    "found": HOSTILE,
    "severity": "warning",
    "code": HOSTILE,
    "line": 1,
    "message": HOSTILE,
    "protocol": HOSTILE,
    "element": HOSTILE,
    "value": HOSTILE,
    "setting": HOSTILE,
    "verdict": HOSTILE,
    "note": HOSTILE,
}


def test_every_line_is_one_line_whatever_a_node_answers() -> None:
    last = {**ROW, "element": "SMTPLast", "value": "on", "verdict": "impossible"}
    parts = {"translation": [ROW, last], "drift": [ROW], "findings": [ROW], "pending": [ROW]}
    lines = [
        *translation_lines([ROW, last]),
        *drift_lines([ROW, {**ROW, "expected": None}]),
        *finding_lines([ROW]),
        *pending_lines([ROW]),
        *warning_lines(HOSTILE, {**parts, "refused": []}, [HOSTILE], [last], HOSTILE),
        *texts(summary_of(parts)),
    ]
    assert len(lines) > 10 and all(is_clean(line) for line in lines)


def test_what_a_plan_says_passes_one_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a client's table or a finding may forget."""
    monkeypatch.setattr(provisioning, "_translation", lambda *_arguments: [{"value": HOSTILE}])
    monkeypatch.setattr(Finding, "as_dict", lambda _finding: {"message": HOSTILE})
    result = plan(request(pop3(), smtp(SPA=None)), clients=("claws_mail",))
    assert result.findings and result.translation
    result.refuse(HOSTILE, HOSTILE)
    said = [*texts([result.findings, result.translation, result.refused])]
    said += texts(meaning_of(answer(pop3(), smtp(SPA=None)), "x")["findings"])
    assert len(said) > 10 and all(is_clean(text) for text in said)


def _planned(**account: Any) -> Callable[[], Any]:
    def wanted() -> Any:
        item = account_request({"email": ADA, "user": "ada", **account}, Policy(), lambda path: path.encode())
        return plan(item, clients=("claws_mail",)).refused

    return wanted


GOOD = {"pox": answer(pop3(), smtp())}


SAID: list[Any] = [
    pytest.param(_planned(**GOOD, overrides={"pop3": {"hostname": "ada:secret@host"}}), id="override"),
    pytest.param(_planned(**GOOD, overrides={"pop3": {"hostname": "pop://ada:secret@host"}}), id="override, URL"),
    pytest.param(_planned(**GOOD, overrides={"smtp": {"hostname": "ada:secret"}}), id="override, no host"),
    pytest.param(_planned(**GOOD, overrides={"smtp": {"hostname": "ada:se cret@host"}}), id="override, a blank"),
    pytest.param(_planned(**GOOD, overrides={"imap": {"username": "ada:secret\n"}}), id="override, login"),
    pytest.param(_planned(**GOOD, overrides={"imap": {"port": "ada:secret@host:995"}}), id="override, port"),
    pytest.param(
        lambda: plan(request(pop3(), smtp(), overrides={"imap": "pop://ada:secret@host"})).refused, id="no dictionary"
    ),
    pytest.param(
        lambda: plan(request(pop3(), smtp(), overrides={"imap": ["password=secret"]})).refused, id="overrides, a list"
    ),
    pytest.param(_planned(**GOOD, email="ada:secret@example.org"), id="address"),
    pytest.param(_planned(**GOOD, email="imaps://ada:secret@example.org"), id="address, URL"),
    pytest.param(_planned(**GOOD, email="x" * 70 + ":secret" + "y" * 70 + "@example.org"), id="address, cut"),
    pytest.param(_planned(**GOOD, user="ada:secret@host"), id="user"),
    pytest.param(_planned(**GOOD, display_name="ada:secret@host\n"), id="display name"),
    pytest.param(_planned(**GOOD, password_command="echo secret\n"), id="password command"),
    pytest.param(_planned(pox_src="https://ada:secret@host/a.xml"), id="source of what is no answer"),
    pytest.param(
        lambda: account_request({"email": ADA, "pox_src": "https://a:secret@h/"}, Policy(), _read).failure, id="no file"
    ),
    pytest.param(_planned(pox=answer(pop3(Server="ada:secret@host"), smtp())), id="Server"),
    pytest.param(_planned(pox=answer(pop3(Server="ada:secret"), smtp())), id="Server, no host"),
    pytest.param(_planned(pox=answer(pop3(Port="ada:secret@host"), smtp())), id="Port"),
    pytest.param(_planned(pox=answer(pop3(LoginName="ada:secret\u202e"), smtp())), id="LoginName"),
    pytest.param(_planned(pox=answer(pop3(LoginName="ada:secret@%X%"), smtp())), id="LoginName, placeholder"),
    pytest.param(_planned(pox=answer(pop3(DomainName="ada:secret@host/"), smtp())), id="DomainName"),
    pytest.param(
        lambda: meaning_of(answer(pop3(Encryption="ada:secret@h"), smtp(SPA="ada:secret@h")), "x")["findings"],
        id="findings",
    ),
    pytest.param(
        lambda: plan(request(pop3(), smtp(), overrides={"smtp": {"username": "ada:secret"}})).findings, id="applied"
    ),
    pytest.param(
        _planned(settings=settings(incoming={"hostname": "https://ada:secret@host"})), id="settings, host name"
    ),
    pytest.param(_planned(settings=settings(incoming={"hostname": "ada:secret"})), id="settings, no host"),
    pytest.param(_planned(settings=settings(incoming={"port": "ada:secret@host"})), id="settings, port"),
    pytest.param(_planned(settings=settings(incoming={"type": {"password": "secret"}})), id="settings, type"),
    pytest.param(
        lambda: provisioning.removal([removal_request({"email": "ada:secret@example.org"})], []).refused,
        id="state absent",
    ),
    pytest.param(lambda: client_files_for(settings(), "ada:secret@example.org", ["claws_mail"], {}), id="filter"),
    pytest.param(lambda: meaning_of(answer(pop3(), smtp()), "x", "ada:secret@example.org"), id="pox_info"),
    pytest.param(
        lambda: client_files_for(
            settings(),
            ADA,
            ["apple_mobileconfig"],
            {"client_options": {"apple_mobileconfig": {"sign_key": "-----BEGIN PRIVATE KEY-----\nsecret"}}},
        ),
        id="a key in the place of its file",
    ),
]
REDIRECT = """<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"><Response
xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"><Account><Action>{0}</Action>
<Redirect{1}>{2}</Redirect{1}></Account></Response></Autodiscover>"""
SAID += [
    pytest.param(lambda: read(REDIRECT.format("redirectUrl", "Url", "https://ada:secret@host/a.xml"), "x"), id="URL"),
    pytest.param(
        lambda: read(REDIRECT.format("redirectUrl", "Url", "https://host/?user=ada&amp;password=secret"), "x"),
        id="URL, query",
    ),
    pytest.param(lambda: read(REDIRECT.format("redirectAddr", "Addr", "ada:secret@host"), "x"), id="redirectAddr"),
    pytest.param(lambda: read("no answer", "https://ada:secret@host/a.xml"), id="source"),
    pytest.param(lambda: read("no answer", "https://ada:secret@host/\x1b.xml"), id="hostile source"),
]


def _read(path: str) -> bytes:
    return read_answer(path, [f"/playbook/files/{path}"], lambda name: name)


@pytest.mark.parametrize("call", SAID)
def test_the_password_is_not_echoed(call: Callable[[], Any]) -> None:
    try:
        said = json.dumps(call())
    except AutodiscoverError as error:
        said = str(error)
    assert said not in ("null", "[]") and "secret" not in said
    assert is_clean(said)
