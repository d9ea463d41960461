# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes a reason why something cannot be done, gives an error whose text is a sentence for a person."""

from __future__ import annotations

import os
import re

from ._secrets import without_password

# What moves a terminal's cursor, turns a line around, breaks it, or is not seen: control characters (C0, DEL, C1), bidi
# marks, overrides and isolates, blanks without width, line separators, and halves of characters, which nobody can print
# (a name or a file may hold bytes that are no UTF-8). The same that no address may hold (settings/names.py).
_UNSEEN = (
    r"\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    r"\U000e0000-\U000e007f"
)
_HOSTILE = re.compile(f"[{_UNSEEN}]")
_HOSTILE_IN_LINES = re.compile(rf"(?![\n\t])[{_UNSEEN}]")
_LINES = frozenset(("after", "before", "prepared", "exception", "module_stderr", "module_stdout"))
"""What has lines in a diff entry and in a module's failure: there, line breaks and tabs stay."""


AS_ROOT = "run as root (become: true)"
"""Said only to those who are not."""


class InstallError(Exception):
    """Nothing can be done at all: the request, the record or the root is wrong."""


class FileProblem(Exception):
    """One file cannot be had as asked. The accounts that need it are refused, others go on."""


class MissingUser(FileProblem):
    """The user or the user's home directory is not on this host."""


def or_as_root(in_home: bool = False) -> str:
    """Return the end of an advice for who is not root. What is in a home is done as its user, whoever started it."""
    return "" if in_home or os.geteuid() == 0 else f", or {AS_ROOT}"


def make_writable(in_home: bool = False) -> str:
    """Return what to do about a directory in which nothing can be written. Root is kept out by the filesystem alone."""
    if os.geteuid() == 0:
        return "see whether its filesystem is mounted read-only, or the directory is immutable (lsattr -d)"
    return f"change its mode or owner{or_as_root(in_home)}"


def quoted(value: object, limit: int = 80) -> str:
    """Return ``value`` in double quotes, shortened, without a password, and escaped so that it cannot break a line."""
    text = without_password(str(value))
    if len(text) > limit:
        text = text[:limit] + "..."
    return '"' + "".join(_shown(c) for c in text) + '"'


def _shown(character: str) -> str:
    if character == '"':
        return '\\"'
    return character if character.isprintable() else ascii(character)[1:-1]


def printable(text: str, lines: bool = False) -> str:
    """Return ``text`` with everything escaped that a terminal or a log obeys instead of showing it.

    Names of links and files, and what is in them, are whatever their owner likes. ``lines``: breaks and tabs stay.
    """
    if text.isprintable():
        return text
    return (_HOSTILE_IN_LINES if lines else _HOSTILE).sub(lambda found: ascii(found.group())[1:-1], text)


def presentable(value: object, lines: bool = False) -> object:
    """Return plain data with each text in it ``printable``: the last thing that happens to a result."""
    if isinstance(value, str):
        return printable(value, lines)
    if isinstance(value, dict):
        return {presentable(key): presentable(item, lines or key in _LINES) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [presentable(item, lines) for item in value]
    return value


def because(error: OSError) -> str:
    """Return what the operating system says, as the tail of a sentence."""
    return (os.strerror(error.errno) if error.errno else str(error)).lower()
