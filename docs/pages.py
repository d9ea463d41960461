# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the code in; the pages of the documentation that are made of them out (`make docs`)."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.client import Client
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import CLIENTS
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.findings import FINDINGS

HERE = Path(__file__).resolve().parent

VERDICTS = """\
*native*: the client has the setting. *hook*: full effect through a script or add-on that we install.
*approximated*: usually works, for the reason given. *impossible*: the client cannot do it.

The first case that fits an account counts. *No other way in* means that SMTPLast is on, and the answer names no login
for SMTP: no UsePOPAuth, and no LoginName of its own. Words in CAPITALS stand for values of the account. *Proof* is
`client` where it was seen with the real client, `documented` where it is known from its documentation or source.
"""


def main() -> None:
    """Write every page."""
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def pages() -> dict[Path, str]:
    """Return each page with its text."""
    made = {HERE / "findings.md": findings_page()}
    made |= {HERE / "clients" / f"{client.name}.md": client_page(client) for client in CLIENTS.values()}
    return made


def findings_page() -> str:
    """Return the table of findings."""
    lines = [
        "# Findings",
        "",
        "What the collection notices in an answer, in an account or on a node is a finding: a code that never",
        "changes its meaning, a severity, the element and line of the answer, and a sentence. A finding of severity",
        "*error* keeps the account from being provisioned.",
        "",
        "| code | severity | meaning |",
        "|---|---|---|",
    ]
    lines += [f"| `{code}` | {severity} | {meaning} |" for code, (severity, meaning) in sorted(FINDINGS.items())]
    return "\n".join(lines) + "\n"


def client_page(client: Client) -> str:
    """Return the page of one client: its options and what becomes of each element."""
    lines = [f"# {client.title}", "", f"`clients: [{client.name}]`", "", client.description, ""]
    for note in client.notes:
        lines += [note.replace("``", "`"), ""]
    if client.options:
        lines += ["## Options", "", "They stand in `client_options`, under the client's name.", ""]
        lines += ["| option | default | meaning |", "|---|---|---|"]
    for name, option in client.options.items():
        choices = f" One of {', '.join(f'`{choice}`' for choice in option.choices)}." if option.choices else ""
        default = "none" if option.default is None else f"`{option.default}`"
        lines.append(f"| `{name}` | {default} | {_plain(option.description)}{choices} |")
    if client.options:
        lines.append("")
    needs = list(dict.fromkeys(need for row in client.rows for need in row.needs))
    if needs:
        lines += ["## What its hook needs on the node", "", *(f"- {need}" for need in needs), ""]
    lines += ["## What becomes of each element", "", VERDICTS]
    lines += ["| element | case | verdict | setting | note | proof |", "|---|---|---|---|---|---|"]
    for row in client.rows:
        side = {"incoming": "POP3/IMAP ", "outgoing": "SMTP ", "account": ""}[row.side]
        setting = f"`{_angled(row.setting)}`" if row.setting else ""
        refused = " **Refused** unless `unsupported: warn`." if row.refuses and not row.always else ""
        refused = " **Refused.**" if row.always else refused
        lines.append(
            f"| {side}{row.element} | {row.case} | {row.verdict} | {setting} | {row.note}{refused} | {row.proof} |"
        )
    return "\n".join(lines) + "\n"


def _plain(markup: str) -> str:
    """Return Ansible's documentation markup as Markdown."""
    return re.sub(r"[A-Z]\(([^)]*)\)", r"`\1`", markup)


def _angled(setting: str) -> str:
    """Show what a run fills in as the person will read it: ``{port}`` becomes ``PORT``."""
    return re.sub(r"\{([a-z_]+)\}", lambda match: match[1].upper(), setting)


if __name__ == "__main__":
    main()
