# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes what is wanted or on record of files, gives for each how much of it is read, and reads no more than that.

All files of one user count together: two hundred of them cost no more than a few. What the caller wants in a file
is allowed on top of each bound, of keys eight times: clients add some (Claws Mail makes 5 kB of our 700 bytes).
"""

from __future__ import annotations

import json
import re

from ._errors import FileProblem
from ._limits import (
    DIGESTED_BYTES,
    KCONFIG_BYTES,
    KEYED_BYTES,
    LINES,
    OURS_BYTES,
    READ_BYTES,
    SECTIONS,
    WHOLE_BYTES,
)
from ._tree import Spot, Unread, fingerprint, read, refuse_special

# How much of a file is needed, from nothing to all.
THERE, IDENTITY, OURS, CONTENT = range(4)

_GROWTH = 8
_LINES_OF_A_PART = 250
_BLOCK = 4096
_HEADER = {"prefs": re.compile(rb"^\[", re.M)}
_INDENTED_HEADER = re.compile(rb"^[ \t]*\[", re.M)


class Look:
    """One place to look at: ``candidates`` are (exists or None, Place); ``size`` and ``parts``: what is ours in it."""

    __slots__ = ("candidates", "directories", "numbers_in", "need", "syntax", "size", "parts")

    def __init__(self, candidates: list, directories: list, numbers_in: list) -> None:
        self.candidates = candidates
        self.numbers_in = numbers_in
        self.directories = directories
        self.need = THERE
        self.syntax = None
        self.size = 0
        self.parts = 0

    @property
    def tokens(self) -> list:
        return [place.token for _exists, place in self.candidates]

    def for_wanted(self, wanted: object, recorded: list) -> None:
        """Make room for a file that is wanted; ``recorded`` has the entries of its candidates."""
        need = {"once": THERE, "whole": OURS}.get(wanted.kind, CONTENT)
        if need == THERE and any("unfinished" in entry for entry in recorded):
            need = IDENTITY
        self._grow(need, wanted.syntax if wanted.kind == "sections" else None)
        for section in wanted.sections or []:
            if section is not None:
                tables = section.to_create()
                keys = [pair for _role, table in tables for pair in table.items()]
                self.size += _GROWTH * sum(len(key) + len(value) for key, value in keys)
                self.parts += 1
        for _account, text in wanted.blocks or []:
            self.size += len(text)
            self.parts += 1
        for _path, value in wanted.values or []:
            self.size += len(json.dumps(value))
        self.size += len(wanted.content or b"")

    def for_recorded(self, entry: dict) -> None:
        """Make room for a file of which something goes."""
        need = {"once": IDENTITY, "whole": OURS}.get(entry["kind"], CONTENT)
        self._grow(need, entry.get("syntax", "prefs") if entry["kind"] == "sections" else None)
        for section in entry.get("sections", []):
            self.size += _GROWTH * sum(len(key) + len(str(kept["written"])) for key, kept in section["keys"].items())
            self.parts += 1
        for _block in entry.get("blocks", []):
            self.size += _BLOCK
            self.parts += 1
        for value in entry.get("values", []):
            self.size += len(json.dumps(value["written"]))

    def _grow(self, need: int, syntax: object) -> None:
        self.need = max(self.need, need)
        self.syntax = syntax or self.syntax

    @property
    def most(self) -> int:
        """The bytes that may be read."""
        bounds = {"kconfig": KCONFIG_BYTES}
        return (WHOLE_BYTES if self.need == OURS else bounds.get(self.syntax, KEYED_BYTES)) + self.size


class Reader:
    """Reads the files of one user in one run, as far as they and all of them together may be read."""

    def __init__(self, user: object, looks: list) -> None:
        self._whose = f"the files of {user.name}" if user is not None else "all files outside homes"
        self._read = READ_BYTES + sum(look.size for look in looks)
        self._digested = DIGESTED_BYTES

    def content(self, spot: Spot, shown: str, look: Look) -> object:
        """Return the bytes of the file at ``spot``, or ``Unread``; ``spot.status`` is not None."""
        refuse_special(spot.status, shown)
        if look.need == THERE:
            return Unread()
        size = spot.status.st_size
        if look.need == CONTENT or size <= min(look.most, self._read):
            content = self._all(spot, shown, look, size)
            if look.need == CONTENT:
                _refuse_flood(content, shown, look)
            return content
        if size > OURS_BYTES or size > self._digested:
            if look.need == IDENTITY:
                return Unread()  # it is larger than anything that we wrote, so it is none of ours
            raise FileProblem(
                f"{shown} has {size} bytes, and no more than {OURS_BYTES} are read of a file, {DIGESTED_BYTES} of "
                f"{self._whose} together: that is no settings file; move it away."
            )
        self._digested -= size
        unread = Unread()
        unread.digest = fingerprint(spot, shown)[0]
        return unread

    def _all(self, spot: Spot, shown: str, look: Look, size: int) -> bytes:
        if self._read < size <= look.most:
            raise FileProblem(
                f"{shown} has {size} bytes, and of {self._whose} together no more than {READ_BYTES} are read beside "
                "what was installed: move away what does not belong there."
            )
        # Somebody may write to the file meanwhile; that counts too.
        content = read(spot, shown, look.most if size > look.most else min(look.most, self._read))[0]
        self._read -= len(content)
        return content


def _refuse_flood(content: bytes, shown: str, look: Look) -> None:
    """Raise FileProblem for more lines or sections than any client writes: each of them costs more than its bytes."""
    lines = content.count(b"\n") + content.count(b"\r")
    most = LINES + _LINES_OF_A_PART * look.parts
    if lines > most:
        raise FileProblem(f"{shown} has {lines} lines, more than {most}: that is no settings file; move it away.")
    if look.syntax is None:
        return
    most = SECTIONS + look.parts
    for number, _found in enumerate(_HEADER.get(look.syntax, _INDENTED_HEADER).finditer(content), 1):
        if number > most:
            raise FileProblem(
                f"{shown} has more than {most} sections: no client makes as many; remove what does not belong there."
            )
