# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server answers costs the controller little, and is told in a few words."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import AnswerError, SettingsError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.findings import Finding, few_of_a_kind
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.limits import few
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.validation import validate
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.sources import read_answer
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    plan,
    pop3,
    request,
    smtp,
)

BARE = "<Protocol><Type>POP3</Type></Protocol>"

REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "tags": ((pop3().replace("</Protocol>", "<a/>" * 20_000 + "</Protocol>"), smtp()), r"20\d\d\d tags, more"),
    "attributes": (
        (pop3().replace("<Type>", "<Type " + " ".join(f"a{number}=''" for number in range(5_001)) + ">"), smtp()),
        r"50\d\d attributes, more",
    ),
    "Protocols": ((BARE * 201,), "201 Protocols, more than the limit of 200"),
    "nested Protocols": (("<Protocol><Type>POP3</Type>" * 100 + "</Protocol>" * 100,) * 3, "201 Protocols, more"),
    "Accounts": (("</Account>" + "<Account/>" * 201 + "<Account>",), "201 Accounts, more than the limit of 200"),
    "bad values": ((pop3(Port="x" * 400, Server="y z"),) * 150, "And 295 more"),
    "servers without TLS": (
        (
            pop3(),
            *[smtp(Encryption="None", Port="25", SSL="off", Server=f"{'a.' * 120}d{n}") for n in range(150)],
        ),
        r"and 145 more\..*, \.\.\.\]",
    ),
}


@pytest.mark.parametrize(("protocols", "words"), REFUSED.values(), ids=REFUSED)
def test_an_answer_without_end_is_refused_in_one_sentence(protocols: tuple[str, ...], words: str) -> None:
    start = time.process_time()
    (row,) = plan(request(*protocols)).refused
    assert re.search(words, row["reason"]), row
    assert len(row["reason"]) < 4_000 and time.process_time() - start < 5


def test_ten_findings_of_a_code_are_told_and_the_others_counted() -> None:
    made = plan(request(pop3(), smtp(), *[smtp(Server=f"s{n}.example.org", SPA="perhaps") for n in range(150)]))
    for code in ("boolean-unknown", "server-not-used"):
        rows = [row for row in made.findings if row["code"] == code]
        assert len(rows) == 10 and rows[-1]["message"].endswith(" And 140 more of the same kind.")
    assert len(json.dumps(made.findings)) < 50_000


def test_findings_are_left_alone_where_they_are_few() -> None:
    findings = tuple(Finding("port-missing", str(number)) for number in range(10))
    assert few_of_a_kind(findings) == findings
    assert few_of_a_kind(findings, {"port-missing": 3})[-1].message == "9 And 3 more of the same kind."


def test_reasons_are_counted() -> None:
    assert few(["a.", "b."]) == "a. b." and few(["a."] * 12) == "a. a. a. a. a. And 7 more."


def test_settings_of_the_caller_have_a_bound_too() -> None:
    with pytest.raises(SettingsError, match="outgoing has 201 servers, more than the limit of 200"):
        validate({"version": 1, "incoming": [], "outgoing": [{}] * 201}, ADA)


def sparse(path: Path) -> None:
    path.write_bytes(b"")
    os.truncate(path, 2**40)


FILES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "too large": (lambda path: path.write_bytes(b"x" * 1_048_577), "has 1048577 bytes, and no more than 1048576"),
    "a sparse file of a tebibyte": (sparse, "has 1099511627776 bytes"),
}


@pytest.mark.parametrize(("prepare", "words"), FILES.values(), ids=FILES)
def test_a_file_of_the_caller_is_read_as_far_as_an_answer_goes(tmp_path: Path, prepare: Any, words: str) -> None:
    prepare(tmp_path / "a.xml")
    with pytest.raises(AnswerError, match=f"a.xml {words}"):
        read_answer("a.xml", [str(tmp_path / "a.xml")], lambda path: path)


def test_the_largest_answer_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"x" * 1_048_576)
    assert len(read_answer("a.xml", [str(tmp_path / "a.xml")], lambda path: path)) == 1_048_576
