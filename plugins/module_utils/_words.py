# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.


"""Find the word that a person probably meant; join words and sentences."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from ._limits import REASONS

_BETWEEN = re.compile(r"[\s_-]+")
_LONGEST = 80  # characters of a word that can be near to one of ours


def nearest(word: object, words: Iterable[str], cutoff: float = 0.6, parts: bool = True) -> str | None:
    """Return the one of ``words`` that ``word`` probably stands for, or None.

    Capitals, hyphens, underscores and blanks make no difference. With ``parts``, a part of a word stands for all of it.
    """
    given = _plain(word)
    known = {_plain(other): other for other in words}
    if not given or len(given) > _LONGEST:
        return None
    near = [given] if given in known else difflib.get_close_matches(given, known, n=1, cutoff=cutoff)
    found = near or [other for other in known if parts and len(given) > 1 and given in other]
    return known[found[0]] if found else None


def did_you_mean(word: object, words: Iterable[str]) -> str:
    """Return `` Did you mean claws_mail?`` for the end of a sentence, or nothing when no word is near."""
    found = nearest(word, words)
    return "" if found is None else f" Did you mean {found}?"


def listed(items: Iterable[object], last: str = "and") -> str:
    """Return ``a, b and c``."""
    words = [str(item) for item in items]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def few(sentences: Sequence[str]) -> str:
    """Return the first five sentences as one text, with the number of the others."""
    told = " ".join(sentences[:REASONS])
    return told if len(sentences) <= REASONS else f"{told} And {len(sentences) - REASONS} more."


def _plain(word: object) -> str:
    return _BETWEEN.sub("", str(word)).casefold()
