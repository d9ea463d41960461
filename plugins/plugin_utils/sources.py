# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The name of a file of the caller's and the places to seek it in; its path or its bytes out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from .errors import AnswerError
from .limits import ANSWER_BYTES, REASONS, VAULTED_BYTES
from .wording import named, quoted


def candidate_paths(path: str, search_path: Iterable[str], others: Iterable[str | None]) -> list[str]:
    """Return where ``path`` may be: in ``files`` and beside it for each place that Ansible seeks in, then the others.

    Args:
        path: as the caller wrote it; an absolute one is its only candidate.
        search_path: the task's search path (role, then playbook).
        others: the inventory's directory, the playbook's, the working directory; those that are none are left out.
    """
    if os.path.isabs(path):
        return [path]
    places = [Path(place, part) for place in search_path for part in ("files", "")]
    places += [Path(place) for place in others if place and os.path.isdir(place)]
    return list(dict.fromkeys(str(Path(place, path).absolute()) for place in places))


def found_path(path: str, candidates: list[str], decrypted: Callable[[str], str]) -> str:
    """Return the first candidate that is a file, a readable copy of it when it is vaulted; ``path`` when none is."""
    for candidate in candidates:
        if os.path.isfile(candidate):
            return decrypted(candidate) if os.access(candidate, os.R_OK) else candidate
    return path


def read_answer(path: str, candidates: list[str], decrypted: Callable[[str], str]) -> bytes:
    """Return the bytes of the first candidate that is a file.

    Args:
        path: the name for messages.
        candidates: absolute paths in order.
        decrypted: gives the path of a readable copy for a vaulted file, and the path itself for any other.

    Raises:
        AnswerError: when there is no such file, it is a directory or special file, or it cannot be read.
    """
    for candidate in candidates:
        if not os.path.isfile(candidate):
            continue
        try:
            with open(candidate, "rb") as stream:
                size = os.fstat(stream.fileno()).st_size
            if size > VAULTED_BYTES:
                raise _too_large(path, size, VAULTED_BYTES)
            with open(decrypted(candidate), "rb") as stream:
                data = stream.read(ANSWER_BYTES + 1)
            if len(data) > ANSWER_BYTES:
                raise _too_large(path, max(size, len(data)), ANSWER_BYTES)
            return data
        except OSError as error:
            raise AnswerError(
                f"{named(path)} cannot be read: {error.strerror}. Check the mode of {named(candidate)}."
            ) from error
    there = next((candidate for candidate in candidates if os.path.exists(candidate)), None)
    if there is not None:
        what = "a directory" if os.path.isdir(there) else "not a regular file"
        raise AnswerError(f"{named(there)} is {what}. Name the file that holds the answer.")
    more = len(candidates) - 4 * REASONS
    places = [named(candidate) for candidate in candidates]
    sought = places if more <= 0 else [*places[: 4 * REASONS], f"and {more} more places"]
    raise AnswerError(
        f"The answer {quoted(path, 200)} was not found. Sought: {', '.join(sought)}. "
        "Give an absolute path, or put the file into one of these places."
    )


def _too_large(path: str, size: int, most: int) -> AnswerError:
    return AnswerError(
        f"{named(path)} has {size} bytes, and no more than {most} are read of an answer. Answers have a few kilobytes: "
        "check that this is one."
    )
