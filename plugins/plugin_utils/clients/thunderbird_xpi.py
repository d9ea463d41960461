# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The sources of our Thunderbird add-on in; its XPI out, the same bytes wherever it is built."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path

ADDON_ID = "pop-before-smtp@mailfleet.autodiscover"

SOURCES = Path(__file__).with_name("thunderbird_addon")

FILES = ("manifest.json", "popBeforeSmtp.js", "popBeforeSmtp.json")

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_READABLE = 0o100644


@cache
def xpi() -> bytes:
    """Return the add-on. Stored and not compressed, because compressors differ between machines."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        for name in FILES:
            member = zipfile.ZipInfo(name, _LONG_AGO)
            member.create_system = _UNIX
            member.external_attr = _READABLE << 16
            archive.writestr(member, (SOURCES / name).read_bytes())
    return data.getvalue()
