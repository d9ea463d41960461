# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes a section as it was wanted and made, gives what the record keeps of it; finds that of a wanted section."""

from __future__ import annotations

from ._identity import mark, text
from ._ini import Section


def kind_of(account: str, prefix: object, name: object) -> tuple:
    """Return what a section's record is sought by: numbers change, fixed names do not."""
    return account, prefix, None if prefix is not None else name


def same_kind(recorded: dict, wanted: object) -> bool:
    """Whether a recorded and a wanted section are for the same account and have the same fixed name or numbering."""
    return kind_of(recorded["account"], recorded["numbered"], recorded["name"]) == kind_of(
        wanted.account, wanted.numbered, wanted.name
    )


def match_of(wanted: object) -> dict:
    """Return what tells the section apart, in the form of the record."""
    return {text(key): mark(text(key), value) for key, value in wanted.match.items()}


def pair(wanted: object, records: list) -> object:
    """Take the record of a wanted section out of ``records``, preferably one with the same identity."""
    match = match_of(wanted)
    found = next((item for item in records if item["match"] == match), records[0] if records else None)
    if found is not None:
        records.remove(found)
    return found


def record_of(wanted: object, section: Section, created: bool, blank: bool) -> dict:
    """Return the record of a section; the caller adds its keys."""
    return {
        "account": wanted.account,
        "name": text(section.name),
        "numbered": wanted.numbered,
        "match": match_of(wanted),
        "created": created,
        "whole": wanted.whole,
        "blank": blank,
        "keys": {},
    }
