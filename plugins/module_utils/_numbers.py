# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes files in which a client refers to the numbers of its sections, gives these; chooses one for a new section.

A number that leaves one file is free there, while other files of the client go on meaning the old thing by it: Claws
Mail keeps passwords by the number of the account, so the next account with it would get the password of the last.
"""

from __future__ import annotations

import re

from ._errors import FileProblem
from ._limits import NUMBERS

_LARGEST_INT = 2**31 - 1
"""Clients keep the number in a C int."""

_HIGHEST = 1000000
"""No client came this far by counting: a higher number was planted, and counting on from it would overflow the int."""

_OVERLAP = 256
"""More than a text to look for, what may stand after it, and the digits of a number."""

_BETWEEN = rb"""[ \t="'+]{0,8}([0-9]{1,64})(?![0-9])"""


def as_int(digits: bytes) -> int:
    """Return what ``atoi`` of the C library makes of digits: the lower half of a long, which may be negative."""
    number = min(int(digits), 2**63 - 1) & 0xFFFFFFFF
    return number - 2**32 if number > _LARGEST_INT else number


def pattern_of(texts: list) -> object:
    """Return the pattern of a number after one of ``texts``; a line feed stands for the start of a line."""
    return re.compile(b"(?:" + b"|".join(re.escape(text.encode("utf-8")) for text in texts) + b")" + _BETWEEN)


def numbers_in(pieces: object, pattern: object, shown: str) -> set:
    """Return the numbers that a file refers to. ``pieces`` yields its bytes, piece by piece.

    Raises FileProblem when there are more of them than any real file has.
    """
    found = set()
    text = b"\n"
    for piece in pieces:
        text += piece
        _collect(pattern, text, len(text) - 1, found)
        if len(found) > NUMBERS:
            raise FileProblem(f"{shown} refers to more than {NUMBERS} numbers of accounts")
        text = text[-_OVERLAP:]
    _collect(pattern, text, len(text), found)
    return found


def _collect(pattern: object, text: bytes, end: int, found: set) -> None:
    for match in pattern.finditer(text):
        # A number that ends with the piece may go on in the next one.
        if match.end() <= end:
            found.add(as_int(match.group(1)))


def number_of(name: bytes, prefix: bytes) -> object:
    """Return the number that a client reads from the name of a section, or None.

    Claws Mail and Sylpheed go on to the first digit (prefs_account.c), so ``Account: x07`` is account 7 as well.
    """
    digits = re.match(rb"[^0-9]*([0-9]{1,64})", name[len(prefix) :]) if name.startswith(prefix) else None
    return as_int(digits.group(1)) if digits else None


def next_number(taken: set) -> int:
    """Return a number above all that are taken, or, where there is none, the smallest that is free."""
    number = max([number for number in taken if number > 0], default=0) + 1
    if number <= _HIGHEST:
        return number
    number = 1
    while number in taken:
        number += 1
    return number
