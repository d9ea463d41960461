# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""What a client needs written on a node, as frozen data; the ``files`` option of ``client_files`` out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file goes. ``{home:USER}`` is filled in on the node, which alone knows homes.

    With several candidates, the first whose ``exists`` is there on the node wins, else the first.
    """

    candidates: tuple[tuple[str, str], ...]
    """Pairs of a path that must exist and the path of the file; one pair with an empty first part is a plain path."""

    @classmethod
    def at(cls, path: str) -> Place:
        """Return a place that is the same on every node."""
        return cls((("", path),))

    def as_dict(self) -> dict[str, Any]:
        """Return the ``path`` or ``candidates`` option."""
        if len(self.candidates) == 1:
            return {"path": self.candidates[0][1]}
        return {"candidates": [{"exists": exists, "path": path} for exists, path in self.candidates]}


@dataclass(frozen=True, slots=True)
class WholeFile:
    """A file that is ours from the first byte to the last, or, with ``once``, made when missing and then left alone."""

    place: Place
    accounts: tuple[str, ...]
    content: str
    mode: str | None = None
    once: bool = False

    def as_dict(self, client: str) -> dict[str, Any]:
        """Return one item of ``files``."""
        item = {"client": client, "accounts": list(self.accounts), "content": self.content, **self.place.as_dict()}
        if self.mode is not None:
            item["mode"] = self.mode
        if self.once:
            item["once"] = True
        return item


@dataclass(frozen=True, slots=True)
class Section:
    """The keys of one account in a file of ``[sections]``.

    ``enforced`` keys are compared and set at every run; ``seeded`` ones are written when the section is
    made; ``fixed`` ones too, and another value in a section that exists is an error: an account is never
    turned into another kind. ``match`` says which section that we did not make is the same account.
    """

    account: str
    numbered: str
    """Section names are this and a number: ``Account: `` for ``[Account: 3]``."""
    match: Mapping[str, str]
    fixed: Mapping[str, str]
    enforced: Mapping[str, str]
    seeded: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return one item of ``sections``."""
        return {
            "account": self.account,
            "numbered": self.numbered,
            "match": dict(self.match),
            "fixed": dict(self.fixed),
            "enforced": dict(self.enforced),
            "seeded": dict(self.seeded),
        }


@dataclass(frozen=True, slots=True)
class KeyedFile:
    """A file that the client and the person write too: only the keys of our sections are ours."""

    place: Place
    sections: tuple[Section, ...]
    running: tuple[str, ...] = ()
    """Names of processes of the file's owner that would overwrite an edit."""

    def as_dict(self, client: str) -> dict[str, Any]:
        """Return one item of ``files``."""
        return {
            "client": client,
            "accounts": list(dict.fromkeys(section.account for section in self.sections)),
            "sections": [section.as_dict() for section in self.sections],
            "running": list(self.running),
            **self.place.as_dict(),
        }


File = WholeFile | KeyedFile
