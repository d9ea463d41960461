# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A node that was taken over answers what it likes; what we take from it has the installer's shape, and a size."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._install import install
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.reports import (
    ReportError,
    checked_report,
    document_of,
)

DRIFT = {
    **dict.fromkeys(("path", "client", "reason"), "x"),
    **dict.fromkeys(("email", "key", "expected", "found"), None),
}

WRONG: dict[str, tuple[Any, str]] = {
    "text": ("ok", 'has "ok" as itself'),
    "a list": ([], "has list as itself"),
    "null": (None, 'has "None" as itself'),
    "drift is text": ({"drift": "none"}, 'has "none" as drift, where the installer writes a list'),
    "drift is a dictionary": ({"drift": {}}, "has dict as drift"),
    "a row is text": ({"drift": ["x"]}, r'has "x" as drift\[0\]'),
    "a row is deep": ({"drift": json.loads("[" * 400 + "]" * 400)}, r"has list as drift\[0\]"),
    "a field is missing": ({"drift": [{"path": "x"}]}, r"has no drift\[0\].client"),
    "a path is a list": ({"drift": [{**DRIFT, "path": ["x"]}]}, r"has list as drift\[0\].path"),
    "a value is a dictionary": ({"drift": [{**DRIFT, "found": {}}]}, r"has dict as drift\[0\].found"),
    "a huge number": ({"drift": [{**DRIFT, "found": 10**5000}]}, "a huge number"),
    "changed is text": ({"changed": "yes"}, 'has "yes" as changed'),
    "emails hold a number": ({"files": [{"path": "/", "client": "", "action": "", "email": None, "emails": [1]}]}, "1"),
    "many rows": ({"drift": [DRIFT] * 50_000}, "more than 1572864 characters"),
    "a large diff": ({"diff": [{"before": "x" * 2_000_000}]}, "more than 1572864 characters"),
    "many lines": ({"diff": [{"before": "\n" * 2_000_000}]}, "more than 1572864 characters"),
    "many warnings": ({"warnings": ["x"] * 200_000}, "more than 1572864 characters"),
    "many attributes": ({"diff": [{"before": {f"{number}": "x" for number in range(60_000)}}]}, "1572864"),
}


@pytest.mark.parametrize(("report", "words"), WRONG.values(), ids=WRONG)
def test_what_no_installer_writes_is_refused(report: Any, words: str) -> None:
    with pytest.raises(ReportError, match=words) as caught:
        checked_report(report, files=1, accounts=1)
    assert len(str(caught.value)) < 400 and str(caught.value).endswith(".")


def test_what_a_terminal_would_obey_is_escaped() -> None:
    report = {"failed": True, "msg": "a\x1b[2J\nb\u202e", "drift": [{**DRIFT, "found": "\x9b1m"}]}
    report["diff"] = [{"before": "a\n\x1b]0;x\x07", "after": {"mode\x1b": "0644"}}]
    checked = checked_report(report, files=1, accounts=1)
    assert checked["msg"] == "a\\x1b[2J\nb\\u202e" and checked["drift"][0]["found"] == "\\x9b1m"
    assert checked["diff"] == [{"before": "a\n\\x1b]0;x\\x07", "after": {"mode\\x1b": "0644"}}]


def test_long_texts_are_shortened() -> None:
    report = {"failed": True, "msg": "a" * 9_000_000 + "end", "drift": [{**DRIFT, "found": "x" * 9_000_000}]}
    checked = checked_report(report, files=0, accounts=0)
    assert len(checked["msg"]) < 4_100 and checked["msg"].endswith("end") and len(checked["drift"][0]["found"]) < 4_100


def test_other_keys_are_left_out() -> None:
    report = {"changed": False, "ansible_facts": {"x": 1}, "add_host": {}, "_ansible_no_log": True, "drift": [DRIFT]}
    report["drift"] = [{**DRIFT, "more": 1}]
    assert checked_report(report, files=1, accounts=1) == {"changed": False, "drift": [DRIFT]}


def test_drift_is_there_only_where_the_installer_wrote_it() -> None:
    failed = {"failed": True, "msg": "The module failed", "rc": 1, "module_stderr": "x", "exception": "y"}
    assert checked_report(failed, files=1, accounts=1) == failed


def test_a_report_of_the_installer_comes_through_whole(tmp_path: Any) -> None:
    (tmp_path / "etc").mkdir()
    file = {"path": "/etc/a", "content": "a\n", "accounts": ["ada@example.org"], "client": "x", "mode": "0600"}
    missing = {"path": "{home:bob}/a", "content": "a", "accounts": ["bob@example.org"]}
    (tmp_path / "etc/b").write_text("old\n")
    files = [file, missing, {**file, "path": "/etc/b"}]
    parameters = {"files": files, "root": str(tmp_path), "backup": True, "purge": True, "allow_empty": True}
    for _run in range(2):
        report = json.loads(json.dumps(install(parameters, diff_mode=True)))
        del report["invocation"]
        assert checked_report(report, files=3, accounts=2) == report
        assert report["refused"] and report["files"]


DOCUMENTS: dict[str, tuple[Any, str]] = {
    "nothing": ({}, "as document"),
    "no text": ({"document": 1}, "as document"),
    "no base64": ({"document": "x!"}, "in base64"),
    "too long": ({"document": "A" * 2_000_000}, "more than an answer may have"),
}


@pytest.mark.parametrize(("report", "words"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_that_no_module_reads_is_refused(report: Any, words: str) -> None:
    with pytest.raises(ReportError, match=words):
        document_of(report)


def test_the_largest_document_comes_through() -> None:
    data = b"x" * 1_048_576
    assert document_of({"document": base64.b64encode(data).decode()}) == data


def test_what_newer_cores_make_of_exceptions_and_warnings_is_text() -> None:
    event = SimpleNamespace(msg="x\x1b", formatted_traceback=None)
    told = checked_report(
        {"exception": SimpleNamespace(event=event), "warnings": ["a", SimpleNamespace(event=event)]},
        files=0,
        accounts=0,
    )
    assert told == {"warnings": ["a", "x\\x1b"]}
    event.formatted_traceback = "Traceback\n\x1b"
    told = checked_report({"exception": SimpleNamespace(event=event)}, files=0, accounts=0)
    assert told == {"exception": "Traceback\n\\x1b"}
