# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes a document and what record or caller say of a section, gives the section on disk that is meant, or None.

A client may renumber its sections whenever it writes its file, so a number alone proves nothing:
a section is the one we mean when the keys that tell accounts apart hold what we wrote there.
"""

from __future__ import annotations

from ._diffs import is_secret
from ._ini import Document, Section
from ._record import digest


def text(value: bytes) -> str:
    """Return bytes of a file as text that can be turned into the same bytes again."""
    return value.decode("utf-8", "surrogateescape")


def raw(value: str) -> bytes:
    """Return the bytes of ``text``."""
    return value.encode("utf-8", "surrogateescape")


def mark(key: str, value: bytes) -> str:
    """Return what the record keeps of a value that we wrote: the value, of a secret only a digest."""
    return digest(raw(key.lower()) + b"=" + value) if is_secret(key) else text(value)


def holds(section: Section, key: str, written: str) -> bool:
    """Whether ``key`` still has exactly the value that we wrote."""
    value = section.get(raw(key))
    return value is not None and mark(key, value) == written


def numbered(document: Document, prefix: str) -> list:
    """Return (number, section) of the sections named ``prefix`` and a number; the first of equal names counts."""
    return [pair for pair in _numbered(document, prefix).values() if id(pair[1]) not in document.removed]


def _numbered(document: Document, prefix: str) -> dict:
    """Return name to (number, section), looked up once; sections that were removed since are among them."""
    known = document.lookups.get(prefix)
    if known is None:
        known = document.lookups[prefix] = {"found": {}, "appended": len(document.appended)}
        sections = document.sections
    else:
        sections = document.appended[known["appended"] :]
        known["appended"] = len(document.appended)
    found = known["found"]
    start = raw(prefix)
    for section in sections:
        digits = section.name[len(start) :]
        # Nine digits: the clients read the number into an int.
        if section.name.startswith(start) and digits.isdigit() and len(digits) <= 9:
            if section.name in found and id(found[section.name][1]) in document.removed:
                del found[section.name]
            found.setdefault(section.name, (int(digits), section))
    return found


def _numbered_with(document: Document, prefix: str, key: str, value: str) -> list:
    """Return the numbered sections whose ``key`` may hold ``value``, in their order.

    A person's file may have thousands of sections: they are looked through once, then only those that were changed.
    """
    found = _numbered(document, prefix)
    place = (prefix, key)
    if place not in document.lookups:
        by_value, order = {}, {}
        for _number, section in found.values():
            order[id(section)] = len(order)
            held = section.get(raw(key))
            if held is not None:
                by_value.setdefault(mark(key, held).lower(), []).append(section)
        document.lookups[place] = by_value, order
    by_value, order = document.lookups[place]
    sections = {id(section): section for section in by_value.get(value.lower(), [])}
    for section in document.changed.values():
        if found.get(section.name, (0, None))[1] is section:
            sections[id(section)] = section
    return [
        section
        for section in sorted(sections.values(), key=lambda section: order.get(id(section), len(order)))
        if id(section) not in document.removed
    ]


def matching(document: Document, wanted: object, taken: set) -> object:
    """Return the section that holds all of ``wanted.match``; without a match, the one with its fixed name."""
    if wanted.name is not None:
        section = document.section(raw(wanted.name))
        candidates = [section] if section is not None else []
    else:
        key, value = next(((text(key), mark(text(key), value)) for key, value in wanted.match.items()), (None, None))
        candidates = [] if key is None else _numbered_with(document, wanted.numbered, key, value)
    for section in candidates:
        if id(section) not in taken and all(
            _alike(section, text(key), mark(text(key), value)) for key, value in wanted.match.items()
        ):
            return section
    return None


def recorded_section(document: Document, recorded: dict, taken: set, sure: bool = False) -> object:
    """Return the section of a record entry: where it was, else wherever its identity is now.

    A section that stayed in its place and lost less than half of its identity (a person changed the login) is still
    the same thing, unless we must be ``sure``, because it is to be removed.
    """
    identity, exact = _identity(recorded)
    place = document.section(raw(recorded["name"]))
    if place is not None and id(place) in taken:
        place = None
    if place is not None and _agreement(place, identity) == len(identity):
        return place
    if recorded["numbered"] and identity:
        for section in _numbered_with(document, recorded["numbered"], *next(iter(identity.items()))):
            if id(section) not in taken and _agreement(section, identity) == len(identity):
                return section
    if place is not None and not (sure and exact) and 2 * _agreement(place, identity) > len(identity):
        return place
    return None


def _identity(recorded: dict) -> tuple:
    """Return the keys that tell the section apart, what they hold, and whether they were named for that purpose."""
    written = {key.lower(): value["written"] for key, value in recorded["keys"].items()}
    if recorded["match"]:
        return {key: written.get(key.lower(), value) for key, value in recorded["match"].items()}, True
    if not recorded["numbered"]:
        return {}, False  # the fixed name is all the identity there is
    fixed = {key: value["written"] for key, value in recorded["keys"].items() if value["role"] == "fixed"}
    return fixed or {
        key: value["written"] for key, value in recorded["keys"].items() if value["role"] == "enforced"
    }, False


def _agreement(section: Section, identity: dict) -> int:
    return sum(_alike(section, key, value) for key, value in identity.items())


def _alike(section: Section, key: str, value: str) -> bool:
    found = section.get(raw(key))
    return found is not None and mark(key, found).lower() == value.lower()
