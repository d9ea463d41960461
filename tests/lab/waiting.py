# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A condition and a limit in; its first true value out, or Overdue saying what did not happen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

STEP = 0.05


class Overdue(AssertionError):
    """Something did not happen in time."""


def until(condition: Callable[[], Value], seconds: float, what: str) -> Value:
    """Return the first true value of ``condition``. Raises Overdue, with ``what`` was waited for, after ``seconds``."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Overdue(f"{what}: not within {seconds:g} s")
        time.sleep(STEP)
