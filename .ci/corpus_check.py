# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A corpus directory of real answers in; whether our reader sees in them what its FACTS.tsv says, cell by cell, out.

FACTS.tsv has one row for each Protocol, with raw values. It was made without our reader, so agreement means something.
Usage: corpus_check.py CORPUS_DIR, with the collection on PYTHONPATH.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import AnswerError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.elements import (
    ACTIVESYNC_NAMESPACE_PART,
    BASE_NAMESPACE,
    OUTLOOK_NAMESPACE,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.reader import read, read_response
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.response import Protocol, Response

PROTOCOL_COLUMNS = (
    *("Type", "Server", "Port", "LoginName", "DomainRequired", "DomainName", "SPA", "SSL", "Encryption"),
    *("AuthRequired", "UsePOPAuth", "SMTPLast", "TTL", "ExpirationDate"),
)

DEFINITIONS = {
    "repeated element": 'The table shows all values, joined by " || "; our reader keeps the first, with a finding for '
    "each other. Compared: the first value, and the number of findings.",
    "nested Protocol": "The table has no row for a Protocol inside Internal or External; our reader has one. "
    "Compared: the outer ones, which the inner ones must not change.",
    "Account without Protocol": 'The table writes "no Account/Protocol" for it. Compared: that there is no Protocol.',
    "ActiveSync": "The table shows Action, Url, Redirect and Status; our reader tells that it is ActiveSync, and its "
    "Error. Compared: these two.",
    "namespaces": "The table shows them; our reader has a finding for undocumented ones. Compared: whether it has one.",
}
"""Where the table and our reader mean different things, and what is compared then."""

REFUSED = {
    "exchangelib-foo-root.xml": (
        "not-autodiscover",
        "The table calls it well-formed, which it is; its root is another.",
    ),
    "virtualmin-764-ssl-yes.xml": ("not-autodiscover", "The same: a Protocol alone is a piece of an answer."),
    "exchangelib-not-xml.xml": ("not-well-formed", "Three letters."),
    "scalix-error-empty-ns.xml": ("truncated", "The end tag of the root is missing."),
}
"""File → the code with which read_response refuses it, and why. All other files must be read."""

BESIDE_THE_TABLE = {
    "exchangelib-redirecturl-wrongcase.xml": (
        {"RedirectUrl": "https://example.com/foo.asmx"},
        "It writes RedirectURL, as one page of the documentation does; our reader takes that, with a finding.",
    ),
    "solarssk-error-as-attributes.xml": (
        {"ErrorCode": "600"},
        "It writes code and message as attributes; the table looks at elements only.",
    ),
}
"""File → what our reader finds and the table does not show, and why."""


class Tally:
    """Counts comparisons and tells those that fail."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def compare(self, where: str, expected: object, found: object) -> None:
        """Compare one cell."""
        if expected == found:
            self.passed += 1
        else:
            self.failed += 1
            print(f"MISMATCH {where}: the table says {expected!r}, our reader {found!r}")


Row = dict[str, str]


def check_file(path: Path, rows: list[Row], tally: Tally) -> None:
    """Compare all that the table says about one file."""
    try:
        response = read_response(path.read_bytes(), path.name)
    except AnswerError as error:
        tally.compare(f"{path.name}: refused", REFUSED.get(path.name, ("",))[0], error.code)
        return
    tally.compare(f"{path.name}: refused", False, path.name in REFUSED)
    check_document(response, rows, tally)
    outer = [
        (f"account {number}", account, protocol)
        for number, account in enumerate(response.accounts, 1)
        for protocol in account.protocols
        if protocol.container is None
    ]
    expected = [row for row in rows if row["where"] != "no Account/Protocol"]
    tally.compare(f"{path.name}: number of Protocols", len(expected), len(outer))
    for number, (row, (where, account, protocol)) in enumerate(zip(expected, outer, strict=False), 1):
        place = f"{path.name}: Protocol {number}"
        tally.compare(f"{place}: where", row["where"], where)
        action = account.action.text if account.action is not None else "(no Action)"
        tally.compare(f"{place}: action", row["action/other"], action)
        for column in PROTOCOL_COLUMNS:
            tally.compare(f"{place}: {column}", row[column].partition(" || ")[0], cell(protocol, column))
    if not expected:
        check_other(response, rows[0], tally)


def cell(protocol: Protocol, column: str) -> str:
    """Return a value as the table writes it."""
    value = protocol.values.get(column)
    if value is None:
        return ""
    return value.text or "(empty)"


def check_document(response: Response, rows: list[Row], tally: Tally) -> None:
    """Compare what is about a whole file."""
    found = Counter(finding.code for finding in response.findings)
    first = rows[0]
    blank_first = first["form"] == "only after stripping leading whitespace"
    tally.compare(f"{response.source}: leading whitespace", int(blank_first), found["leading-whitespace"])
    repeated = sum(row[column].count(" || ") for row in rows for column in PROTOCOL_COLUMNS)
    tally.compare(f"{response.source}: repeated elements", repeated, found["element-duplicate"])
    is_error = first["action/other"].startswith("Error")
    documented = first["root ns"] == BASE_NAMESPACE and (
        first["Response ns"] == OUTLOOK_NAMESPACE or (is_error and first["Response ns"] == BASE_NAMESPACE)
    )
    tally.compare(f"{response.source}: namespaces", documented, not found["namespace-unexpected"])
    is_active_sync = ACTIVESYNC_NAMESPACE_PART in first["Response ns"]
    tally.compare(f"{response.source}: ActiveSync", is_active_sync, response.active_sync is not None)


def check_other(response: Response, row: Row, tally: Tally) -> None:
    """Compare the column action/other of an answer without Protocol: ``name=value`` joined by ``;``."""
    expected = {}
    for part in filter(None, row["action/other"].split(" ; ")):
        name, _equals, value = part.partition("=")
        expected[name] = value
    if response.active_sync is not None:
        tally.compare(f"{response.source}: Error", "Error" in expected, response.error is not None)
        return
    found: dict[str, str] = {}
    for account in response.accounts:
        pairs = (
            ("Action", account.action),
            ("RedirectUrl", account.redirect_url),
            ("RedirectAddr", account.redirect_addr),
        )
        found |= {name: value.text for name, value in pairs if value is not None}
    if response.error is not None:
        found["Error"] = ""
        if response.error.error_code:
            found["ErrorCode"] = response.error.error_code
    tally.compare(f"{response.source}: other", expected | BESIDE_THE_TABLE.get(response.source, ({},))[0], found)


def how_it_ends(data: bytes, name: str) -> str:
    """Tell what ``read`` makes of a file."""
    try:
        response = read(data, name)
    except AnswerError as error:
        return f"refused, {error.code}"
    types = [protocol.type for protocol in response.protocols()]
    codes = Counter(finding.code for finding in response.findings)
    shown = ", ".join(f"{number} {code}" for code, number in sorted(codes.items()))
    return f"settings, {' '.join(types)}{f' ({shown})' if shown else ''}"


def main() -> int:
    """Check the directory that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", metavar="CORPUS_DIR", type=Path, help="holds FACTS.tsv and the answers")
    directory: Path = parser.parse_args().directory
    with (directory / "FACTS.tsv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    tally = Tally()
    files = sorted(path.name for path in directory.iterdir() if path.suffix == ".xml")
    tally.compare("FACTS.tsv: files", sorted({row["file"] for row in rows}), files)
    for name in files:
        check_file(directory / name, [row for row in rows if row["file"] == name], tally)
        print(f"{name}: {how_it_ends((directory / name).read_bytes(), name)}")
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
