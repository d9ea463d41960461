# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sentence names no option that the caller's module or filter does not have."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mailfleet.autodiscover.plugins import plugin_utils
from ansible_collections.mailfleet.autodiscover.plugins.filter.autodiscover import from_pox, to_client_files
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._client_files_spec import ARGUMENT_SPEC
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.callers import (
    CONFIG_SPEC,
    OPTIONS,
    advice,
    called_by,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import CLIENTS
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import AutodiscoverError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.meaning import meaning_of
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    answer,
    imap,
    meaning,
    plan,
    pop3,
    request,
    settings,
    smtp,
)

PLUGIN_UTILS = Path(plugin_utils.__path__[0])
EVERY = frozenset().union(*OPTIONS.values(), ARGUMENT_SPEC)
CHOICES = {
    name: option["choices"] for name, option in {**ARGUMENT_SPEC, **CONFIG_SPEC}.items() if option.get("choices")
}
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def options_in(sentence: str) -> set[str]:
    """Return the options that a sentence names: by the word option, with a choice, or by a name that no text has."""
    text = _QUOTED.sub('""', sentence)
    words = {name for name in EVERY if "_" in name and re.search(rf"\b{name}\b", text)}
    words.update(name for name in re.findall(r"\boptions? (\w+)", text) if name in EVERY)
    words.update(name for name, value in re.findall(r"\b(\w+): (\w+)", text) if value in CHOICES.get(name, ()))
    words.update(re.findall(r"\b(accounts)\[", text))
    if re.search(r"\b(?:override|overrides|an override)\b", text):
        words.add("overrides")
    return words


@pytest.mark.parametrize(
    "sentence, names",
    [
        ("Correct the answer, or override port.", {"overrides"}),
        ("Correct the answer, or give the port as an override.", {"overrides"}),
        ("option username says what to log in with.", {"username"}),
        ("accept the risk with allow_plaintext: [pop.example.org].", {"allow_plaintext"}),
        ("Set incoming: pop3.", {"incoming"}),
        ('accounts[0] has the address "ada".', {"accounts"}),
        ("give the account pox_src (a file) or settings", {"pox_src"}),
        ('Port is "allow_plaintext: x". The user says so.', set()),
    ],
)
def test_an_option_is_recognised(sentence: str, names: set[str]) -> None:
    assert options_in(sentence) == names


def test_advice_is_for_who_has_the_option() -> None:
    ways = {"overrides": "override port", "incoming": "say incoming: auto"}
    assert advice("correct the answer", **ways) == " Correct the answer, override port or say incoming: auto."
    assert advice("correct the answer", overrides="override port") == " Correct the answer, or override port."
    with called_by("pox_info"):
        assert advice("correct the answer", **ways) == " Correct the answer."
        assert advice(**ways) == ""
        with called_by("to_client_files"):
            assert advice(**ways) == " Override port, or say incoming: auto."
        assert advice(**ways) == ""


# Sentences of the readers, which modules without any of these options call: by what is written in their files.


