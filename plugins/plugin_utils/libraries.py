# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The libraries that the controller needs: lxml (``etree`` is ``lxml.etree``), jsonschema, and modules of cryptography.

Where one is missing, a stand-in lets everything load, so that plugins can be listed and documented; what needs the
library then fails in one sentence. Cryptography comes with ansible-core; only what signs needs it, so it is imported
at its first use.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from .errors import LibraryMissing

__all__ = ["crypto_exceptions", "ec", "etree", "hashes", "jsonschema", "pkcs7", "rsa", "serialization", "x509"]


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


class _Late:
    """Stands for a module that few runs need: its first use imports it."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(_imported(self._module), name)


if TYPE_CHECKING:
    import jsonschema
    from cryptography import exceptions as crypto_exceptions
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import pkcs7
    from lxml import etree
else:
    etree = _imported("lxml.etree")
    jsonschema = _imported("jsonschema")
    x509 = _Late("cryptography.x509")
    crypto_exceptions = _Late("cryptography.exceptions")
    hashes = _Late("cryptography.hazmat.primitives.hashes")
    serialization = _Late("cryptography.hazmat.primitives.serialization")
    pkcs7 = _Late("cryptography.hazmat.primitives.serialization.pkcs7")
    ec = _Late("cryptography.hazmat.primitives.asymmetric.ec")
    rsa = _Late("cryptography.hazmat.primitives.asymmetric.rsa")
