# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Text of a response in; where a failing script of the server printed a message into it, out."""

from __future__ import annotations

import re

SCRIPT_ELEMENTS = frozenset(("b", "br", "font", "p", "pre", "table", "xdebug-error"))
"""Elements of HTML in lower case that a failing script prints before its response or between the elements of it."""

_MESSAGE = re.compile(
    r"(?:^|<b>|\bPHP )[ \t]{0,20}(?:(?:fatal |parse |compile )?error|warning|notice|deprecated|strict standards"
    r"|exception|traceback \(most recent call last\))(?:</b>)?[ \t]{0,20}:",
    re.I | re.M,
)
"""How a message of PHP or Python begins."""


def script_message(text: str) -> re.Match[str] | None:
    """Return the beginning of the first message of a script in ``text``, or null."""
    return _MESSAGE.search(text) if ":" in text else None