def _texts(tree: ast.AST) -> Iterator[str]:
    """Yield the texts in a file that can become part of a sentence for everybody: not what advice() gives to some."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "advice":
            for way in node.args:
                yield from _texts(ast.Expression(way)) if not isinstance(way, ast.Constant) else [str(way.value)]
        else:
            yield from _texts(node)


FOR_EVERYBODY = sorted(
    [
        *(PLUGIN_UTILS / "pox").glob("*.py"),
        *(
            PLUGIN_UTILS / "settings" / f"{name}.py"
            for name in (
                *("encryption", "hosts_and_logins", "interpretation", "names", "protocol", "protocol_values"),
                *("transport", "unfilled", "validation"),
            )
        ),
    ]
)


@pytest.mark.parametrize("path", FOR_EVERYBODY, ids=lambda path: path.stem)
def test_a_reader_names_options_in_advice_only(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # What is said of overrides that were given, only who gave them reads.
    found = [
        text for text in _texts(tree) if " " in text and "overrides say" not in text and "overrides SSL" not in text
    ]
    assert len(found) > 3 or path.stem in (
        *("__init__", "charsets", "names", "protocol_values", "reader", "response", "script_output", "transport"),
        "unfilled",
    )
    assert [text for text in found if options_in(text)] == []


def test_advice_is_given_for_options_that_there_are() -> None:
    calls = [
        keyword.arg
        for path in PLUGIN_UTILS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "advice"
        for keyword in node.keywords
    ]
    assert len(calls) > 5 and {name for name in calls if name is not None} <= OPTIONS["client_config"]


# And by what is said of bad responses.

RESPONSES: dict[str, Any] = {
    "nothing": "",
    "HTML": "<html></html>",
    "a DOCTYPE": "<!DOCTYPE a><a/>",
    "JSON": "{}",
    "words": "hello",
    "half": answer(pop3(), smtp())[:500],
    "no Protocol": answer(),
    "no Server": answer(pop3(Server=None), smtp(Server="")),
    "no host": answer(pop3(Server="a b"), smtp(Server="https://smtp.example.org")),
    "a placeholder as host": answer(pop3(Server="pop.%DOMAIN%"), smtp()),
    "no port": answer(pop3(Port="x"), imap(Port=0), smtp(Port=None)),
    "a login on two lines": answer(pop3(LoginName="a\tb"), smtp()),
    "a placeholder as login": answer(pop3(LoginName="%USER%"), smtp()),
    "no login": answer(pop3(LoginName=None), smtp()),
    "no domain": answer(pop3(DomainName="a b"), smtp()),
    "a name on two lines": answer(pop3(), smtp(), name="a\tb"),
    "a placeholder as name": answer(pop3(), smtp(), name="%NAME%"),
    "no encryption": answer(pop3(SSL="off", Port=110), smtp(Encryption="None", Port=25)),
    "words of all kinds": answer(pop3(SSL="maybe", SPA="yes", Encryption="x", TTL="x"), smtp(AuthRequired="perhaps")),
    "no POP3": answer(imap(), smtp(SMTPLast="on", AuthRequired="off")),
    "two ways": answer(pop3(SPA="on"), smtp(SMTPLast="on", UsePOPAuth="on", LoginName="other")),
    "the only way": answer(imap(), pop3(), smtp(SMTPLast="on")),
    "IMAP alone": answer(imap(), smtp()),
    "no SMTP": answer(pop3()),
    "another domain": answer(pop3(), smtp(Server="smtp.example.net")),
}
DOCUMENTS: dict[str, Any] = {
    "no settings": {},
    "nothing": {"settings": None},
    "text": {"settings": "text"},
    "an address": settings(email=5),
    "a word": settings(incoming={"socket_type": "STARTLS"}),
    "a name": settings(incoming={"hostnmae": "x"}),
    "a host": settings(outgoing={"hostname": "a b"}),
    "a login": settings(incoming={"username": "%USER%"}),
    "no encryption": settings(incoming={"socket_type": "plain"}, outgoing={"socket_type": "plain"}),
    "contradiction": settings(outgoing={"auth_required": False}),
    "a name on two lines": settings(display_name="a\nb"),
}


def said_by(call: Any, *arguments: Any, **options: Any) -> list[str]:
    """Return all sentences: of an error, or of what a module or filter gives."""
    try:
        given = call(*arguments, **options)
    except (AutodiscoverError, AnsibleFilterError) as error:
        return [str(error)]
    return [row["message"] for row in given["findings"]] + [row["note"] for row in given.get("translation", [])]


@pytest.mark.parametrize("document", RESPONSES.values(), ids=RESPONSES)
def test_who_only_reads_hears_of_no_option(document: str) -> None:
    with called_by("pox_info"):
        said = said_by(meaning_of, document, "content", ADA)
    said += said_by(from_pox, document, ADA) + said_by(from_pox, document, "ada", emial=ADA)
    assert said and [sentence for sentence in said if options_in(sentence)] == []


CHOSEN: list[dict[str, Any]] = [
    {},
    {"user": "ada"},
    {"user": "ada", "incoming": "imap"},
    {"user": "ada", "unsupported": "warn"},
    {"user": "ada", "smtp_last": "ignore", "spa": "ignore"},
    {"user": "ada}", "display_name": "a\nb"},
    {"user": "ada", "password_command": "\n"},
    {"user": "ada", "clients": []},
    {"user": "ada", "overrides": {"smtp": {"port": 0}}},
    {"user": "ada", "client_options": {"claws_mail": {"scpoe": "user"}}},
]


@pytest.mark.parametrize("options", CHOSEN, ids=str)
def test_who_composes_hears_of_the_options_of_that_filter(options: dict[str, Any]) -> None:
    documents = list(DOCUMENTS.values())
    for response in RESPONSES.values():
        try:
            documents.append(from_pox(response))
        except AnsibleFilterError:
            continue
    assert len(documents) > 20
    given = {"report": "full", "clients": sorted(CLIENTS), **options}
    said = [sentence for document in documents for sentence in said_by(to_client_files, document, ADA, **given)]
    said += said_by(to_client_files, settings(), "ada", **given) + said_by(to_client_files, settings())
    lacking = {sentence: options_in(sentence) - OPTIONS["to_client_files"] for sentence in said}
    assert len(said) > 20 and {sentence: names for sentence, names in lacking.items() if names} == {}


def test_the_advice_is_there_for_who_has_the_option() -> None:
    with pytest.raises(AutodiscoverError, match="Correct the answer, or override hostname"):
        meaning(pop3(Server="a b"), smtp())
    assert "Give the account pox_src (a file)" in str(plan(request()).refused)
