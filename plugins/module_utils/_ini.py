# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes the bytes of an INI-like file, gives its sections to read and change; all other bytes stay as they are.

A section begins with a line that starts with "[", a line that starts with "#" is a comment, the last of several
equal keys counts, and so does the first of several equal sections. What else holds depends on the syntax:

``prefs``    Claws Mail and Sylpheed (prefs.c): a key is compared without case, and nothing is trimmed.
``keyfile``  GLib (gkeyfile.c) and Qt's QSettings: case counts; blanks around the key and before the value do not.
``kconfig``  KDE (kconfigini.cpp): as keyfile, and blanks after the value do not count, nor do a key's options in
             brackets, such as [$e].

A file whose last line has no line ending keeps that property through every change: so what is
added can be taken away again and the original bytes are back.
"""

from __future__ import annotations

import re

SYNTAXES = ("prefs", "keyfile", "kconfig")

_ENDS = b"\r\n"
_BLANKS = b" \t"
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")


def _comparable(key: bytes, syntax: str) -> bytes:
    """Return what two spellings of one key have in common."""
    if syntax == "prefs":
        return key.lower()
    key = key.strip(_BLANKS)
    return key.partition(b"[$")[0] if syntax == "kconfig" else key


def _trimmed(value: bytes, syntax: str) -> bytes:
    return value if syntax == "prefs" else value.lstrip(_BLANKS) if syntax == "keyfile" else value.strip(_BLANKS)


class Section:
    """One section: its header line and the lines below it. The part before the first section has no header."""

    __slots__ = ("header", "lines", "name", "syntax", "_places", "_gone")

    def __init__(self, header: bytes, lines: list, syntax: str = "prefs") -> None:
        self.header = header
        self.lines = lines
        self.syntax = syntax
        text = _opening(header.rstrip(_ENDS), syntax)[1:]
        self.name = text.rpartition(b"]")[0] if b"]" in text else text  # what stands between the brackets
        self._places = None
        self._gone = set()  # numbers of lines that were removed and are empty now

    def _index(self) -> dict:
        """Return the keys in their order, each with the number of its line, or with a list of several.

        It is built once and kept through changes: a section may have 200,000 lines.
        """
        if self._places is None:
            self._places = {}
            for number, line in enumerate(self.lines):
                if b"=" in line:
                    key = _key_of(line, self.syntax)
                    if key is None:
                        continue
                    known = self._places.setdefault(key, number)
                    if isinstance(known, list):
                        known.append(number)
                    elif known != number:
                        self._places[key] = [known, number]
        return self._places

    def place(self, key: bytes) -> object:
        """Return the number of the line of ``key`` that counts, or None."""
        number = self._index().get(_comparable(key, self.syntax))
        return number[-1] if isinstance(number, list) else number

    def end(self) -> int:
        """Return the number of the line after the last key."""
        return max([_listed(number)[-1] + 1 for number in self._index().values()], default=0)

    def after(self, number: int) -> list:
        """Return the lines from this number on."""
        return [line for place, line in enumerate(self.lines[number:], number) if place not in self._gone]

    def add(self, number: int, key: bytes, line: bytes) -> None:
        """Put the line of a new key after all that are there; what follows it is blank."""
        places = self._index()
        self.lines.insert(number, line)
        self._gone = {gone + 1 if gone >= number else gone for gone in self._gone}
        places[_comparable(key, self.syntax)] = number

    def empty(self, key: bytes) -> None:
        """Remove every line of ``key``. Nothing stays in its place, so the numbers of the other lines stay right."""
        for number in _listed(self._index().pop(_comparable(key, self.syntax), [])):
            self.lines[number] = b""
            self._gone.add(number)
        self.trim()

    def trim(self) -> None:
        """Forget the removed lines at the end."""
        while len(self.lines) - 1 in self._gone:
            self._gone.remove(len(self.lines) - 1)
            self.lines.pop()

    def get(self, key: bytes) -> object:
        """Return the value that counts, or None."""
        number = self.place(key)
        return None if number is None else _trimmed(self.lines[number].partition(b"=")[2].rstrip(_ENDS), self.syntax)

    def key_order(self) -> list:
        """Return the keys in the order of the file, in lower case where case does not count."""
        return list(self._index())


def _listed(number: object) -> list:
    return number if isinstance(number, list) else [number]


def _opening(line: bytes, syntax: str) -> bytes:
    """Return a line from its first byte that counts."""
    return line if syntax == "prefs" else line.lstrip(_BLANKS)


def _key_of(line: bytes, syntax: str) -> object:
    key, equals, _value = line.partition(b"=")
    return _comparable(key, syntax) if equals and _opening(key, syntax)[:1] != b"#" else None


class Document:
    """The whole file."""

    def __init__(self, data: bytes, syntax: str = "prefs") -> None:
        self.syntax = syntax
        lines = _LINE.findall(data)
        self._open_end = bool(lines) and not lines[-1].endswith(b"\n")
        first = lines[0] if lines else b""
        self._newline = b"\r\n" if first.endswith((b"\r\n", b"\r")) else b"\n"
        self._preamble = Section(b"", [], syntax)
        self.sections = []
        self._named = None
        # For who looks through the sections once and then only through what became of them: id to section.
        self.lookups = {}
        self.changed = {}
        self.removed = {}
        self.appended = []
        current = self._preamble
        for line in lines:
            if _opening(line, syntax)[:1] == b"[":
                current = Section(line, [], syntax)
                self.sections.append(current)
            else:
                current.lines.append(line)

    def __bytes__(self) -> bytes:
        return b"".join(
            [part for section in [self._preamble] + self.sections for part in [section.header] + section.lines]
        )

    def section(self, name: bytes) -> object:
        """Return the first section of that name, or None."""
        if self._named is None:
            self._named = {section.name: section for section in reversed(self.sections)}
        return self._named.get(name)

    def set(self, section: Section, key: bytes, value: bytes) -> None:
        """Set the occurrence of ``key`` that counts, or add one after the last line that is not blank."""
        self.changed[id(section)] = section
        number = section.place(key)
        if number is not None:
            line = section.lines[number]
            # The spelling that is there stays, but not the options of a KDE key: with [$e] it would run the value.
            name = key if self.syntax == "kconfig" else line.partition(b"=")[0]
            ending = line[len(line.rstrip(_ENDS)) :]
            section.lines[number] = name + b"=" + value + ending
            return
        number = len(section.lines)
        while number and not section.lines[number - 1].strip():
            number -= 1
        self._close_end()
        section.add(number, key, key + b"=" + value + self._newline)
        self._settle_end()

    def drop(self, section: Section, key: bytes) -> None:
        """Remove every occurrence of ``key``."""
        self.changed[id(section)] = section
        section.empty(key)
        self._settle_end()

    def append(self, name: bytes, pairs: list) -> tuple:
        """Add a section at the end, after a blank line; return it and whether that line is ours.

        There is none where the file is empty or ends with a blank line already.
        """
        self._close_end()
        last = self._last()
        text = last.lines[-1] if last.lines else last.header
        blank = bool(text.strip())
        if blank:
            last.lines.append(self._newline)
        section = Section(
            b"[" + name + b"]" + self._newline,
            [key + b"=" + value + self._newline for key, value in pairs],
            self.syntax,
        )
        self.sections.append(section)
        self.changed[id(section)] = section
        self.appended.append(section)
        self._named = None
        self._settle_end()
        return section, blank

    def remove(self, section: Section, blank: bool) -> None:
        """Remove a section. ``blank``: the blank line before it came with it. Comments after its last key stay."""
        position = self.sections.index(section)
        before = self.sections[position - 1] if position else self._preamble
        is_last = position == len(self.sections) - 1
        end = section.end()
        # What stands between our last key and the next section belongs to that one: its blank line, comments on it.
        kept = section.after(end)
        if is_last and not any(line.strip() for line in kept):
            kept = []
        if blank and before.lines and not before.lines[-1].strip(_ENDS):
            before.lines.pop()
            before.trim()
        before.lines.extend(kept)
        before._places = None
        del self.sections[position]
        self.removed[id(section)] = section
        if any(other.name == section.name for other in self.sections):
            self.lookups = {}  # the next one of this name counts now
        self._named = None
        self._settle_end()

    def _last(self) -> Section:
        return self.sections[-1] if self.sections else self._preamble

    def _close_end(self) -> None:
        """Give the last line its line ending, so that something can follow."""
        if self._open_end:
            self._on_last_line(lambda line: line + self._newline)

    def _settle_end(self) -> None:
        """Take the line ending of the last line away again where the file came without one."""
        if self._open_end:
            self._on_last_line(lambda line: line[: -len(self._newline)] if line.endswith(self._newline) else line)

    def _on_last_line(self, change: object) -> None:
        last = self._last()
        if last.lines:
            last.lines[-1] = change(last.lines[-1])
        else:
            last.header = change(last.header)
