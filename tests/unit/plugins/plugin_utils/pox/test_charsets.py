# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every encoding of the table is read, with the lxml of these tests and with that of the system's own Python.

Run as a program, it checks the table with whatever lxml the Python has that runs it.
"""

from __future__ import annotations

import codecs
import subprocess
import sys
from pathlib import Path

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox import charsets
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.charsets import ENCODINGS, UTF_16
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.document import read_document

SYSTEM_PYTHON = "/usr/bin/python3"
LETTERS = (
    "\u00e9\u0107\u0127\u0101\u0436\u0641\u03bb\u05d0\u011f\u0146\u0e01\u017e\u1e03\u20ac\u0456\u4e2d\u3042\ud55c\u00f8"
)
"""A letter of each alphabet; each encoding has one of them at least."""


def letter_of(codec: str) -> str:
    """Return a letter that the codec can write, and ASCII cannot."""
    for letter in LETTERS:
        try:
            letter.encode(codec)
        except UnicodeEncodeError:
            continue
        return letter
    return "a"


def unread() -> list[str]:
    """Return the declarations with which a document is not read as it was written."""
    found = []
    for declared, codec in ENCODINGS.items():
        letter = letter_of(codec)
        text = f'<?xml version="1.0" encoding="{declared.upper()}"?>\n<a b="{letter}">ada@example.org {letter}</a>'
        data = text.encode("utf-8" if codec == UTF_16 else codec)
        root = read_document(data, "a.xml").root
        if (root.text, root.get("b")) != (f"ada@example.org {letter}", letter):
            found.append(declared)
    return found


if __name__ == "__main__":
    print(len(ENCODINGS), unread())
    sys.exit()


import pytest  # noqa: E402  the system's Python may lack it


def test_every_encoding_is_read() -> None:
    assert unread() == []


def test_encodings_of_the_system_python() -> None:
    if not Path(SYSTEM_PYTHON).exists():
        pytest.skip("there is no system Python")
    collections = str(Path(charsets.__file__).parents[6])
    program = [SYSTEM_PYTHON, "-c", "import lxml, sys; sys.exit(sys.version_info < (3, 11))"]
    if subprocess.run(program, check=False, capture_output=True).returncode != 0:
        pytest.skip("the system Python is older than 3.11, or has no lxml")
    done = subprocess.run(
        [SYSTEM_PYTHON, __file__], check=False, capture_output=True, text=True, env={"PYTHONPATH": collections}
    )
    assert done.stdout == f"{len(ENCODINGS)} []\n", done.stderr


@pytest.mark.parametrize("codec", sorted(set(ENCODINGS.values())))
def test_ascii_is_ascii_in_every_encoding(codec: str) -> None:
    """No ``<`` can hide: what the check for a DOCTYPE sees is what the parser gets."""
    assert codecs.lookup(codec).name
    if codec != UTF_16:
        assert '<!DOCTYPE a "b">'.encode(codec) == b'<!DOCTYPE a "b">'


@pytest.mark.parametrize("declared", ["utf-7", "hz-gb-2312", "cp037", "ibm1047", "utf-32", "rot13", "base64", "idna"])
def test_encodings_in_which_markup_can_hide_are_not_read(declared: str) -> None:
    assert declared not in ENCODINGS


@pytest.mark.parametrize(
    "declared, codec, text",
    [
        ("windows-1251", "cp1251", "\u0410\u0434\u0430"),
        ("KOI8-R", "koi8-r", "\u0410\u0434\u0430"),
        ("GB2312", "gb2312", "\u4e2d\u6587"),
        ("GB18030", "gb18030", "\u4e2d\u6587\U0001f600"),
        ("Shift_JIS", "shift_jis", "\u65e5\u672c"),
        ("EUC-JP", "euc_jp", "\u65e5\u672c"),
        ("ISO-2022-JP", "iso2022_jp", "\u65e5\u672c"),
        ("ISO-8859-2", "iso-8859-2", "\u0141\u00f3d\u017a"),
    ],
)
def test_texts(declared: str, codec: str, text: str) -> None:
    data = f'<?xml version="1.0" encoding="{declared}"?><a>{text}</a>'.encode(codec)
    document = read_document(data, "a.xml")
    assert document.root.text == text and document.findings == ()
