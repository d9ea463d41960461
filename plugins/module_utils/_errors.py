# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes a reason why something cannot be done, gives an error whose text is a sentence for a person."""

from __future__ import annotations

import os


class InstallError(Exception):
    """Nothing can be done at all: the request, the record or the root is wrong."""


class FileProblem(Exception):
    """One file cannot be had as asked. The accounts that need it are refused, others go on."""


class MissingUser(FileProblem):
    """The user or the user's home directory is not on this host."""


def quoted(value: object, limit: int = 80) -> str:
    """Return ``value`` in double quotes, shortened, and escaped so that it cannot break a line."""
    text = str(value)
    if len(text) > limit:
        text = text[:limit] + "..."
    return '"' + "".join(_shown(c) for c in text) + '"'


def _shown(character: str) -> str:
    if character == '"':
        return '\\"'
    return character if character.isprintable() else ascii(character)[1:-1]


def printable(text: str) -> str:
    """Return ``text`` with everything unprintable escaped: names of links and files are whatever their owner likes."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def because(error: OSError) -> str:
    """Return what the operating system says, as the tail of a sentence."""
    return (os.strerror(error.errno) if error.errno else str(error)).lower()
