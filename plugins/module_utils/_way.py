# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes the path that is asked and the links on its way, gives their names, and refuses a way that never ends.

A link costs its owner nothing, and forty of them can stand for a hundred thousand names.
"""

from __future__ import annotations

import os

from ._errors import FileProblem
from ._limits import MISSING_BYTES, MISSING_DIRECTORIES, PATH_BYTES, PATH_LINKS, PATH_NAMES, SHOWN_PATH, shortened


class Way:
    """Counts all that is walked for one path: its own names, and those that links put in their place."""

    def __init__(self, asked: str) -> None:
        self._asked = asked
        self._links = 0
        self._names = 0
        self._bytes = 0

    def count_link(self) -> None:
        self._links += 1
        if self._links > PATH_LINKS:
            raise FileProblem(
                f"{self._asked} goes through more than {PATH_LINKS} links: they lead in a circle; remove them."
            )

    def names(self, path: str) -> list:
        """Return the names of ``path``, last first. Raises FileProblem when the way becomes too long."""
        self._bytes += len(os.fsencode(path))
        names = names_of(path) if self._bytes <= PATH_BYTES else []
        self._names += len(names)
        if self._bytes > PATH_BYTES or self._names > PATH_NAMES:
            raise FileProblem(
                f"{shortened(self._asked, SHOWN_PATH)} is, with the links on the way, longer than {PATH_BYTES} bytes "
                f"or {PATH_NAMES} names: nothing is sought that far; remove the links."
            )
        return names


def refuse_many(asked: str, names: list, missing: list) -> None:
    """Raise FileProblem where too many directories would have to be made: their paths go into the record."""
    so_far = sum(len(os.fsencode(name)) + 1 for name in names)
    total = 0
    for name in missing:
        so_far += len(os.fsencode(name)) + 1
        total += so_far
    if len(missing) > MISSING_DIRECTORIES or total > MISSING_BYTES:
        raise FileProblem(
            f"{shortened(asked, SHOWN_PATH)} needs {len(missing)} directories that are not there, and no more than "
            f"{MISSING_DIRECTORIES} with {MISSING_BYTES} bytes of paths are made: make them yourself, or remove the "
            "link that leads there."
        )


def names_of(path: str) -> list:
    """Return the names of ``path``, last first, so that the next one is popped from the end."""
    return [name for name in reversed(path.split("/")) if name not in ("", ".")]
