# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters ``from_pox`` and ``to_client_files``: the steps of ``client_config`` for tasks of one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.composing import client_files_for
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import AutodiscoverError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.meaning import meaning_of


def from_pox(document: Any, email: str | None = None, source: str = "the answer") -> dict[str, Any]:
    """Return ``settings`` and ``findings`` of an Autodiscover answer."""
    if not isinstance(document, (str, bytes)):
        raise AnsibleFilterError(
            f"from_pox reads the text of an answer; it was given {type(document).__name__}. Pass the file's content."
        )
    try:
        return meaning_of(bytes(document) if isinstance(document, bytes) else str(document), source, email)
    except AutodiscoverError as error:
        raise AnsibleFilterError(f"from_pox: {error}") from error


def to_client_files(settings: Any, email: str, clients: list[str], **options: Any) -> dict[str, Any]:
    """Return ``files`` for the module ``client_files``, with ``registry``, ``translation`` and ``findings``."""
    if not isinstance(settings, Mapping):
        raise AnsibleFilterError(
            f"to_client_files takes Settings, or what from_pox returns; it was given {type(settings).__name__}."
        )
    try:
        return client_files_for(settings, email, clients, options)
    except AutodiscoverError as error:
        raise AnsibleFilterError(f"to_client_files: {error}") from error


class FilterModule:
    """The filters of the collection."""

    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        """Return the filters by name."""
        return {"from_pox": from_pox, "to_client_files": to_client_files}
