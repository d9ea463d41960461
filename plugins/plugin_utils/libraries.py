# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The two libraries that the controller needs beside ansible-core; ``etree`` is ``lxml.etree``.

Where one is missing, a stand-in lets everything load, so that plugins can be listed and documented; what needs the
library then fails in one sentence.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from .errors import LibraryMissing

__all__ = ["etree", "jsonschema"]


class _Missing:
    """Stands in for a library: its first use says that it is missing."""

    def __init__(self, library: str, reason: str) -> None:
        self._library = library
        self._reason = reason

    def __getattr__(self, name: str) -> NoReturn:
        raise LibraryMissing(self._library, sys.executable, self._reason)


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        return _Missing(name.partition(".")[0], str(error))


if TYPE_CHECKING:
    import jsonschema
    from lxml import etree
else:
    etree = _imported("lxml.etree")
    jsonschema = _imported("jsonschema")
