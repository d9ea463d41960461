# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Option ``dest`` and accounts in; one checked path for each account out. For clients whose file is handed out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import OptionError
from ..settings.account import MailAccount
from ..settings.names import is_plain_text
from ..wording import listed, quoted
from .client import Option
from .files import Place, file_name


def dest_option(client: str, ending: str) -> Option:
    """Return the option for a client with one file for each account."""
    return Option(
        f"/srv/mailfleet/{client}/{{email}}.{ending}",
        "Where the file of an account goes: an absolute path on the node. C({email}) and C({domain}) stand for the "
        "address and its domain.",
    )


def destinations(client: str, dest: Any, accounts: Sequence[MailAccount]) -> dict[str, Place]:
    """Return the place of the file of each account, by address.

    Raises:
        OptionError: when ``dest`` is no absolute path on one line, or two accounts would share a file.
    """
    option = f"client_options.{client}.dest"
    if not (isinstance(dest, str) and dest.startswith("/") and is_plain_text(dest)):
        raise OptionError(f"{option} is {quoted(dest)}; give an absolute path on one line.")
    paths: dict[str, str] = {}
    for account in accounts:
        path = dest.replace("{email}", file_name(account.email)).replace("{domain}", account.domain)
        other = paths.setdefault(path, account.email)
        if other != account.email:
            raise OptionError(
                f"{option} is {quoted(dest)}, and {listed([other, account.email])} would share it. Put {{email}} "
                "into it."
            )
    return {email: Place.at(path) for path, email in paths.items()}
