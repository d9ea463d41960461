# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts in; what the role ``mail_client`` did with them, run by ansible-playbook as an admin runs it, out."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .answers import ALLOW_PLAINTEXT

PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")


SHOWN = 2000
"""Characters of what a failed run printed."""


class RoleFailed(AssertionError):
    """The role refused or failed."""


class Role:
    """Provisions one client on this machine, as a set of its own; ``directory`` keeps plays and what they printed."""

    def __init__(self, client: str, directory: Path, options: Mapping[str, Any]) -> None:
        self._client = client
        self._directory = directory
        self._options = dict(options)
        self._number = 0
        directory.mkdir(parents=True)

    def run(
        self, accounts: Sequence[Mapping[str, Any]], state: str = "present", *, purge: bool = False
    ) -> dict[str, Any]:
        """Run the role and return its result. Raises RoleFailed with what it printed."""
        self._number += 1
        result = self._directory / f"result-{self._number}.json"
        variables = {
            "mail_client_accounts": list(accounts),
            "mail_client_clients": [self._client],
            "mail_client_set": self._client,
            "mail_client_state": state,
            "mail_client_purge": purge,
            "mail_client_allow_plaintext": ALLOW_PLAINTEXT,
            "mail_client_client_options": self._options,
        }
        play = {
            "name": "Provision",
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": variables,
            "roles": ["mailfleet.autodiscover.mail_client"],
            "tasks": [
                {
                    "name": "Keep the result",
                    "ansible.builtin.copy": {
                        "dest": str(result),
                        "mode": "0600",
                        "content": "{{ mail_client_result | to_json }}",
                    },
                }
            ],
        }
        playbook = self._directory / f"play-{self._number}.yml"
        playbook.write_text(json.dumps([play], indent=1), encoding="utf-8")
        done = subprocess.run(
            [PLAYBOOK, "--diff", "-i", "localhost,", playbook],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        (self._directory / f"printed-{self._number}.txt").write_text(done.stdout, encoding="utf-8")
        if done.returncode != 0:
            told = done.stdout.rpartition("    msg:")[2] or done.stdout
            raise RoleFailed(f"The role failed: {told.strip()[:SHOWN]}")
        kept: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return kept
