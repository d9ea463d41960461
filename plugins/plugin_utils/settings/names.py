# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Host names, domains and e-mail addresses: text in, the checked and normalised form out."""

from __future__ import annotations

import ipaddress
import re

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_INVISIBLE = re.compile(
    r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_NO_CHARACTER = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
_LOCAL_PART = re.compile(r"[^\s@\"(),:;<>\[\]\\]{1,64}")

MAX_TEXT = 1000
"""Longest login or name, in bytes of UTF-8: Claws Mail reads its files in pieces of 1,024 bytes (PREFSBUFSIZE)."""

_SECOND_LEVEL = frozenset(
    ("ac", "co", "com", "edu", "go", "gob", "gov", "gouv", "mil", "ne", "net", "nom", "or", "org")
)


def is_hostname(name: str) -> bool:
    """Tell whether ``name`` is a lower-case host name of LDH labels (RFC 1123) or an IP address without brackets."""
    if not name or len(name) > 253:
        return False
    if ":" in name:
        return _is_ip(name)
    labels = name.split(".")
    if labels[-1].isdigit():
        return _is_ip(name)
    return all(_LABEL.fullmatch(label) for label in labels)


def _is_ip(name: str) -> bool:
    if ":" not in name and not name[-1:].isdigit():
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    # A zone (fe80::1%eth0) means something on one machine only.
    return "%" not in name


def is_local(name: str) -> bool:
    """Tell whether each machine understands the host name in its own way: no dot in it, or a loopback address."""
    if _is_ip(name):
        address = ipaddress.ip_address(name)
        return address.is_loopback or address.is_unspecified
    return "." not in name or name.endswith((".localhost", ".localdomain"))


def normalised_hostname(text: str) -> str | None:
    """Return ``text`` in lower case without brackets and closing dot, or None when it is no host name."""
    if not text.isascii():
        # Or the Kelvin sign would become a k.
        return None
    name = text.lower()
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
        return name if ":" in name and is_hostname(name) else None
    name = name.removesuffix(".")
    return name if is_hostname(name) else None


def has_control(text: str) -> bool:
    """Tell whether ``text`` holds control characters or line separators: nothing that fits on one line of a file."""
    return _CONTROL.search(text) is not None


def without_invisible(text: str) -> str:
    """Return ``text`` without characters that nobody sees, such as a byte order mark in the middle."""
    return _INVISIBLE.sub("", text)


def is_plain_text(text: str) -> bool:
    """Tell whether ``text`` may stand as a name or login: no control or direction characters, not too long.

    Half characters (surrogates) and U+FFFE, U+FFFF cannot be written as UTF-8 or XML.
    """
    return (
        not has_control(text)
        and _INVISIBLE.search(text) is None
        and _NO_CHARACTER.search(text) is None
        and len(text.encode("utf-8", "replace")) <= MAX_TEXT
    )


def normalised_address(text: str) -> str | None:
    """Return an e-mail address with its domain in lower case, or None when it is none.

    Quoted local parts are not accepted: no mail client of the table can be relied on to write them.
    """
    local, at, domain = str(text).strip().rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local) or not is_plain_text(local) or not domain.isascii():
        return None
    domain = domain.lower()
    if not is_hostname(domain) or _is_ip(domain):
        return None
    return f"{local}@{domain}"


def same_organisation(one: str, other: str) -> bool:
    """Tell whether two host names lie in one registered domain, as far as can be told without a list of suffixes.

    The last two labels are taken for the registered domain, three where the last two look like
    ``co.uk``. IP addresses and single names belong together only when they are equal.
    """
    return one == other or (_registered(one) is not None and _registered(one) == _registered(other))


def _registered(hostname: str) -> str | None:
    if _is_ip(hostname):
        return None
    labels = hostname.split(".")
    if len(labels) < 2:
        return None
    wanted = 3 if len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-wanted:]) if len(labels) >= wanted else None
