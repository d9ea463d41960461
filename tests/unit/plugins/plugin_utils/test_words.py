# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sentences, requests and sources: what stands between the controller half and Ansible."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.composing import client_files_for
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import (
    AccountRefused,
    AnswerError,
    AutodiscoverError,
    OptionError,
    SettingsError,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.meaning import meaning_of
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import AccountRequest, removal
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.requests import (
    account_request,
    policy_of,
    removal_request,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.sentences import (
    drift_lines,
    refusal_lines,
    summary_of,
    warning_lines,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.sources import (
    candidate_paths,
    found_path,
    read_answer,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.wording import listed, quoted
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    answer,
    imap,
    plan,
    pop3,
    request,
    settings,
    smtp,
)

OPTIONS: dict[str, Any] = {
    "incoming": "auto",
    "smtp_last": "auto",
    "username": "email",
    "spa": "follow",
    "unsupported": "fail",
    "allow_plaintext": ["pop.example.org"],
    "pop_before_smtp_window": 600,
}


@pytest.mark.parametrize(
    "value, shown",
    [
        pytest.param("ada", '"ada"', id="word"),
        pytest.param('a"b', r'"a\"b"', id="quote"),
        pytest.param("a\nb\x1b", r'"a\nb\x1b"', id="control"),
        pytest.param("a\u202eb\ud800", r'"a\u202eb\ud800"', id="direction"),
        pytest.param("x" * 100, f'"{"x" * 80}..."', id="long"),
        pytest.param(None, '"None"', id="none"),
    ],
)
def test_quoted(value: object, shown: str) -> None:
    assert quoted(value) == shown


@pytest.mark.parametrize(
    "items, shown",
    [
        pytest.param([], "", id="none"),
        pytest.param(["a"], "a", id="one"),
        pytest.param(["a", "b"], "a or b", id="two"),
        pytest.param(["a", "b", "c"], "a, b or c", id="three"),
    ],
)
def test_listed(items: list[str], shown: str) -> None:
    assert listed(items, "or") == shown


def test_policy() -> None:
    assert policy_of(OPTIONS) == Policy(allow_plaintext=("pop.example.org",))
    with pytest.raises(OptionError, match="pop_before_smtp_window is 0"):
        policy_of({**OPTIONS, "pop_before_smtp_window": 0})


@pytest.mark.parametrize(
    "name, hostname, expected",
    [
        pytest.param("POP.example.org.", "pop.example.org", True, id="normalised"),
        pytest.param("[2001:db8::1]", "2001:db8::1", True, id="IPv6"),
        pytest.param("example.org", "pop.example.org", False, id="domain is no host"),
        pytest.param("*", "pop.example.org", False, id="no pattern"),
        pytest.param("", "pop.example.org", False, id="empty"),
    ],
)
def test_allow_plaintext(name: str, hostname: str, expected: bool) -> None:
    assert Policy(allow_plaintext=(name,)).allows_plaintext(hostname) is expected


def _document(path: str) -> bytes:
    if path == "missing.xml":
        raise AnswerError("missing.xml was not found.")
    return b"<x/>"


REQUESTS = [
    pytest.param({"pox": "<a/>"}, {"document": "<a/>", "source": f"pox of {ADA}"}, id="text"),
    pytest.param({"pox_src": "ada.xml"}, {"document": b"<x/>", "source": "ada.xml"}, id="file"),
    pytest.param({"pox_src": "missing.xml"}, {"failure": "missing.xml was not found."}, id="no file"),
    pytest.param({"settings": {"version": 1}}, {"settings": {"version": 1}}, id="settings"),
    pytest.param({"pox": "", "settings": {}}, {"failure": "pox and settings are given; give one of them."}, id="two"),
    pytest.param({}, {}, id="nothing"),
    pytest.param({"clients": []}, {}, id="no clients"),
    pytest.param({"clients": ["claws_mail"]}, {"clients": ("claws_mail",)}, id="clients"),
    pytest.param({"spa": None}, {}, id="null is unsaid"),
    pytest.param({"spa": "ignore"}, {"policy": Policy(spa="ignore", unsupported="warn")}, id="policy"),
    pytest.param({"overrides": {"pop3": {"port": None}, "imap": None}}, {"overrides": {"pop3": {}}}, id="nulls"),
    pytest.param(
        {"overrides": {"pop3": {"port": 1, "hostname": None}}}, {"overrides": {"pop3": {"port": 1}}}, id="one"
    ),
]


@pytest.mark.parametrize("account, expected", REQUESTS)
def test_account_request(account: dict[str, Any], expected: dict[str, Any]) -> None:
    made = account_request({"email": ADA, "user": "ada", **account}, Policy(unsupported="warn"), _document)
    assert made == AccountRequest(email=ADA, user="ada", **expected)


REMOVALS: list[Any] = [
    pytest.param({"email": "ada@Example.org"}, [ADA], "", id="address"),
    pytest.param(
        {"email": ADA, "user": "ada", "pox_src": "gone.xml", "pox": ""}, [ADA], "", id="more that is not read"
    ),
    pytest.param({"email": None}, [], "accounts[1] has no email", id="no address"),
    pytest.param({"email": ADA, "clients": ["claws_mail"]}, [], "take clients off the account", id="clients"),
    pytest.param({"email": ADA, "cleints": ["claws_mail"]}, [], "Did you mean clients?", id="clients, misspelt"),
    pytest.param({"email": ADA, "clients": {"claws_mail": 1}}, [], "clients is a dictionary", id="clients, misshapen"),
    pytest.param(ADA, [], f'{ADA}: the item is "{ADA}"; give a dictionary', id="text"),
]


@pytest.mark.parametrize("item, gone, reason", REMOVALS)
def test_an_item_that_is_not_as_it_should_be_removes_nothing(item: Any, gone: list[str], reason: str) -> None:
    made = removal([removal_request({"email": "bob@example.org"}), removal_request(item)], ["mutt"])
    assert made.emails == ["bob@example.org", *gone]
    assert bool(reason) is bool(made.refused) and reason in "".join(row["reason"] for row in made.refused)


def test_candidate_paths(tmp_path: Path) -> None:
    assert candidate_paths("/a/b.xml", ["/role"], ["/inventory"]) == ["/a/b.xml"]
    assert candidate_paths("b.xml", ["/role", "/play"], [str(tmp_path), None, "", "/nowhere", str(tmp_path)]) == [
        *("/role/files/b.xml", "/role/b.xml", "/play/files/b.xml", "/play/b.xml"),
        f"{tmp_path}/b.xml",
    ]


def test_found_path(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(b"key")
    assert found_path("key.pem", ["/nowhere", str(tmp_path), str(key)], lambda path: path) == str(key)
    assert found_path("key.pem", [str(key)], lambda path: f"{path}.clear") == f"{key}.clear"
    assert found_path("key.pem", ["/nowhere", str(tmp_path)], lambda path: path) == "key.pem"


@pytest.mark.parametrize(
    "name, words", [("d", "d is a directory. Name the file that holds"), ("f", "f is not a regular file. Name")]
)
def test_read_answer_of_what_is_no_file(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "d").mkdir()
    os.mkfifo(tmp_path / "f")
    with pytest.raises(AnswerError, match=words):
        read_answer(name, [str(tmp_path / name)], lambda path: path)


def test_read_answer(tmp_path: Path) -> None:
    answers, other = tmp_path / "ada.xml", tmp_path / "plain.xml"
    answers.write_bytes(b"<x/>")
    other.write_bytes(b"<y/>")
    candidates = [str(tmp_path), str(tmp_path / "none.xml"), str(answers)]
    assert read_answer("ada.xml", candidates, lambda path: path) == b"<x/>"
    assert read_answer("ada.xml", candidates, lambda path: str(other)) == b"<y/>"
    with pytest.raises(
        AnswerError, match=r'The answer "x.xml" was not found. Sought: .*none.xml. Give an absolute path'
    ):
        read_answer("x.xml", candidates[1:2], lambda path: path)


def test_answer_that_goes_away(tmp_path: Path) -> None:
    (tmp_path / "ada.xml").touch()
    with pytest.raises(AnswerError, match=r"ada.xml cannot be read: No such file"):
        read_answer("ada.xml", [str(tmp_path / "ada.xml")], lambda path: str(tmp_path / "gone"))


def test_meaning_of() -> None:
    result = meaning_of(answer(pop3(), smtp(SPA=None), address="bob@example.org"), "ada.xml", " ada@EXAMPLE.org")
    assert result["settings"]["email"] == ADA
    assert [finding["code"] for finding in result["findings"]] == ["spa-default", "response-of-another"]
    assert meaning_of(answer(pop3(), smtp(), address="bob@example.org"), "x")["settings"]["email"] == "bob@example.org"
    assert meaning_of(answer(pop3(), smtp()), "x")["settings"]["email"] is None
    for wrong in ("ada", 5):
        with pytest.raises(OptionError, match="which is no e-mail address"):
            meaning_of(answer(pop3(), smtp()), "x", wrong)  # type: ignore[arg-type]
    with pytest.raises(AutodiscoverError):
        meaning_of("", "x")


def test_client_files_for() -> None:
    read = meaning_of(answer(pop3(), smtp(SPA=None)), "ada.xml")
    for document in (read, read["settings"]):
        result = client_files_for(document, ADA, ["claws_mail"], {"user": "ada"})
        assert [file["client"] for file in result["files"]] == ["claws_mail"] * 2
        assert [finding["code"] for finding in result["findings"]] == ["spa-default"] * ("findings" in document)
    assert client_files_for(read, ADA, "claws_mail", {"user": "ada"})["files"]


PLAINTEXT = settings(incoming={"socket_type": "plain", "port": 110})

COMPOSED = [
    pytest.param({"allow_plaintext": "pop.example.org"}, id="one host as text"),
    pytest.param({"allow_plaintext": ["pop.example.org"]}, id="list of hosts"),
    pytest.param({"overrides": {"pop3": {"socket_type": "SSL", "port": "995"}}}, id="overrides"),
]


@pytest.mark.parametrize("options", COMPOSED)
def test_options_of_composing(options: dict[str, Any]) -> None:
    assert client_files_for(PLAINTEXT, ADA, ["claws_mail"], {"user": "ada", **options})["files"]


WRONG = [
    pytest.param({}, AccountRefused, "claws_mail writes to the home", id="no user"),
    pytest.param({"user": "ada"}, AccountRefused, "unencrypted", id="refused"),
    pytest.param({"colour": 1}, OptionError, 'no option "colour"', id="option"),
    pytest.param({"spa": "no"}, OptionError, 'spa is "no"; it can be follow or ignore', id="choice"),
    pytest.param({"spa": []}, OptionError, "spa is", id="type of choice"),
    pytest.param({"pop_before_smtp_window": "x"}, OptionError, "window is .* whole number", id="window"),
    pytest.param({"pop_before_smtp_window": 0}, OptionError, "window is .* seconds", id="no window"),
    pytest.param({"report": "x"}, OptionError, "report is", id="report"),
    pytest.param({"user": "ada", "overrides": "x"}, OptionError, "give a dictionary", id="overrides"),
    pytest.param({"client_options": {"claws_mail": {"x": 1}}}, OptionError, "no option", id="client option"),
]


@pytest.mark.parametrize("options, error, sentence", WRONG)
def test_wrong_options_of_composing(options: dict[str, Any], error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        client_files_for(PLAINTEXT, ADA, ["claws_mail"], options)


def test_error_codes_differ() -> None:
    kinds = (OptionError, AnswerError, SettingsError, AccountRefused)
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_summary() -> None:
    made = plan(request(pop3(), smtp(SMTPLast="on", UsePOPAuth="on")))
    drift = {"email": None, "client": "claws_mail", "path": "/x", "key": "pop_port", "reason": "content"}
    result = {
        "translation": made.translation,
        "findings": made.findings,
        "drift": [{**drift, "expected": "995", "found": None}],
        "pending": [{"email": ADA, "client": "claws_mail", "path": "/x", "reason": "it runs"}],
    }
    summary = summary_of(result)
    assert summary["translation"] == [
        f"{ADA}, claws_mail:",
        "impossible: TTL 1 -> nothing (Claws Mail never asks again; run the playbook again.)",
    ]
    assert summary["drift"] == ['several accounts claws_mail: /x pop_port (content): expected "995", found nothing']
    assert summary["pending"] == [f"{ADA} claws_mail: it runs"]
    assert summary["findings"][0].startswith(f"info: {ADA}: ")


def warned(
    *findings: dict[str, Any],
    pending: tuple[dict[str, Any], ...] = (),
    refused: tuple[str, ...] = (),
    accounts: tuple[str, ...] = (ADA,),
    lost: Any = (),
    name: str | None = "mail",
) -> list[str]:
    """Return the warnings of a run on desk03."""
    result = {"findings": findings, "pending": pending, "refused": [{"email": email} for email in refused]}
    return warning_lines("desk03", result, accounts, lost, name)


def noticed(code: str, message: str, email: str | None = ADA, severity: str = "warning") -> dict[str, Any]:
    """Return a finding as a result has it."""
    return {"code": code, "severity": severity, "email": email, "line": None, "message": message}


def waiting(email: str | None, reason: str = "it runs") -> dict[str, Any]:
    """Return a row of what is pending."""
    return {"email": email, "path": "/x", "client": "c", "reason": reason}


BOB = "bob@example.org"


def test_warnings_are_told_once_for_many_accounts() -> None:
    people = ("ada", "bob", "eve")
    made = plan(
        *(request(pop3(LoginName=None, SSL="yes"), smtp(), email=f"{name}@example.org", user=name) for name in people)
    )
    pending, line = warned(*made.findings, pending=(waiting(None),))
    assert line.startswith("desk03: ada@example.org: line 11: Protocol POP3: SSL is ")
    assert line.endswith("The same for 2 more accounts. (boolean-synonym)")
    assert pending == "desk03: not everything is done, some of it is pending: /x c: it runs"


def test_different_warnings_of_one_kind_are_told_one_by_one() -> None:
    findings = [
        noticed("program-missing", f"{client} needs it", email) for client in ("mutt", "kmail") for email in (ADA, BOB)
    ]
    assert warned(*findings) == [
        f"desk03: {ADA}: mutt needs it The same for 1 more accounts. (program-missing)",
        f"desk03: {ADA}: kmail needs it The same for 1 more accounts. (program-missing)",
    ]


def test_a_host_gets_three_warnings_the_worst_first_and_the_number_of_the_others() -> None:
    lost = [{"email": ADA, "client": "k9_settings", "verdict": "impossible", "note": "n."}]
    harmless = [noticed("element-case", f"e{number}.") for number in range(5)]
    findings = [
        noticed("port-invalid", "p.", BOB, "error"),
        *harmless,
        noticed("login-name-missing", "l.", severity="info"),
        noticed("password-to-new-server", "gone."),
    ]
    lines = warned(*findings, pending=(waiting(ADA),), refused=(BOB,), accounts=(ADA, BOB, "c@d"), lost=lost)
    assert lines == [
        f"desk03: 1 of 2 accounts are not done, they are pending: {ADA} c: it runs",
        f"desk03: {ADA}: gone. (password-to-new-server)",
        f"desk03: {ADA}: k9_settings: SMTPLast=on is impossible: n.",
        "desk03: 6 more warnings; they are in findings of mail.",
    ]
    assert warned(*harmless[:4], name=None)[3] == "desk03: 1 more warning; it is in findings of the result."
    assert warned(*harmless[:3], name=None)[2:] == [f"desk03: {ADA}: e2. (element-case)"]
    many = [{**lost[0], "client": str(number)} for number in range(3)]
    assert warned(*harmless, lost=many)[3] == "desk03: 5 more warnings; they are in findings of mail."
    assert warned(*harmless, lost=many * 2 + [{**lost[0], "client": "x"}])[3].endswith(
        "6 more warnings; they are in translation and findings of mail."
    )


@pytest.mark.parametrize(
    ("pending", "accounts", "line"),
    [
        pytest.param((ADA,), (ADA,), f"no account is done, the only one is pending: {ADA} c: it runs", id="the one"),
        pytest.param(
            (ADA, ADA, BOB),
            (ADA, BOB),
            f"no account is done, all 2 are pending: {ADA} c: it runs 1 more: see pending of mail.",
            id="all",
        ),
        pytest.param(
            (BOB,),
            (ADA, BOB, "c@d"),
            f"1 of 3 accounts are not done, they are pending: {BOB} c: it runs",
            id="some",
        ),
        pytest.param((BOB,), (ADA,), f"not everything is done, some of it is pending: {BOB} c: it runs", id="purged"),
    ],
)
def test_what_is_pending_is_one_warning(pending: tuple[str, ...], accounts: tuple[str, ...], line: str) -> None:
    assert warned(pending=tuple(waiting(email) for email in pending), accounts=accounts) == [f"desk03: {line}"]


def test_nothing_pending_is_no_warning() -> None:
    assert warned() == []


BOTH_WAYS = smtp(SMTPLast="on", UsePOPAuth="on")
POP_ALONE = smtp(SMTPLast="on", AuthRequired="off")


@pytest.mark.parametrize(
    ("protocols", "clients", "options", "told"),
    [
        pytest.param((pop3(), BOTH_WAYS), ("claws_mail",), {}, [], id="done beside a login"),
        pytest.param((pop3(), BOTH_WAYS), ("claws_mail", "k9_settings"), {}, ["k9_settings"], id="one cannot"),
        pytest.param((pop3(), POP_ALONE), ("thunderbird_autoconfig",), {}, ["thunderbird_autoconfig"], id="too seldom"),
        pytest.param(
            (pop3(), POP_ALONE),
            ("thunderbird_autoconfig",),
            {"pop_before_smtp_window": 1800},
            [],
            id="often enough",
        ),
        pytest.param((pop3(), BOTH_WAYS), ("k9_settings",), {"smtp_last": "ignore"}, [], id="as the caller says"),
        pytest.param((pop3(SPA="on"), smtp()), ("claws_mail",), {"spa": "ignore"}, [], id="SPA as the caller says"),
        pytest.param((imap(), BOTH_WAYS), ("claws_mail", "mutt"), {}, ["(smtp-last-without-pop3)"], id="no POP3"),
        pytest.param(
            (imap(), pop3(), BOTH_WAYS),
            ("claws_mail", "sylpheed"),
            {"incoming": "imap"},
            ["(smtp-last-with-imap)"],
            id="IMAP",
        ),
        pytest.param(
            (pop3(), POP_ALONE), ("k9_settings",), {"unsupported": "warn"}, ["(unsupported)"], id="waived, once"
        ),
    ],
)
def test_a_warning_never_says_that_all_is_well_nor_what_another_says(
    protocols: tuple[str, ...], clients: tuple[str, ...], options: dict[str, Any], told: list[str]
) -> None:
    made = plan(request(*protocols), clients=clients, **options)
    lines = warned(*made.findings, lost=made.lost)
    assert made.refused == [] and len(lines) == len(told)
    for line, word in zip(lines, told, strict=True):
        assert word in line


def test_an_override_is_a_finding_and_no_warning() -> None:
    made = plan(request(pop3(), smtp(), overrides={"pop3": {"port": 1995}}))
    assert [row["code"] for row in made.findings if row["code"] == "override"] and warned(*made.findings) == []


def refused(email: str | None, *reasons: str) -> list[dict[str, Any]]:
    """Return rows of refused accounts."""
    return [{"email": email, "reason": reason} for reason in reasons]


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        pytest.param(refused(ADA, "it is wrong"), [f"{ADA}: it is wrong"], id="named"),
        pytest.param(refused(ADA, f"pox of {ADA}: wrong"), [f"pox of {ADA}: wrong"], id="named already"),
        pytest.param(refused(ADA, "a", "a", "b"), [f"{ADA}: a", f"{ADA}: b"], id="each reason once"),
        pytest.param(
            [*refused(ADA, f"{ADA}: no room", "x"), *refused(BOB, f"{BOB}: no room"), *refused("c@d", "c@d: no room")],
            [f"{ADA}: no room The same for {BOB} and c@d.", f"{ADA}: x"],
            id="one line for a reason, with every name",
        ),
        pytest.param(
            refused(ADA, *map(str, range(8))),
            [*(f"{ADA}: {number}" for number in range(5)), f"{ADA}: and 3 more reasons."],
            id="five reasons of an account",
        ),
        pytest.param(refused(None, "no room"), ["no room"], id="of no account"),
    ],
)
def test_refusals(rows: list[dict[str, Any]], lines: list[str]) -> None:
    assert refusal_lines(rows) == lines


def test_drift_of_whole_files_and_sections() -> None:
    row = {"email": ADA, "client": "c", "path": "/x", "key": None, "expected": None, "found": None}
    digest = "sha256:0"
    lines = drift_lines(
        {**row, "reason": reason, "expected": expected, "found": found}
        for reason, expected, found in (
            ("missing", digest, None),
            ("missing", None, None),
            ("content", digest, digest),
            ("extra", None, digest),
            ("extra", digest, digest),
            ("mode", "0600", "0644"),
        )
    )
    assert [line.removeprefix(f"{ADA} c: /x ") for line in lines] == [
        "is missing",
        "is missing",
        "differs",
        "should not be there any more",
        "should be what it was before",
        '(mode): expected "0600", found "0644"',
    ]


def test_the_heading_says_what_became_of_smtp_last() -> None:
    made = plan(request(pop3(), smtp(SMTPLast="on")), clients=("claws_mail", "thunderbird_autoconfig"), report="full")
    headings = [
        line for line in summary_of({"translation": made.translation, **NOTHING})["translation"] if line.endswith(":")
    ]
    assert headings == [
        f"{ADA}, claws_mail (SMTPLast on: native):",
        f"{ADA}, thunderbird_autoconfig (SMTPLast on: approximated):",
    ]


NOTHING: dict[str, list[dict[str, object]]] = {"drift": [], "findings": [], "pending": []}
