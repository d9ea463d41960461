# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of Debian packages in; those that were missing installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable


class NoPackages(Exception):
    """Packages are missing and cannot be installed."""


def missing(names: Iterable[str]) -> list[str]:
    """Return those of ``names`` that are not installed, sorted."""
    return sorted({name for name in names if not _installed(name)})


def install(names: Iterable[str]) -> None:
    """Install what is missing, without questions and without starting services. Raises NoPackages."""
    wanted = missing(names)
    if not wanted:
        return
    if shutil.which("apt-get") is None:
        raise NoPackages(f"{', '.join(wanted)}: not installed, and this machine has no apt-get.")
    print(f"Installing {', '.join(wanted)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    for command in (
        [*apt, "update"],
        [*apt, "install", "-y", "--no-install-recommends", *wanted],
    ):
        done = subprocess.run(command, check=False, env=environment, stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode != 0:
            raise NoPackages(f"{' '.join(command)}: {done.stderr.decode(errors='replace').strip()[-400:]}")


def _installed(name: str) -> bool:
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", name], check=False, capture_output=True, text=True)
    return done.stdout == "install ok installed"
