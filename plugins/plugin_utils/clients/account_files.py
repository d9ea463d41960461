# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Accounts, a path with ``{email}`` or ``{domain}`` and a way to write one in; one whole file for each account out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import AccountRefused, OptionError
from ..settings.account import MailAccount
from ..wording import quoted
from .client import Option, Rendering
from .files import Place, WholeFile, file_name, is_path_of_file

SERVED = tuple(f"{top}/" for top in ("/srv", "/var/www", "/opt", "/mnt", "/media", "/data", "/usr/local/share"))
"""Where files lie that are given to others, whatever ``dest`` is now. Elsewhere ``dest`` must say so."""


def dest_option(client: str, ending: str) -> Option:
    """Return option ``dest`` of a client with one file for each account."""
    return Option(
        f"/srv/mailfleet/{client}/{{email}}.{ending}",
        "Where the file of an account goes: an absolute path on the node. C({email}) and C({domain}) stand for the "
        "address and its domain.",
    )


def account_files(
    client: str,
    accounts: Sequence[MailAccount],
    dest: Any,
    content: Callable[[MailAccount], str | bytes],
    basis: Callable[[MailAccount], str | None] = lambda account: None,
) -> Rendering:
    """Return a file for each account; one whose ``content`` raises AccountRefused is refused with that reason.

    ``basis`` is that of WholeFile.

    Raises:
        OptionError: when ``dest`` is no absolute path, or accounts would share one.
    """
    option = f"client_options.{client}.dest"
    if not is_path_of_file(dest):
        raise OptionError(f"{option} is {quoted(dest)}; give an absolute path of a file on one line, without '..'.")
    files: dict[str, WholeFile] = {}
    refused: dict[str, str] = {}
    for account in accounts:
        path = path_for(account, dest, option)
        try:
            file = WholeFile(Place.at(path), (account.email,), content(account), mode="0644", basis=basis(account))
        except AccountRefused as error:
            refused[account.email] = str(error)
            continue
        earlier = files.setdefault(path, file)
        if earlier.accounts != file.accounts:
            raise OptionError(
                f"{option} is {quoted(dest)}, which gives {earlier.accounts[0]} and {account.email} the same file. "
                "Put {email} into it."
            )
        if earlier != file:
            refused[account.email] = (
                f"{account.email}: two users of this address need different files, and {client} has one for an "
                "address. Make their answers and options agree, or call client_config for each with a dest of its own."
            )
    return Rendering(tuple(files.values()), refused)


def path_for(account: MailAccount, pattern: str, option: str) -> str:
    """Return ``pattern`` with the account's address or domain in the place of their names in braces.

    Raises:
        OptionError: naming ``option``, for other braces.
    """
    path = pattern.replace("{domain}", "\0").replace("{email}", file_name(account.email))
    path = path.replace("\0", file_name(account.domain))
    if "{" in path or "}" in path:
        raise OptionError(f"{option} is {quoted(pattern)}; only {{email}} and {{domain}} may stand in braces.")
    return path
