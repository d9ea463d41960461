# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes the bytes of a text file, gives our blocks of lines in it to read and change; all other bytes stay.

A block stands between two comment lines that name the set and the account::

    # BEGIN mailfleet.autodiscover default ada@example.org
    ...
    # END mailfleet.autodiscover default ada@example.org
"""

from __future__ import annotations

from ._errors import FileProblem

_ENDS = b"\r\n"
_NAME = b"mailfleet.autodiscover"
SHARED = "(all accounts)"
"""Stands in the place of the account on a block that all accounts of a client need."""


class Text:
    """The whole file, as lines."""

    def __init__(self, data: bytes, shown: str, comment: str, name: str) -> None:
        self._lines = data.splitlines(keepends=True)
        self._shown = shown
        self._comment = comment.encode("utf-8", "surrogateescape")
        self._name = name
        # Sought once for all accounts, and kept through changes: a person's file may have many more lines than ours.
        self._marks = {}
        self._note_marks(0, self._lines)
        self._newline = b"\r\n" if self._lines and self._lines[0].endswith(b"\r\n") else b"\n"

    def __bytes__(self) -> bytes:
        return b"".join(self._lines)

    def get(self, account: str) -> object:
        """Return the lines of a block, each ended by a line feed, or None. Raises FileProblem for half a block."""
        span = self._span(account)
        if span is None:
            return None
        return b"".join(line.rstrip(_ENDS) + b"\n" for line in self._lines[span[0] + 1 : span[1]])

    def set(self, account: str, text: bytes) -> bool:
        """Replace a block, or add it at the end; return whether the line before it had to be ended for that."""
        lines = [line.rstrip(_ENDS) + self._newline for line in text.splitlines()]
        span = self._span(account)
        if span is not None:
            self._replace(span[0] + 1, span[1], lines)
            return False
        closed = bool(self._lines) and not self._lines[-1].endswith((b"\n", b"\r"))
        if closed:
            self._lines[-1] += self._newline
        end = len(self._lines)
        self._replace(end, end, [self._marker(b"BEGIN", account), *lines, self._marker(b"END", account)])
        return closed

    def drop(self, account: str, closed: bool, others: list) -> object:
        """Remove a block; ``closed``: the line before it got its line ending from us.

        Return the account of ``others`` whose block came right after it, or None: that line is before this one now.
        """
        span = self._span(account)
        if span is None:
            return None
        self._replace(span[0], span[1] + 1, [])
        if span[0] == len(self._lines):
            if closed and self._lines:
                self._lines[-1] = self._lines[-1].rstrip(_ENDS)
            return None
        follows = self._lines[span[0]].strip()
        return next((other for other in others if self._marker(b"BEGIN", other).strip() == follows), None)

    def _marker(self, word: bytes, account: str) -> bytes:
        label = f" {_NAME.decode()} {self._name} {account or SHARED}".encode("utf-8", "surrogateescape")
        return self._comment + b" " + word + label + self._newline

    def _note_marks(self, start: int, lines: list) -> None:
        for number, line in enumerate(lines, start):
            if _NAME in line:
                self._marks.setdefault(line.strip(), []).append(number)

    def _replace(self, start: int, end: int, lines: list) -> None:
        if end < len(self._lines) or start < end:
            by = len(lines) - (end - start)
            for numbers in self._marks.values():
                numbers[:] = [
                    number + by if number >= end else number for number in numbers if not start <= number < end
                ]
        self._lines[start:end] = lines
        self._note_marks(start, lines)

    def _span(self, account: str) -> object:
        begin, end = (self._marker(word, account).strip() for word in (b"BEGIN", b"END"))
        starts, ends = self._marks.get(begin, []), self._marks.get(end, [])
        if not starts and not ends:
            return None
        if len(starts) != 1 or len(ends) != 1 or ends[0] < starts[0]:
            raise FileProblem(
                f"{self._shown} has not exactly one line {begin.decode('utf-8', 'replace')!r} with its END after it: "
                "somebody changed the lines that mark our block. Restore them, or remove what is left of the block."
            )
        return starts[0], ends[0]
