# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Text without control characters in; as KDE's KConfig and Qt's QSettings write it in their files, out."""

from __future__ import annotations


def in_kconfig(text: str) -> str:
    """Return a value as KConfig writes it (kconfigini.cpp, stringToPrintable).

    ``$`` means something only in a key with the option [$e], and the installer leaves no option on a key of ours.
    """
    text = text.replace("\\", "\\\\")
    if text.startswith(" "):
        text = f"\\s{text[1:]}"
    return f"{text[:-1]}\\s" if text.endswith(" ") else text


def in_qsettings(text: str) -> str:
    """Return a value as QSettings writes it to INI files (qsettings.cpp, iniEscapedString), in ASCII alone.

    Qt 5 reads bytes beyond ASCII as Latin-1, Qt 6 as UTF-8. Both read escapes, and an escape takes all hexadecimal
    digits that follow, so a digit after one is escaped too.
    """
    units = text.encode("utf-16-be")
    written = ""
    after_escape = False
    for high, low in zip(units[::2], units[1::2], strict=True):
        unit = high << 8 | low
        after_escape = unit > 0x7E or (after_escape and chr(unit) in "0123456789abcdefABCDEF")
        if after_escape:
            written += f"\\x{unit:x}"
        else:
            written += f"\\{chr(unit)}" if chr(unit) in '\\"' else chr(unit)
    # In quotes, or a comma would make a list of it.
    return f'"{written}"'
