# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One play that writes 100 files with client_config, against one that writes one, and against template in a loop.

Paired: each round runs all three, each into a fresh directory; medians of the rounds are compared.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ANSWER = Path(__file__).resolve().parents[1] / "demo" / "answers" / "example.org.xml"
FILES = 100
ROUNDS = 3
MANY_TARGET = 1.6
LOOP_TARGET = 15.0

TEMPLATE = """\
<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="{{ item }}">
    <domain>{{ item }}</domain>
    <incomingServer type="pop3"><hostname>pop.example.org</hostname><port>995</port></incomingServer>
    <outgoingServer type="smtp"><hostname>smtp.example.org</hostname><port>587</port></outgoingServer>
  </emailProvider>
</clientConfig>
"""


def main() -> None:
    """Print the medians and their ratios."""
    rounds = []
    for _round in range(ROUNDS):
        with tempfile.TemporaryDirectory() as directory:
            place = Path(directory)
            rounds.append(
                {
                    "one": played(place, "one", [provisioning(place / "one-root", 1)]),
                    "many": played(place, "many", [provisioning(place / "many-root", FILES)]),
                    "loop": played(place, "loop", [looping(place)]),
                }
            )
    for name, text in (
        ("one", "client_config, 1 file"),
        ("many", f"client_config, {FILES} files"),
        ("loop", f"template looped over {FILES} files"),
    ):
        print(f"plays: {text}: {statistics.median(row[name] for row in rounds):.2f} s")
    many = statistics.median(row["many"] / row["one"] for row in rounds)
    loop = statistics.median(row["loop"] / row["many"] for row in rounds)
    print(
        f"plays: {FILES} files cost {many:.2f} times one file (target: at most {MANY_TARGET}), {ROUNDS} paired rounds"
    )
    print(f"plays: template costs {loop:.1f} times client_config (target: at least {LOOP_TARGET})")


def provisioning(root: Path, count: int) -> dict[str, Any]:
    """Return a task that writes ``count`` files."""
    root.mkdir()
    accounts = [{"email": f"ada@d{number}.example", "pox_src": str(ANSWER)} for number in range(count)]
    return {
        "name": "Provision",
        "mailfleet.autodiscover.client_config": {
            "accounts": accounts,
            "clients": ["thunderbird_autoconfig"],
            "root": str(root),
        },
    }


def looping(place: Path) -> dict[str, Any]:
    """Return a task that writes as many files with template."""
    (place / "config.xml.j2").write_text(TEMPLATE, encoding="utf-8")
    (place / "loop-root").mkdir()
    return {
        "name": "Loop",
        "ansible.builtin.template": {
            "src": str(place / "config.xml.j2"),
            "dest": f"{place}/loop-root/{{{{ item }}}}.xml",
            "mode": "0644",
        },
        "loop": [f"d{number}.example" for number in range(FILES)],
    }


def played(place: Path, name: str, tasks: list[dict[str, Any]]) -> float:
    """Run a play with ``tasks`` on this machine; return its wall time in seconds."""
    playbook = place / f"{name}.yml"
    play = {"name": name, "hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("ansible-playbook")), str(playbook), "-i", "localhost,"]
    start = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    if done.returncode != 0 or "failed=0" not in done.stdout or "changed=1" not in done.stdout:
        sys.exit(done.stdout + done.stderr)
    return seconds


if __name__ == "__main__":
    main()
