# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A directory of responses with the mistakes of servers in; whether each is read, or refused, as cases.tsv says, out.

cases.tsv has for each file what becomes of it for ada@example.org: the two servers with their logins and the name in
From, or ``refused``; and words of what is said, ``code:`` for a warning. Usage: cases_check.py CASES_DIR.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import Any

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import AccountRequest, Plan, provision
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy

ADA = "ada@example.org"
TABLE = Path(__file__).with_name("cases.tsv")


def outcome(plan: Plan) -> str:
    """Return what becomes of the account."""
    if plan.refused:
        return "refused"
    (connection,) = plan.connections
    (section,) = next(file for file in plan.files if "sections" in file)["sections"]
    servers = (_server(connection[side]) for side in ("incoming", "outgoing"))
    pop_first = ", POP3 first" if section["enforced"]["pop_before_smtp"] == "1" else ""
    return f"{'; '.join(servers)}{pop_first}; {section['seeded']['name']}"


def _server(server: dict[str, Any]) -> str:
    login = server.get("username", "no login")
    return f"{server['type']} {server['hostname']}:{server['port']} {server['socket_type']} {login}"


def said(plan: Plan) -> str:
    """Return all that a person is told without asking."""
    warnings = [f"{row['code']}: {row['message']}" for row in plan.findings if row["severity"] == "warning"]
    return " | ".join([row["reason"] for row in plan.refused] + warnings)


def main() -> int:
    """Check the directory that the command line names; with ``--write``, print a table of what becomes of each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", metavar="CASES_DIR", type=Path)
    parser.add_argument("--write", action="store_true", help="print the rows for cases.tsv instead")
    options = parser.parse_args()
    with TABLE.open(encoding="utf-8", newline="") as lines:
        table = {row["file"]: row for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)}
    names = sorted(path.name for path in options.directory.iterdir() if path.suffix == ".xml")
    failed = [f"{name}: cases.tsv does not say what becomes of it" for name in names if name not in table]
    failed += [f"{name}: is in cases.tsv, but not there" for name in table if name not in names]
    for name in names:
        data = (options.directory / name).read_bytes()
        request = AccountRequest(email=ADA, document=data, source=name, user="ada")
        plan = provision([request], ["claws_mail"], Policy())
        found, words = outcome(plan), said(plan)
        if options.write:
            print(name, found, words, sep="\t")
            continue
        expected = table.get(name, {"becomes": found, "said": ""})
        if found != expected["becomes"]:
            failed.append(f"{name}: becomes {found!r}, not {expected['becomes']!r}")
        failed += [
            f"{name}: {part!r} is not in {words!r}" for part in expected["said"].split(" | ") if part not in words
        ]
        if not expected["said"] and words and name in table:
            failed.append(f"{name}: nothing should be said, but {words!r} is")
    if not options.write:
        print("\n".join([*failed, f"{len(names)} responses, {len(failed)} mistakes"]))
    return 1 if failed and not options.write else 0


if __name__ == "__main__":
    sys.exit(main())
