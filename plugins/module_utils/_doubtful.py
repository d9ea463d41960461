# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes connections that seem to be somebody else's, gives why they replace no login that is there.

Pure: no file is touched here.
"""

from __future__ import annotations

from ._errors import quoted
from ._outcome import Target


class Doubtful:
    """The connections of a run whose response seems to be for another address (``of_another``)."""

    def __init__(self, connections: list, recorded: list) -> None:
        self._rows = [row for row in connections if row.get("of_another")]
        self._recorded = {(row["account"], row["client"], row["user"]): row for row in recorded if row["managed"]}

    def recorded(self) -> list:
        """Return (account, client, reason) of those that were provisioned with another login."""
        found = []
        for row in self._rows:
            for client in row["clients"]:
                before = self._recorded.get((row["account"], client, row.get("user") or ""), {})
                for side in ("incoming", "outgoing"):
                    was, now = ((servers.get(side) or {}).get("username") for servers in (before, row))
                    if was and now and was != now:
                        found.append((row["account"], client, _reason(row, "the account", was, now)))
                        break
        return found

    def in_file(self, target: Target) -> list:
        """Return (account, client, reason) of those that would replace a login in one file, of whomever it is."""
        found = []
        for row in self._rows:
            logins = [row[side]["username"] for side in ("incoming", "outgoing") if row[side].get("username")]
            for drift in target.outcome.drift:
                if drift["email"] != row["account"] or drift["client"] not in row["clients"]:
                    continue
                if drift["reason"] != "content":
                    continue
                was = drift["found"]
                if drift["key"] is None:
                    unknown = target.entries.get(drift["client"]) is None
                    content = target.found.content.strip()
                    if unknown and content and not any(login.encode() in content for login in logins):
                        found.append(
                            (row["account"], drift["client"], _reason(row, target.shown, None, "".join(logins[:1])))
                        )
                elif drift["expected"] in logins and was and was != drift["expected"]:
                    found.append((row["account"], drift["client"], _reason(row, target.shown, was, drift["expected"])))
        return found


def _reason(row: dict, what: str, was: object, now: str) -> str:
    has = f"logs in as {quoted(was)}" if was else "was there before and has another login"
    return (
        f"{what} {has}, which is kept: the new login would be {quoted(now)}, of a response that seems to be for "
        f"{quoted(row['of_another'])}. Fetch the response again with {row['account']}; if the login is right, say so: "
        "as an override in client_config, without of_another in client_files."
    )
