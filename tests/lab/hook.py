# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person's account in; the same with wrong settings in the script that logs in before each sending, out.

The script is that of clients that cannot log in themselves: it logs in by mpop. Evolution and Mutt send through it too,
by msmtp; KMail only has it log in.
"""

from __future__ import annotations

from collections.abc import Callable

from .client import Account, Flip
from .network import Person

DIRECTORY = ".config/mailfleet"
PACKAGES = ("mpop", "msmtp")

_SENDS = frozenset({"sends"})
_LEAKS = frozenset({"keeps the password"})


def _last(ending: str, lines: str) -> Callable[[Person, Account], None]:
    """Return what adds lines to the settings of mpop or msmtp, where the last one of a kind counts."""

    def add(person: Person, account: Account) -> None:  # noqa: ARG001
        path = next((person.home / DIRECTORY).glob(f"*.{ending}"))
        person.write(f"{DIRECTORY}/{path.name}", path.read_text(encoding="utf-8") + lines + "\n")

    return add


def _no_login(person: Person, account: Account) -> None:  # noqa: ARG001
    """Let the script send without its login to POP3, which takes its time: KMail reads a password meanwhile."""
    path = person.home / DIRECTORY / "pop-first"
    text = path.read_text(encoding="utf-8")
    call = "problem=$(LANGUAGE=en mpop "
    assert call in text, f"{path.name} does not call mpop"
    person.write(f"{DIRECTORY}/pop-first", text.replace(call, "problem=$(sleep 1; true "), 0o755)


MPOP_FLIPS = (
    Flip("no login in pop-first", "pure", _no_login, {"sends", "sends again"}),
    Flip("no login in pop-first", "both", _no_login, _SENDS),
    Flip("mpop tls off", "stripped-pop", _last("mpoprc", "tls off\nauth user"), _LEAKS),
    Flip("mpop tls_certcheck off", "misnamed-pop", _last("mpoprc", "tls_trust_file\ntls_certcheck off"), _LEAKS),
)
MSMTP_FLIPS = (
    Flip("msmtp auth off", "both", _last("msmtprc", "auth off"), _SENDS),
    Flip("msmtp auth off", "auth", _last("msmtprc", "auth off"), _SENDS),
    Flip("msmtp tls off", "stripped-smtp", _last("msmtprc", "tls off\nauth plain"), _LEAKS),
    Flip("msmtp tls_certcheck off", "misnamed-smtp", _last("msmtprc", "tls_trust_file\ntls_certcheck off"), _LEAKS),
)
