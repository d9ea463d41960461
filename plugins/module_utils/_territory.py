# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes record entries and the places in which each client may have files; sets entries of other places aside.

A place is a path from the root, or ``{home}/...`` for the home of the entry's own user. ``*`` stands for any name or
part of one, and a slash at the end for everything below.
"""

from __future__ import annotations

import re

from ._errors import quoted


def within_territory(entries: list, territory: dict) -> tuple:
    """Return the entries that may be acted on, and those of files where their client has none: these stay on record.

    Directories that lead to no place of the client are left out: they are never removed. A directory in the home of the
    entry's user is made, and removed when it is empty, as that user: it may lie where a link leads.
    """
    patterns = {}
    checked = []
    foreign = []
    for entry in entries:
        places = territory.get(entry["client"])
        if places is None:
            checked.append(entry)
            continue
        key = entry["client"], entry["user"]
        own = patterns[key] = patterns.get(key) or _Places(places, entry["user"])
        if not own.holds(entry["path"]):
            foreign.append(entry)
            continue
        directories = [path for path in entry["directories"] if entry["user"] or own.leads_to(path) or own.holds(path)]
        checked.append(entry if directories == entry["directories"] else dict(entry, directories=directories))
    return checked, foreign


def foreign_sentence(entry: dict, record: str) -> str:
    """Return what to tell of an entry that was set aside."""
    return (
        f"{entry['client']} has {quoted(entry['path'], 200)} in the record {record}, which is no place for files of "
        "that client: it is neither removed nor given back. If a run put it there, give that "
        "run's options again; otherwise remove this line from the record."
    )


class _Places:
    """The places of one client in the home of one user, and outside homes."""

    def __init__(self, places: list, user: object) -> None:
        home = f"{{home:{user}}}" if user else None
        own = [place for place in places if place.startswith("{home}/") == bool(home)]
        own = [place.replace("{home}", home, 1) if home else place for place in own]
        self._files = _matching(_expression(place) for place in own)
        self._ways = _matching(_plain(way) for place in own for way in _ways(place))

    def holds(self, path: str) -> bool:
        return self._files.fullmatch(path) is not None

    def leads_to(self, directory: str) -> bool:
        """Whether the directory lies on the way to one of the places."""
        return self._ways.fullmatch(directory) is not None


def _matching(expressions: object) -> object:
    return re.compile("|".join(expressions) or "(?!)", re.S)


def _expression(place: str) -> str:
    return _plain(place.rstrip("/")) + ("(?:/.+)?" if place.endswith("/") else "")


def _plain(place: str) -> str:
    return re.escape(place).replace(r"\*", "[^/]*")


def _ways(place: str) -> list:
    """Return the directories above a place."""
    names = place.rstrip("/").split("/")
    return ["/".join(names[:count]) for count in range(2, len(names))]
