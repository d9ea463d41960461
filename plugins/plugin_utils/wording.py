# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Values in, the words of messages out: hostile text cannot break a line or fill a screen."""

from __future__ import annotations

from collections.abc import Iterable


def quoted(value: object, limit: int = 80) -> str:
    """Return ``value`` in double quotes, shortened to ``limit`` characters, with everything unprintable escaped."""
    text = str(value)
    shown = text if len(text) <= limit else text[:limit] + "..."
    return '"' + "".join(c if c.isprintable() and c != '"' else _escaped(c) for c in shown) + '"'


def _escaped(character: str) -> str:
    if character == '"':
        return '\\"'
    return character.encode("unicode_escape").decode("ascii")


def listed(items: Iterable[str], last: str = "and") -> str:
    """Return ``a, b and c``."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
