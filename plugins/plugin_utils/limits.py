# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Every bound on what a server, or a managed node that was taken over, can make of the controller; in one place.

No real answer meets them. The largest of some hundred answers that were seen has 163 tags, 129 equals signs and five
Protocols.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable

from ..module_utils import _words

KIB = 1024
MIB = 1024 * KIB

ANSWER_BYTES = 1 * MIB
"""Of one answer, before anything is read of it."""
VAULTED_BYTES = 8 * MIB
"""Of a file before it is decrypted: a vault has four bytes for one, and its line breaks."""
TAGS = 20_000
"""``<`` of an answer, before it is parsed: each element costs hundreds of bytes."""
ATTRIBUTES = 5_000
"""``=`` of an answer, before it is parsed: libxml2 before 2.12 compares the attributes of an element in pairs."""
PROTOCOLS = 200
"""Of one answer: each becomes a server, and up to a dozen findings."""
ACCOUNTS = 200
"""Account elements of one answer; servers that send one for each Protocol have three."""
SERVERS = 200
"""Of each direction in Settings that the caller gives."""
FINDINGS_OF_A_CODE = 10
"""Of one answer or account; the tenth says how many more there are."""
REASONS = 5
"""In one sentence; it says how many more there are."""

REPORT_CHARACTERS = 1 * MIB
REPORT_CHARACTERS_OF_A_FILE = 256 * KIB
"""Of a node's report, and on top for each file and account that was asked for: a diff has two sides of 102 KiB."""
REPORT_CHARACTERS_OF_A_REMOVAL = 64 * MIB
"""Of a report about accounts that the controller does not name: the node's record has at most as much (_limits.py)."""
REPORT_TEXT = 4_000
"""Characters of one text in a report; the installer's own sentences have at most 1,200."""


few = _words.few
"""The first five reasons as one text, with the number of the others."""


def kinds_over(kinds: Iterable[Hashable]) -> dict[int, int]:
    """Return what shall be left out of a sequence of kinds: place of the tenth of a kind → how many come after it."""
    counts: Counter[Hashable] = Counter()
    tenth: dict[Hashable, int] = {}
    for place, kind in enumerate(kinds):
        counts[kind] += 1
        if counts[kind] == FINDINGS_OF_A_CODE:
            tenth[kind] = place
    return {place: counts[kind] - FINDINGS_OF_A_CODE for kind, place in tenth.items()}
