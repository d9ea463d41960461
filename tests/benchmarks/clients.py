# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All clients for many accounts: milliseconds and memory for each account on the controller, from answer to files.

The memory for each account must not grow with their number: it is measured for two numbers, each in a process of its
own, as the peak of what Python allocated.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import CLIENTS
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import AccountRequest, provision
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy

ANSWER = Path(__file__).resolve().parents[1] / "demo" / "answers" / "example.org.xml"
MANY = 1000
FEW = 250
ROUNDS = 3
TARGET = 25.0
GROWTH_TARGET = 1.1


def render(count: int) -> int:
    """Render all clients for ``count`` accounts, each with an answer of its own; return how many files that makes."""
    answer = ANSWER.read_text(encoding="utf-8")
    requests = [
        AccountRequest(
            email=f"person{number}@d{number}.example",
            user=f"person{number}",
            document=answer.replace("example.org", f"d{number}.example"),
        )
        for number in range(count)
    ]
    plan = provision(requests, list(CLIENTS), Policy(unsupported="warn"))
    assert not plan.refused, plan.refused[:3]
    return len(plan.files)


def main() -> None:
    """Print milliseconds and memory for each account."""
    if len(sys.argv) > 1:
        tracemalloc.start()
        render(int(sys.argv[1]))
        print(json.dumps(tracemalloc.get_traced_memory()[1]))
        return
    render(10)
    seconds = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        files = render(MANY)
        seconds.append(time.perf_counter() - start)
    cost = statistics.median(seconds) * 1000 / MANY
    few, many = (peak(count) / count for count in (FEW, MANY))
    print(f"clients: {len(CLIENTS)} clients, {MANY} accounts, {files} files, median of {ROUNDS}")
    print(f"clients: {cost:.1f} ms for each account (target: at most {TARGET:.0f} ms)")
    print(
        f"clients: {many / 1024:.0f} KiB for each of {MANY} accounts, {few / 1024:.0f} KiB for each of {FEW}: "
        f"ratio {many / few:.2f} (target: at most {GROWTH_TARGET})"
    )


def peak(count: int) -> int:
    """Return the bytes that a process of its own needs for ``count`` accounts."""
    done = subprocess.run([sys.executable, __file__, str(count)], check=True, stdout=subprocess.PIPE, text=True)
    return int(json.loads(done.stdout))


if __name__ == "__main__":
    main()
