# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""This process in; the same program again out, as the only inhabitant of a machine that is a layer above this one.

The layer has its own network (nothing but loopback), processes, homes, /tmp and /run; what is written to /etc, /usr
or /var stays in it. It ends with the process that made it, with everything that ran in it: two runs side by side
never meet, and nothing is left behind when one is killed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LAYERED = ("/etc", "/home", "/tmp", "/usr", "/var")
STATE = Path("/run/lab")
"""In the layer: what the servers keep."""

_INSIDE = "MAILFLEET_LAB_INSIDE"


def inside() -> bool:
    """Return whether this process already runs in the layer."""
    return os.environ.get(_INSIDE) == "yes"


def run_inside(command: list[str]) -> int:
    """Run ``command`` in a new layer and return how it ended."""
    unshare = ["unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc"]
    return subprocess.run([*unshare, *command], check=False, env={**os.environ, _INSIDE: "yes"}).returncode


def settle(checkout: Path) -> None:
    """Lay the layer over this machine; ``checkout`` alone stays what it is, so that results can be kept."""
    kept = os.open(checkout, os.O_PATH | os.O_DIRECTORY)
    _call("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    for directory in LAYERED:
        upper, work = (STATE / "layer" / kind / directory[1:] for kind in ("upper", "work"))
        upper.mkdir(parents=True)
        work.mkdir(parents=True)
        # The top directory of the layer is the upper one: /tmp must stay a place for everybody.
        upper.chmod(os.stat(directory).st_mode & 0o7777)
        where = f"lowerdir={directory},upperdir={upper},workdir={work}"
        _call("mount", "-t", "overlay", "-o", where, "overlay", directory)
    if any(checkout.is_relative_to(directory) for directory in LAYERED):
        _call("mount", "--bind", f"/proc/self/fd/{kept}", str(checkout), pass_fds=(kept,))
    os.close(kept)
    Path("/run/netns").mkdir()
    Path("/run/user").mkdir()
    _call("ip", "link", "set", "lo", "up")
    os.chdir(checkout)


def reap(main: int) -> int:
    """As the first process of the layer: wait for all children, and return how ``main`` ended."""
    while True:
        pid, status = os.wait()
        if pid == main:
            return os.waitstatus_to_exitcode(status)


def become_main() -> None:
    """Let a child go on with the work while this process, the first of the layer, waits for whatever ends."""
    child = os.fork()
    if child:
        sys.stdout.flush()
        os._exit(reap(child) & 0xFF)


def _call(*command: str, pass_fds: tuple[int, ...] = ()) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, pass_fds=pass_fds)
    if done.returncode != 0:
        sys.exit(f"The lab cannot be isolated on this machine: {' '.join(command)}: {done.stderr.strip()}")
