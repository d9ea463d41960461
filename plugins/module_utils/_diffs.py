# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes what was found and what shall be, gives drift rows and diff entries that show no secret, old or new."""

from __future__ import annotations

import re

HIDDEN = "********"
HIDDEN_NEW = "******** (another value)"
# Core's own limit for diffs (MAX_FILE_SIZE_FOR_DIFF).
_MOST_BYTES = 104448
_SECRET = re.compile(r"pass|secret", re.I)

# How settings files write a secret: <password>x</password>; a plist's <key>..Password</key><string>x</string>; and key
# = x,
# key: x, "key", x, key x on a line of its own, or password x (netrc), :password "x" (Lisp) within one. Rather too much
# than too little.
_IN_FILES = (
    re.compile(r"(<(?:[\w.-]+:)?[\w.-]*(?:pass|secret)[\w.-]*(?:\s[^<>]*)?(?<!/)>)([^<]+)", re.I),
    re.compile(r"(<key>[^<]*(?:pass|secret)[^<]*</key>\s*<(?:string|data)>)([^<]+)", re.I),
    re.compile(
        r"""(["'][\w.$ -]*(?:pass|secret)[\w.$ -]*["']\s*[=:,]\s*)"""
        r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[^\s,}\])]+)""",
        re.I,
    ),
    re.compile(
        r"""^([ \t]*(?:set[ \t]+)?[\w.$:/\[\]-]*(?:pass|secret)[\w.$:/\[\]-]*(?:[ \t]*[=:][ \t]*|[ \t]+))([^\r\n]+)""",
        re.I | re.M,
    ),
    re.compile(r"""(\bpassword[ \t]+|:[\w-]*(?:pass|secret)[\w-]*[ \t]+)("(?:[^"\\\n]|\\.)*"|[^\s"()]+)""", re.I),
)


def is_secret(key: str) -> bool:
    """Whether the value of ``key`` is never shown."""
    return _SECRET.search(key) is not None


def shown(key: str, value: object) -> object:
    """Return ``value`` as it may be shown: None stays None."""
    return HIDDEN if value is not None and is_secret(key) else value


def redacted(text: str) -> str:
    """Return the text of a whole file without the values of its secrets."""
    for pattern in _IN_FILES:
        text = pattern.sub(lambda found: found.group(1) + HIDDEN, text)
    return text


def drift_row(path: str, client: str, email: object, key: object, reason: str, expected: object, found: object) -> dict:
    """Return one difference between what shall be and what was found."""
    return {
        "path": path,
        "client": client,
        "email": email,
        "key": key,
        "reason": reason,
        "expected": expected,
        "found": found,
    }


def whole_diff(path: str, before: object, after: object) -> dict:
    """Return the diff entry for a whole file; None stands for no file."""
    entry = {"before_header": path, "after_header": path}
    for content in (before, after):
        if content is not None and len(content) > _MOST_BYTES:
            return dict(entry, prepared=f"--- {path}\n+++ {path}\ndiff skipped: more than {_MOST_BYTES} bytes\n")
        if content is not None and _is_binary(content):
            return dict(entry, prepared=f"--- {path}\n+++ {path}\ndiff skipped: the content is binary\n")
    old = redacted(_text(before))
    new = redacted(_text(after))
    if old == new and before != after:
        what = "an empty file" if not old else "only values that are not shown differ"
        return dict(entry, prepared=f"--- {path}\n+++ {path}\n{what}\n")
    return dict(entry, before=old, after=new)


def _text(content: object) -> str:
    return "" if content is None else content.decode("utf-8", "replace")


def _is_binary(content: bytes) -> bool:
    if b"\0" in content:
        return True
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def keyed_diff(path: str, changes: list) -> dict:
    """Return the diff entry for ``changes``: (section, key, old, new), None for no such key. Nothing else is shown."""
    sides = []
    for side in (2, 3):
        lines = []
        section = None
        for change in changes:
            value = change[side]
            if value is None:
                continue
            if change[0] != section:
                section = change[0]
                lines.append(f"[{section}]\n")
            if is_secret(change[1]):
                value = HIDDEN_NEW if side == 3 and change[2] is not None else HIDDEN
            lines.append(f"{change[1]}={value}\n")
        sides.append("".join(lines))
    return {"before_header": path, "after_header": path, "before": sides[0], "after": sides[1]}


def attribute_diff(path: str, before: dict, after: dict) -> dict:
    """Return the diff entry for mode and owner, which a content diff cannot show."""
    header = f"{path} (attributes)"
    return {"before_header": header, "after_header": header, "before": before, "after": after}
