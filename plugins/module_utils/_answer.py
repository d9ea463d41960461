# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes the path of an answer on this node, gives its bytes, as many as an answer may have.

``slurp`` would wait for ever for a FIFO, and read a file of a tebibyte that a user has put there.
"""

from __future__ import annotations

import os
import stat

from ._errors import FileProblem, because
from ._limits import ANSWER_BYTES


def read_answer(path: str) -> bytes:
    """Return the bytes of the regular file at ``path``. Raises FileProblem with a sentence."""
    try:
        # Without waiting: a FIFO has no writer perhaps, and is no answer.
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        raise FileProblem(f"{because(error)}.") from error
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            what = "a directory" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            raise FileProblem(f"it is {what}. Name the file that holds the answer.")
        parts = []
        total = 0
        while total <= ANSWER_BYTES:
            part = os.read(fd, ANSWER_BYTES + 1 - total)
            if not part:
                return b"".join(parts)
            parts.append(part)
            total += len(part)
        raise FileProblem(
            f"it has {max(status.st_size, total)} bytes, and no more than {ANSWER_BYTES} are read of an answer. "
            "Answers have a few kilobytes: check that this is one."
        )
    except OSError as error:
        raise FileProblem(f"{because(error)}.") from error
    finally:
        os.close(fd)
