# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""What a client needs written on a node, as frozen data; the ``files`` option of ``client_files`` out."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from ..settings.names import is_plain_text


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
class Sandbox:
    """A client as Flatpak and Snap: what runs there does not see the host's files, and the run says so."""

    title: str
    flatpak: tuple[str, ...] = ()
    """Names of applications, such as ``org.mozilla.Thunderbird``."""
    snap: str | None = None

    def as_dict(self, email: str, user: str | None) -> dict[str, Any]:
        """Return one item of ``notices``."""
        places = ["/var/lib/flatpak/app", *([f"{{home:{user}}}/.local/share/flatpak/app"] if user else [])]
        paths = [f"{place}/{name}" for name in self.flatpak for place in places]
        if self.snap:
            paths += [f"/snap/{self.snap}", f"/var/lib/snapd/snap/{self.snap}"]
        return {
            "exists": paths,
            "account": email,
            "code": "client-sandboxed",
            "sentence": f"{self.title} is installed as Flatpak or Snap on this host. There it does not see what was "
            "installed: use the distribution's own package.",
        }


THUNDERBIRD_SANDBOX = Sandbox(
    "Thunderbird", flatpak=("org.mozilla.Thunderbird", "org.mozilla.thunderbird"), snap="thunderbird"
)


@dataclass(frozen=True, slots=True)
class WholeFile:
    """A file that is ours from the first byte to the last, or, with ``once``, made when missing and then left alone."""

    place: Place
    accounts: tuple[str, ...]
    content: str | bytes
    mode: str | None = None
    once: bool = False
    directories: tuple[str, ...] = ()
    """Directories that are made when the file is made."""
    needs: tuple[str, ...] = ()
    """Names of programs without which the file is of no use: where the node lacks one, its accounts are refused."""
    basis: str | None = None
    """For content with other bytes in each run: the same text as long as it is made of the same things."""

    def as_dict(self, client: str) -> dict[str, Any]:
        """Return one item of ``files``."""
        item: dict[str, Any] = {"client": client, "accounts": list(self.accounts), **self.place.as_dict()}
        if isinstance(self.content, str):
            item["content"] = self.content
        else:
            item["content_base64"] = base64.b64encode(self.content).decode("ascii")
        if self.mode is not None:
            item["mode"] = self.mode
        if self.once:
            item["once"] = True
        if self.directories:
            item["directories"] = list(self.directories)
        if self.needs:
            item["needs"] = list(self.needs)
        if self.basis is not None:
            item["basis"] = self.basis
        return item


