# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters ``from_pox`` and ``to_client_files``: the steps of ``client_config`` for tasks of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._shapes import said
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.callers import FROM_POX_SPEC, called_by
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.composing import client_files_for
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import AutodiscoverError, OptionError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.meaning import meaning_of
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.requests import checked_options
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.wording import listed


def from_pox(document: Any, *positional: Any, **options: Any) -> dict[str, Any]:
    """Return ``settings`` and ``findings`` of an Autodiscover answer. Options: ``email``, ``source``."""
    with _speaking("from_pox"):
        given = checked_options(_named("from_pox", positional, options), FROM_POX_SPEC)
        if isinstance(document, bytes):
            return meaning_of(document, given["source"], given["email"])
        text = checked_options({"the answer": document}, {"the answer": {"type": "str", "required": True}})
        return meaning_of(str(text["the answer"]), given["source"], given["email"])


def to_client_files(settings: Any, *positional: Any, **options: Any) -> dict[str, Any]:
    """Return ``files`` for the module ``client_files``, with ``registry``, ``translation`` and ``findings``.

    Options: ``email``, ``clients``, and those of ``client_config`` that bear on one account.
    """
    with _speaking("to_client_files"):
        if not isinstance(settings, Mapping):
            raise OptionError(f"it takes Settings, or what from_pox returns; it was given {said(settings)}.")
        given = _named("to_client_files", positional, options)
        return client_files_for(settings, given.pop("email", None), given.pop("clients", None), given)


_POSITIONAL = {"from_pox": ("email", "source"), "to_client_files": ("email", "clients")}


def _named(name: str, positional: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a filter by name; Python's own words for a missing or unknown one are for programmers.

    Raises:
        OptionError: for more values than the filter has a place for, or one that is given twice.
    """
    places = _POSITIONAL[name]
    if len(positional) > len(places):
        raise OptionError(f"it has a place for {listed(places)}; give other options by name.")
    given = dict(zip(places, positional, strict=False))
    twice = sorted(set(given) & set(options))
    if twice:
        raise OptionError(f"{twice[0]} is given twice, by its place and by its name; leave one of them.")
    return {**given, **options}


@contextmanager
def _speaking(name: str) -> Iterator[None]:
    """Turn errors into Ansible's, and have them speak of the options of this filter."""
    try:
        with called_by(name):
            yield
    except AutodiscoverError as error:
        raise AnsibleFilterError(f"{name}: {error}") from error


class FilterModule:
    """The filters of the collection."""

    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        """Return the filters by name."""
        return {"from_pox": from_pox, "to_client_files": to_client_files}
