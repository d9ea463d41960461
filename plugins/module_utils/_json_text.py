# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes the bytes of a JSON file, gives values in it to read and change by path; all other bytes stay as they are.

What is added can be taken away again, and the original bytes are back.
"""

from __future__ import annotations

import json
import re

from ._errors import FileProblem
from ._limits import JSON_DIGITS, JSON_MEMBERS

_SPACE = " \t\r\n"
_SPACES = re.compile(f"[{_SPACE}]*")
_INDENT = "  "


def _whole_number(digits: str) -> int:
    """Return the number, as Python 3.11 does: older ones take minutes for a million digits."""
    if len(digits) > JSON_DIGITS:
        raise ValueError(f"it holds a number of more than {JSON_DIGITS} digits")
    return int(digits)


_DECODER = json.JSONDecoder(parse_int=_whole_number)


class _Object:
    """An object in the text: ``start`` is the place after its brace, ``end`` that of its closing brace."""

    __slots__ = ("start", "end", "members")

    def __init__(self, start: int) -> None:
        self.start = start
        self.end = start
        self.members = []  # (key, where the key starts, where the value starts, where it ends)

    def member(self, key: str) -> object:
        """Return the member that counts: of several with one name, the last."""
        return next((member for member in reversed(self.members) if member[0] == key), None)


class JsonText:
    """The whole file; an empty one is an empty object, and ``blank`` what it held."""

    def __init__(self, data: bytes, shown: str) -> None:
        try:
            self._text = data.decode("utf-8")
            if self._text.strip():
                document = _DECODER.decode(self._text)
                if not isinstance(document, dict):
                    raise ValueError("it is no object")
        except (ValueError, RecursionError) as error:
            raise FileProblem(
                f"{shown} is not what a program could read as JSON ({error}), so nothing is changed in it: correct it "
                "or move it away."
            ) from error
        self.blank = None if self._text.strip() else self._text
        if self.blank is not None:
            self._text = "{}\n"
        self._shown = shown
        self._scanned = (self._text, {})

    def __bytes__(self) -> bytes:
        return self._text.encode("utf-8")

    @property
    def _newline(self) -> str:
        return "\r\n" if "\r\n" in self._text else "\n"

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left but an empty object."""
        return json.loads(self._text) == {}

    def raw(self, path: list) -> object:
        """Return the text of the value at ``path``, or None."""
        place = self._find(path)
        return None if place is None else self._text[place[2] : place[3]]

    def set(self, path: list, value: object) -> int:
        """Put a value at ``path``; return how many objects had to be made around it."""
        place = self._find(path)
        if place is not None:
            self.put(path, json.dumps(value))
            return 0
        depth = 0
        within = self._root()
        while depth < len(path) - 1:
            member = within.member(path[depth])
            if member is None:
                break
            within = self._object_at(member, path[: depth + 1])
            depth += 1
        made = len(path) - 1 - depth
        for key in reversed(path[depth + 1 :]):
            value = {key: value}
        self._add(within, path[depth], value, depth)
        return made

    def put(self, path: list, text: str) -> None:
        """Replace the text of a value that is there."""
        place = self._find(path)
        self._text = self._text[: place[2]] + text + self._text[place[3] :]

    def drop(self, path: list, made: int) -> None:
        """Remove the value at ``path``, and those of ``made`` objects around it that are empty then."""
        self._drop_one(path)
        for length in range(len(path) - 1, len(path) - 1 - made, -1):
            place = self._find(path[:length])
            if place is None or json.loads(self._text[place[2] : place[3]]) != {}:
                return
            self._drop_one(path[:length])

    def _drop_one(self, path: list) -> None:
        place = self._find(path)
        if place is None:
            return
        within = self._root() if len(path) == 1 else self._object_at(self._find(path[:-1]), path[:-1])
        number = within.members.index(place)
        start, end = place[1], place[3]
        if number:
            start = within.members[number - 1][3]
        elif len(within.members) > 1:
            end = within.members[1][1]
        else:
            close = self._newline + _INDENT * (len(path) - 1)
            start = within.start
            end += len(close) if self._text.startswith(close, end) else 0
        self._text = self._text[:start] + self._text[end:]

    def _add(self, within: _Object, key: str, value: object, depth: int) -> None:
        newline = self._newline
        if within.members:
            last = within.members[-1]
            before = self._text[: last[1]]
            margin = before[len(before.rstrip(_SPACE)) :]
            spread = "\n" in margin
            indent = margin.rpartition("\n")[2] if spread else ""
            place, start, close = last[3], "," + (margin if spread else " "), ""
        else:
            spread = True
            outer = _INDENT * depth
            indent = outer + _INDENT
            # The blanks of an empty object stay behind ours, so that they are there again when ours go.
            place, start, close = within.start, newline + indent, newline + outer
        text = json.dumps(value, indent=_INDENT if spread else None, ensure_ascii=True)
        text = text.replace("\n", newline + indent)
        self._text = self._text[:place] + start + json.dumps(key) + ": " + text + close + self._text[place:]

    def _find(self, path: list) -> object:
        within = self._root()
        for depth, key in enumerate(path):
            member = within.member(key)
            if member is None or depth == len(path) - 1:
                return member
            within = self._object_at(member, path[: depth + 1])
        return None

    def _root(self) -> _Object:
        return self._scan(self._skip(0))

    def _object_at(self, member: object, path: list) -> _Object:
        if self._text[member[2]] != "{":
            raise FileProblem(
                f"{self._shown} holds something else than an object at {'.'.join(path)}, so nothing can be put into "
                "it: correct it."
            )
        return self._scan(member[2])

    def _skip(self, place: int) -> int:
        return _SPACES.match(self._text, place).end()

    def _scan(self, brace: int) -> _Object:
        """Return the object whose opening brace is at ``brace``, looked at once as long as the text stays."""
        if self._scanned[0] is not self._text:
            self._scanned = (self._text, {})
        scanned = self._scanned[1]
        if brace not in scanned:
            scanned[brace] = self._object(brace)
        return scanned[brace]

    def _object(self, brace: int) -> _Object:
        """Read the object whose opening brace is at ``brace``; the text has been read as JSON before."""
        found = _Object(brace + 1)
        place = self._skip(brace + 1)
        while self._text[place] != "}":
            start = place
            key, place = _DECODER.raw_decode(self._text, place)
            value = self._skip(self._skip(place) + 1)
            _value, end = _DECODER.raw_decode(self._text, value)
            found.members.append((key, start, value, end))
            if len(found.members) > JSON_MEMBERS:
                raise FileProblem(
                    f"{self._shown} holds an object with more than {JSON_MEMBERS} members, which no client writes, so "
                    "nothing is changed in it: correct it or move it away."
                )
            place = self._skip(end)
            if self._text[place] == ",":
                place = self._skip(place + 1)
        found.end = place
        return found
