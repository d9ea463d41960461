# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""What every mail client of the collection is made of: its table of elements, its options, its renderer.

The table is the one truth about a client: the ``translation`` of a run and the client's page in the
documentation are both made of it, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..settings.account import MailAccount
from .files import File, Sandbox
from .registry_values import RegistryValue

Verdict = Literal["native", "hook", "approximated", "impossible"]
Proof = Literal["client", "documented"]
Side = Literal["incoming", "outgoing", "account"]


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of one element in one case.

    Rows of an element are tried in order and the first that applies counts. ``setting`` may hold the
    names of ``values.PLACES`` and ``Client.places`` in braces: the run fills them in, the documentation shows them.
    """

    side: Side
    element: str
    case: str
    """The case in words, for the documentation."""
    verdict: Verdict
    setting: str
    applies: Callable[[MailAccount], bool] = lambda account: True
    note: str = ""
    refuses: bool = False
    """With verdict ``impossible``: the account is refused unless option ``unsupported`` is ``warn``."""
    always: bool = False
    """The refusal cannot be waived."""
    proof: Proof = "documented"
    needs: tuple[str, ...] = ()
    """With verdict ``hook``: programs, and a way to the password."""
    warns: bool = True
    """Of SMTPLast=on that is neither native nor a hook: a run warns of it. Not where all is well, the caller wants it
    so, or a finding of the account says it for all clients."""
    option: tuple[str, Any] | None = None
    """Name and value of one of the client's options; the row holds only where the option has this value."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What a client needs installed, and the accounts that it cannot take, with the reason."""

    files: tuple[File, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    registry: tuple[RegistryValue, ...] = ()
    """Values that the caller writes to the registry of a Windows user."""


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of ``client_options``."""

    default: Any
    description: str
    choices: tuple[str, ...] = ()
    on_controller: bool = False
    """The value is the path of a file on the controller; the action seeks it as Ansible seeks files."""


@dataclass(frozen=True, slots=True)
class Client:
    """One mail client."""

    name: str
    title: str
    description: str
    rows: tuple[Row, ...]
    render: Callable[[Sequence[MailAccount], Mapping[str, Any]], Rendering]
    options: Mapping[str, Option] = field(default_factory=dict)
    places: Mapping[str, Callable[[MailAccount], object]] = field(default_factory=dict)
    """Names that may stand in braces in the ``setting`` of this client's rows, beside ``values.PLACES``."""
    needs_user: Callable[[Mapping[str, Any]], bool] = lambda options: True
    """Whether its files lie in the home of the account's user, given its options."""
    sandbox: Sandbox | None = None
    """The client as Flatpak and Snap, which a run must notice."""
    territory: tuple[str, ...] = ()
    """Where its files can be, as ``territory`` of ``client_files`` takes it; nothing on record elsewhere is touched."""
    login_kept_by: Literal["address", "section", "server"] = "server"
    """What the client finds a stored password by. ``address``: by what is made of the address, so the password goes
    along when the server changes, also when the account was removed in between. ``section``: by what goes with the
    account. ``server``: by host name and login."""
    shares_login: bool = False
    """A password found by the incoming server is sent to the outgoing one, whatever its host name is."""
    takes_command: bool = False
    """It sends the password that ``password_command`` prints, whatever the server is."""
    server_keys: tuple[str, ...] = ()
    """Keys of keyed files that hold the host name of a server that gets the stored password."""
    notes: tuple[str, ...] = ()
    """Paragraphs for the client's page: what else a person should know."""
