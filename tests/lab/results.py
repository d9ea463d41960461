# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How cases ended in; a table of clients and cases out, as text, JSON and Markdown."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Literal

Verdict = Literal["ok", "FAILED", "skipped", "impossible"]
"""The last: the client cannot do it, and the collection says so and refuses."""

SHOWN = 200
"""Characters of a reason that the table shows."""


@dataclass(frozen=True, slots=True)
class Result:
    """How one case ended for one client."""

    client: str
    case: str
    verdict: Verdict
    seconds: float
    reason: str = ""


@dataclass(slots=True)
class Results:
    """All of a run. Threads may add."""

    cases: Sequence[str]
    """Every case, in the order of the table."""
    done: list[Result] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def attempt(self, client: str, case: str, action: Callable[[], object]) -> bool:
        """Do it, and note whether it failed, why, and how long it took."""
        begun = time.monotonic()
        verdict: Verdict = "ok"
        reason = ""
        try:
            action()
        except Exception as problem:  # noqa: BLE001 whatever goes wrong in a client is a result
            verdict, reason = "FAILED", _told(problem)
        self.add(Result(client, case, verdict, time.monotonic() - begun, reason))
        return verdict == "ok"

    def add(self, result: Result) -> None:
        """Note a result, and say it."""
        with self._lock:
            self.done.append(result)
            print(f"{result.client:12} {result.case:34} {result.verdict} {result.seconds:.1f} s", flush=True)
            if result.reason:
                print("    " + result.reason.replace("\n", "\n    "), flush=True)

    def close(self, client: str, cases: Sequence[str], verdict: Verdict, reason: str) -> None:
        """Note for each of ``cases``, those of ``client``, that has no result yet that it has none."""
        seen = {result.case for result in self.done if result.client == client}
        if verdict == "skipped":
            print(f"{client:12} skipped: {reason}", flush=True)
        for case in cases:
            if case not in seen:
                self.done.append(Result(client, case, verdict, 0, reason))

    def failed(self, asked_for: Sequence[str]) -> bool:
        """Return whether a case failed, or a client that was asked for by name was skipped."""
        return any(
            result.verdict == "FAILED" or (result.verdict == "skipped" and result.client in asked_for)
            for result in self.done
        )

    def write(self, directory: Path) -> None:
        """Write table.json and table.md."""
        directory.mkdir(parents=True, exist_ok=True)
        rows = [{**asdict(result), "seconds": round(result.seconds, 2)} for result in self.done]
        (directory / "table.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        (directory / "table.md").write_text(self.markdown(), encoding="utf-8")

    def markdown(self) -> str:
        """Return the table; a case that did not end well has its reason below."""
        clients = sorted({result.client for result in self.done})
        cells = {(result.client, result.case): result for result in self.done}
        lines = ["| case | " + " | ".join(clients) + " |", "|---" * (len(clients) + 1) + "|"]
        for case in self.cases:
            found = [cells.get((client, case)) for client in clients]
            lines.append(f"| {case} | " + " | ".join(_shown(cell) for cell in found) + " |")
        told: dict[tuple[str, str], str] = {}
        for result in self.done:
            if result.reason:
                told.setdefault((result.client, result.reason), result.case)
        for (client, reason), case in told.items():
            lines += ["", f"{client}, {case}: {' '.join(reason.split())[:SHOWN]}"]
        return "\n".join(lines) + "\n"


def _shown(result: Result | None) -> str:
    if result is None:
        return ""
    return f"{result.verdict}, {result.seconds:.1f} s" if result.seconds else result.verdict


def _told(problem: Exception) -> str:
    if isinstance(problem, AssertionError):
        return str(problem)
    return "".join(traceback.format_exception(problem)).rstrip()
