# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes what was found and what shall be, gives drift rows and diff entries that show no secret, old or new.

Of what somebody else wrote a diff shows no line, only how many there are. Of our own lines, and of single keys that are
ours, it shows no value of a secret (_secrets.py).
"""

from __future__ import annotations

from ._secrets import HIDDEN, is_secret, redacted, shown, shown_value

__all__ = ("HIDDEN", "attribute_diff", "drift_row", "is_secret", "keyed_diff", "redacted", "shown", "shown_value")

HIDDEN_NEW = "******** (another value)"
# Core's own limit for diffs (MAX_FILE_SIZE_FOR_DIFF).
_MOST_BYTES = 104448


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


class Side:
    """One side of a diff: bytes, or None for no file; ``ours``: they are what we write, or what we are known to have.

    What is ours by the record is what has the digest of the record: whoever changed a letter in it may have added more.
    """

    __slots__ = ("content", "ours")

    def __init__(self, content: object, ours: bool) -> None:
        self.content = content
        self.ours = ours


def whole_diff(path: str, *pairs: tuple) -> dict:
    """Return the diff entry for a whole file, or for blocks of lines in one: pairs of the Sides before and after.

    Of a side that is not ours only the lines are shown that stand on one that is.
    """
    entry = {"before_header": path, "after_header": path}
    sides = [side for pair in pairs for side in pair]
    for before_or_after in (sides[::2], sides[1::2]):
        content = b"".join(side.content or b"" for side in before_or_after)
        if len(content) > _MOST_BYTES:
            return dict(entry, prepared=f"--- {path}\n+++ {path}\ndiff skipped: more than {_MOST_BYTES} bytes\n")
        if _is_binary(content):
            return dict(entry, prepared=f"--- {path}\n+++ {path}\ndiff skipped: the content is binary\n")
    texts = [(side.content or b"").decode("utf-8") for side in sides]
    clean = [redacted(text) if side.ours else None for side, text in zip(sides, texts)]
    ours = {}
    for text, shown_text in zip(texts, clean):
        for line, shown_line in zip(text.split("\n"), shown_text.split("\n") if shown_text is not None else ()):
            # A line may hold a secret in one place and none in another: then it is hidden in all.
            if ours.get(line, line) == line:
                ours[line] = shown_line
    texts = [_without_others(text, ours) if known is None else known for text, known in zip(texts, clean)]
    old, new = "".join(texts[::2]), "".join(texts[1::2])
    if old == new and [side.content for side in sides[::2]] != [side.content for side in sides[1::2]]:
        what = "an empty file" if not old else "only what is not shown differs"
        return dict(entry, prepared=f"--- {path}\n+++ {path}\n{what}\n")
    return dict(entry, before=old, after=new)


def _without_others(text: str, ours: dict) -> str:
    """Return the lines of ``text`` that ``ours`` has, as they are shown there, and for each run of others one line.

    Nothing else is done with them, so what is in a file of somebody else costs nothing either.
    """
    lines = []
    hidden = 0
    if not text:
        return ""
    for line in [*(text[:-1] if text.endswith("\n") else text).split("\n"), None]:
        if line is not None and (line not in ours or (hidden and not line.strip())):
            hidden += 1
            continue
        if hidden:
            what = "line that somebody else wrote is" if hidden == 1 else "lines that somebody else wrote are"
            lines.append(f"[{hidden} {what} not shown]")
            hidden = 0
        if line is not None:
            lines.append(ours[line])
    return "".join(f"{line}\n" for line in lines)


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
            value = shown(change[1], change[side])
            if value is None:
                continue
            if change[0] != section:
                section = change[0]
                lines.append(f"[{section}]\n")
            if side == 3 and change[2] not in (None, change[3]) and value == shown(change[1], change[2]):
                value = HIDDEN_NEW if value == HIDDEN else f"{value} (another value)"
            lines.append(f"{change[1]}={value}\n")
        sides.append("".join(lines))
    return {"before_header": path, "after_header": path, "before": sides[0], "after": sides[1]}


def attribute_diff(path: str, before: dict, after: dict) -> dict:
    """Return the diff entry for mode and owner, which a content diff cannot show."""
    header = f"{path} (attributes)"
    return {"before_header": header, "after_header": header, "before": before, "after": after}
