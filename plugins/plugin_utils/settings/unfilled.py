# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Recognise values that no server meant: placeholders that its template did not fill in, and words for *nothing*.

All of them were seen in responses, or in the templates that servers make responses of. A real login may hold a percent
sign, a hash or a dollar (``ada%example.org``, ``HOST$``), so a sign counts only where no such login has it. What is
longer than any login is no concern of these patterns; it is refused for its length.
"""

from __future__ import annotations

import re

from .names import MAX_TEXT

_SIGNS = re.compile(
    r"""
      \{[^{}]*\}                                # {email}, {{ .Email }}, ${email}, {% email %}
    | (?<![\w$])\$!?[A-Za-z_] | \$[({]\w         # $email, $!email, $(email), ${email
    | ^\$[0-9]$                                 # $1
    | (?<!\w)%[A-Za-z](?!\w) | %\(\w+\)[a-z] | %[0-9]+\$[a-z]     # %s, %(email)s, %1$s
    | %![A-Za-z]?\(                             # %!s(MISSING), %!(EXTRA string=ada)
    | (?<!\w)@@?[A-Za-z_]\w*@@?(?!\w)           # @EMAIL@, @@EMAIL@@
    | \[%[^%]*%\] | \[email\W+protected\]       # [% email %], [email protected]
    | ^\[{1,2}[A-Za-z_\s]*\]{1,2}$              # [USERNAME], [[email]]
    | (?<!\w)\#\#?[A-Za-z_]\w*\#                # #EMAIL#
    | <[^<>@]*>                                 # <Email>, <%= email %>
    | ^:[A-Za-z_]\w*$                           # :email
    | ^__\w+__$                                 # __EMAIL__
    | ^@\S*$ | ^\S*@$                           # @example.org, ada@, @
    """,
    re.X,
)
_WRAPPED = re.compile(
    r"""
      ^(?:mailto|smtp):
    | ^b?["'`].*["'`]$ | ^[\[(].*@              # b'ada@example.org', ['ada@example.org']
    | @[^,;]*[,;](?:\s*$|.*@)                   # ada@example.org;
    | <[^<>]*> | \s.*@ | @.*\s
    """,
    re.I | re.S | re.X,
)
_WORDS = frozenset(("(none)", "(null)", "array", "hostname", "none", "null", "undefined"))
"""The whole value, or each of its words, in lower case: what JavaScript, Python, Perl and PHP write for nothing, and a
word of templates."""
_IN_CAPITALS = frozenset(
    (
        "DOMAIN",
        "EMAIL",
        "EMAILADDRESS",
        "EMAIL_ADDRESS",
        "LOCALPART",
        "LOGIN",
        "LOGINNAME",
        "SERVER",
        "USER",
        "USERNAME",
    )
)
"""The whole value as it is written: nobody has such a login, but some people have one in small letters."""


def is_unfilled(text: str) -> bool:
    """Tell whether ``text`` is what a template leaves where nobody fills it in."""
    if len(text) > MAX_TEXT:
        return False
    words = text.casefold().split()
    is_nothing = bool(words) and _WORDS.issuperset(words)
    _local, at, domain = text.rpartition("@")
    return (
        is_nothing or text in _IN_CAPITALS or (bool(at) and _ends_in_nothing(domain)) or _SIGNS.search(text) is not None
    )


def is_unfilled_host(text: str) -> bool:
    """Tell the same of a host name, of which a template fills in the end: ``mail.undefined``."""
    return is_unfilled(text) or _ends_in_nothing(text)


def _ends_in_nothing(host: str) -> bool:
    return host.rpartition(".")[2].casefold() in _WORDS


def is_wrapped_address(text: str) -> bool:
    """Tell whether ``text`` is an address with more around it, as in ``Ada <ada@example.org>``, which is no login."""
    return len(text) <= MAX_TEXT and _WRAPPED.search(text) is not None
