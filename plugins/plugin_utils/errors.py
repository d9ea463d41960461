# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The errors of the controller half: every one is a sentence for a person, with a code for a program.

Nothing here knows Ansible. The edge (action plugins, filters) turns an ``AutodiscoverError``
into an Ansible error once.
"""

from __future__ import annotations

from typing import ClassVar

from .findings import Finding
from .wording import printable, quoted


class AutodiscoverError(Exception):
    """Anything that keeps an account from being provisioned. ``str(error)`` says what, where and what to do."""

    code: ClassVar[str] = "error"
    findings: tuple[Finding, ...] = ()
    """What was noticed before: it often explains the error."""

    def __str__(self) -> str:
        """Return the sentence, with nothing in it that a terminal or a log would obey, whatever it quotes."""
        return printable(super().__str__())


class LibraryMissing(AutodiscoverError):
    """A Python library that the controller needs cannot be imported there; no account is to blame."""

    code: ClassVar[str] = "library"

    def __init__(self, library: str, python: str, reason: str) -> None:
        always_needed = ("lxml", "jsonschema")
        packages = always_needed if library in always_needed else (library,)
        super().__init__(
            f"The Python library {library} is missing on the controller, where {python} says {quoted(reason, 200)}; "
            f"install it with: {python} -m pip install {' '.join(packages)}"
        )
        self.library = library


class OptionError(AutodiscoverError):
    """What the caller asked for cannot be: an unknown client, a bad address, contradicting options."""

    code: ClassVar[str] = "option"


class AnswerError(AutodiscoverError):
    """The document is no usable Autodiscover answer."""

    code: ClassVar[str] = "answer"


class MeaningError(AutodiscoverError):
    """The document was read, but a value in it cannot be."""

    code: ClassVar[str] = "meaning"


class SettingsError(AutodiscoverError):
    """A Settings document does not fit its JSON Schema."""

    code: ClassVar[str] = "settings"


class AccountRefused(AutodiscoverError):
    """The account would end without security, without authentication, or unable to send."""

    code: ClassVar[str] = "refused"
