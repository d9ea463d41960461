# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sections placed and removed again in files that nobody would write by hand: other bytes survive."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._ini import Document
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._request import WantedSection
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._sections import Sections

PIECES = [
    b"[",
    b"]",
    b"=",
    b"#",
    b"\n",
    b"\r\n",
    b"\r",
    b"[A: 1]\n",
    b"[A: 2]\r\n",
    b"[A: ]\n",
    b"id=ada\n",
    b"ID=Ada\r\n",
    b"k=own\n",
    b"k=",
    b"type=0\n",
    b"\xff",
    b"\0",
]
HOSTILE = st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=3)), max_size=30).map(b"".join)


def wanted(account="ada"):
    section = WantedSection()
    section.account = account
    section.numbered, section.name = "A: ", None
    section.match = {b"id": account.encode(), b"type": b"0"}
    section.fixed = {}
    section.enforced = {b"id": account.encode(), b"type": b"0", b"k": b"ours"}
    section.seeded = {b"name": b"x"}
    return section


def placed(data, record, accounts):
    """Return the file and the record after a run, the record as it comes back from disk."""
    sections = Sections(Document(data), "/f", record)
    sections.place("c", [wanted(account) for account in accounts], set(), "adopt")
    assert not sections.errors
    return bytes(sections.document), json.loads(json.dumps(sections.record)), sections


@settings(max_examples=300)
@given(HOSTILE, st.sampled_from([["ada"], ["ada", "bob"], ["bob", "ada"]]))
def test_placed_and_removed_gives_the_original_bytes(data, accounts):
    after, record, _sections = placed(data, {}, accounts)
    again, same, second = placed(after, record, accounts)
    assert again == after and same == record and not second.drift and not second.changed
    sections = Sections(Document(after), "/f", record)
    sections.remove(lambda client, recorded: True)
    assert bytes(sections.document) == data and not any(sections.record.values())


@settings(max_examples=300)
@given(HOSTILE)
def test_lines_of_others_survive_and_keep_their_order(data):
    after, _record, sections = placed(data, {}, ["ada"])
    ours = {b"id", b"type", b"k"}
    theirs = [line for line in data.split(b"\n") if line.strip(b"\r") and line.partition(b"=")[0].lower() not in ours]
    rest = iter(after.split(b"\n"))
    assert all(any(line.strip(b"\r") == other.strip(b"\r") for other in rest) for line in theirs)
    assert sections.changed or after == data