@dataclass(frozen=True, slots=True)
class Section:
    """The keys of one account in a file of ``[sections]``.

    ``enforced`` keys are compared and set at every run; ``seeded`` ones are written when the section is
    made; ``fixed`` ones too, and another value in a section that exists is an error: an account is never
    turned into another kind. ``match`` says which section that we did not make is the same account.
    ``paths`` names keys whose value may begin with ``{home:USER}``. ``whole`` says of a section with a fixed
    name that it stands for the account alone, and goes with it, keys that the client added included.
    """

    account: str
    enforced: Mapping[str, str]
    numbered: str | None = None
    """Section names are this and a number: ``Account: `` for ``[Account: 3]``."""
    name: str | None = None
    """Or the section has this fixed name. Exactly one of the two is given."""
    match: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    seeded: Mapping[str, str] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    whole: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return one item of ``sections``."""
        name = {"numbered": self.numbered} if self.numbered is not None else {"name": self.name}
        item: dict[str, Any] = {
            "account": self.account,
            **name,
            "match": dict(self.match),
            "fixed": dict(self.fixed),
            "enforced": dict(self.enforced),
            "seeded": dict(self.seeded),
        }
        if self.paths:
            item["paths"] = list(self.paths)
        if self.whole:
            item["whole"] = True
        return item


@dataclass(frozen=True, slots=True)
class KeyedFile:
    """A file that the client and the person write too: only the keys of our sections are ours."""

    place: Place
    sections: tuple[Section, ...]
    running: tuple[str, ...] = ()
    """Names of processes of the file's owner that would overwrite an edit."""
    syntax: Literal["prefs", "keyfile", "kconfig"] = "prefs"
    """The grammar of the file: Claws Mail and Sylpheed, GLib and Qt, KDE."""
    needs: tuple[str, ...] = ()
    numbers_in: tuple[tuple[str, tuple[str, ...]], ...] | None = None
    """Other files of the client that refer to sections by number: pairs of a path and of what stands before a number.
    A number that they know goes to no new section, and none is ever given twice. None: nothing refers to numbers."""
    remove_whole: bool = False
    """The client keeps the file for these accounts and nothing else: with the last section of ours, all of it goes."""

    def as_dict(self, client: str) -> dict[str, Any]:
        """Return one item of ``files``."""
        item: dict[str, Any] = {
            "client": client,
            "accounts": list(dict.fromkeys(section.account for section in self.sections)),
            "sections": [section.as_dict() for section in self.sections],
            "running": list(self.running),
            **self.place.as_dict(),
        }
        if self.syntax != "prefs":
            item["syntax"] = self.syntax
        if self.numbers_in is not None:
            item["numbers_in"] = [{"path": path, "after": list(after)} for path, after in self.numbers_in]
        if self.remove_whole:
            item["remove_whole"] = True
        if self.needs:
            item["needs"] = list(self.needs)
        return item


@dataclass(frozen=True, slots=True)
class BlockFile:
    """A text file that people write too: only blocks of lines between our comment lines are ours.

    ``blocks`` are pairs of an account and lines; an empty account stands for lines that all accounts need.
    """

    place: Place
    blocks: tuple[tuple[str, str], ...]
    comment: str = "#"
    mode: str | None = None
    needs: tuple[str, ...] = ()

    def as_dict(self, client: str) -> dict[str, Any]:
        """Return one item of ``files``."""
        item: dict[str, Any] = {
            "client": client,
            "accounts": list(dict.fromkeys(account for account, _text in self.blocks if account)),
            "blocks": [{"account": account, "text": text} for account, text in self.blocks],
            "comment": self.comment,
            **self.place.as_dict(),
        }
        if self.mode is not None:
            item["mode"] = self.mode
        if self.needs:
            item["needs"] = list(self.needs)
        return item


@dataclass(frozen=True, slots=True)
class JsonFile:
    """A JSON file that people write too: only the values at the given paths of keys are ours."""

    place: Place
    accounts: tuple[str, ...]
    values: tuple[tuple[tuple[str, ...], Any], ...]
    """Pairs of the keys that lead to a value, and the value."""
    mode: str | None = None

    def as_dict(self, client: str) -> dict[str, Any]:
        """Return one item of ``files``."""
        item: dict[str, Any] = {
            "client": client,
            "accounts": list(self.accounts),
            "values": [{"path": list(path), "value": value} for path, value in self.values],
            **self.place.as_dict(),
        }
        if self.mode is not None:
            item["mode"] = self.mode
        return item


File = WholeFile | KeyedFile | BlockFile | JsonFile


def is_path_of_file(path: Any) -> bool:
    """Tell whether ``path`` can be that of a file on a node, as ``client_files`` takes it."""
    return (
        isinstance(path, str)
        and path.startswith("/")
        and not path.endswith("/")
        and ".." not in path.split("/")
        and "{home:" not in path
        and is_plain_text(path)
    )


def file_name(text: str) -> str:
    """Return ``text`` as the name of one file: no slash, no leading dot; what is odd becomes ``%2F``.

    An address may hold a slash; it never forms a path.
    """
    name = quote(text, safe="@+=,_-.")
    return f"%2E{name[1:]}" if name.startswith(".") else name
