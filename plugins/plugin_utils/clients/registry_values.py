# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""What a client needs in the Windows registry, as frozen data; arguments of ``ansible.windows.win_regedit`` out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class RegistryValue:
    """One value in the registry of the Windows user who reads the account's mail.

    The collection reports it and leaves the writing to the caller: only there it is known whose registry is meant,
    and how to reach it.
    """

    account: str
    path: str
    """The key, with its hive as PowerShell names it: ``HKCU:\\Software\\...``."""
    name: str
    data: str | int
    type: Literal["string", "dword"]

    def as_dict(self, client: str) -> dict[str, Any]:
        """Return one item of ``registry``."""
        return {
            "client": client,
            "email": self.account,
            "path": self.path,
            "name": self.name,
            "data": self.data,
            "type": self.type,
        }
