# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Values in, the words of messages out: hostile text cannot break a line or fill a screen, and no password is said."""

from __future__ import annotations

from typing import TypeVar, cast

from ..module_utils._errors import presentable as _presentable
from ..module_utils._errors import printable
from ..module_utils._secrets import without_password, without_password_of_login
from ..module_utils._words import did_you_mean, listed

__all__ = ("did_you_mean", "listed", "named", "presentable", "printable", "quoted", "quoted_login")

_Plain = TypeVar("_Plain")


def quoted(value: object, limit: int = 80) -> str:
    """Return ``value`` in double quotes, shortened to ``limit`` characters, unprintable ones escaped, no password."""
    text = without_password(str(value))
    shown = text if len(text) <= limit else text[:limit] + "..."
    return '"' + "".join(c if c.isprintable() and c != '"' else _escaped(c) for c in shown) + '"'


def quoted_login(value: object, limit: int = 80) -> str:
    """Return a login or the name of a host as ``quoted`` does; what stands after a colon and is no port is hidden.

    Somebody may have written ``ada:secret`` where a login belongs.
    """
    return quoted(without_password_of_login(str(value)), limit)


def named(text: object) -> str:
    """Return an address, a path or a source as it stands in a sentence without quotes."""
    return printable(without_password(str(text)))


def presentable(value: _Plain) -> _Plain:
    """Return plain data in which no text is one that a terminal or a log would obey: for all that a person reads."""
    return cast(_Plain, _presentable(value))


def _escaped(character: str) -> str:
    if character == '"':
        return '\\"'
    return character.encode("unicode_escape").decode("ascii")
