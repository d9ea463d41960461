# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gives a run files, and the controller responses and reports, that are as large, as many or as deep as can be.

Memory and CPU grow by no more than the bounds over a run that finds nothing.
"""

from __future__ import annotations

from .floods import FLOODS, MOST_CPU, MOST_MEMORY, REPORTS, RESPONSES, RUNS, measure
from .stage import Fell, Stage

SHARE = 0.15
ALWAYS = ("everything at once",)
"""The worst files of one user together."""


def rounds() -> list[str]:
    """Return a round for each flood of a home and each run that meets it, and for each response and report."""
    homes = [f"{name}, {run}" for name in FLOODS for run in RUNS]
    return [*homes, *RESPONSES, *REPORTS]


def play(_stage: Stage, name: str) -> None:
    """Measure one of them."""
    flood, comma, run = name.rpartition(", ")
    measured = measure(flood, run) if comma and flood in FLOODS else measure(name)
    if not measured.holds:
        raise Fell(
            f"{measured.memory_bytes / 2**20:.0f} MiB and {measured.cpu_seconds:.1f} s of CPU more than without "
            f"({MOST_MEMORY / 2**20:.0f} MiB and {MOST_CPU} s are the bounds): {measured.told[:600]}"
        )
