# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes a key, a value or the text of a file, gives what of it may be shown to a person; both halves use it.

Patterns never know every way to write a secret. So they are a second line of defence: what somebody else wrote is not
shown at all where a whole file is compared (_diffs.py). Each of them takes time in proportion to the text, whatever is
in it: a pattern looks at a bounded number of characters after each place where it could begin.
"""

from __future__ import annotations

import re

from ._limits import SHOWN_VALUE

HIDDEN = "********"
_LONGEST = 4096  # characters of a value
_ROOM = 50  # for the number of characters
_MOST_KEYS = 100  # on a line

# In a key without its separators: apiKey, api_key and API KEY are one.
_INSIDE = re.compile(
    r"pass(?!ive|through|age)|pwd|secret|token|credential|bearer|authorization|cookie"
    r"|(?:api|access|auth|encryption|license|master|priv|private|secret|session|shared|signing|ssh)keys?"
    r"|kennwort|wachtwoord|contrase|senha|haslo|heslo|parol|\u043f\u0430\u0440\u043e\u043b"
)
_ALONE = frozenset(("cred", "creds", "otp", "pin", "psk", "psw", "pswd", "totp"))
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# They say how a secret is treated: KMail, Evolution, a configuration profile, a policy of Thunderbird.
_NO_SECRETS = frozenset(
    ("outgoingpasswordsameasincomingpassword", "passwordmanagerenabled", "rememberpassword", "storepass")
)
_SEPARATORS = re.compile(r"[\W_]+")


def is_secret(key: str) -> bool:
    """Whether the value of ``key`` is never shown."""
    joined = _SEPARATORS.sub("", key.lower())
    if joined in _NO_SECRETS:
        return False
    if _INSIDE.search(joined) is not None:
        return True
    return any(
        word in _ALONE or word.startswith("pw") or word.endswith("pw")
        for word in (found.lower() for found in _WORDS.findall(key))
    )


def shown(key: str, value: object) -> object:
    """Return ``value``, the text of ``key``, as it may be shown: None stays None."""
    if value is None:
        return None
    if is_secret(key):
        return HIDDEN
    text = _without_login(value) if "@" in value else value
    # Who reads a report reads no more of it; a pattern looks at what somebody else wrote, so not at all of it either.
    if len(text) <= SHOWN_VALUE:
        return redacted(text)
    # Its end is not shown: what says that it is a secret may stand further before it than anybody looks.
    return f"{redacted(text[:_LONGEST])[: SHOWN_VALUE - _ROOM]}... ({len(text)} characters)"


def shown_value(path: list, value: object, ours: object) -> object:
    """Return a JSON value at ``path`` as it may be shown beside ``ours``, the one that we write there.

    Of what somebody else put into an object or a list only what stands at a key that ours has too is shown.
    """
    try:
        return _beside(value, ours, any(is_secret(key) for key in path))
    except RecursionError:
        return HIDDEN


def _beside(value: object, ours: object, secret: bool) -> object:
    if value is None or isinstance(value, bool):
        return value
    if secret:
        return HIDDEN
    if isinstance(value, (list, dict)) and isinstance(ours, type(value)) and len(ours) == len(value) and value == ours:
        return _cleaned(value)
    if isinstance(value, list):
        return f"[a list of {len(value)}, which is not shown]"
    if isinstance(value, dict):
        known = ours if isinstance(ours, dict) else {}
        clean = {key: _beside(item, known[key], is_secret(key)) for key, item in value.items() if key in known}
        others = len(value) - len(clean)
        if others:
            clean["..."] = f"[{others} that somebody else wrote, not shown]"
        return clean
    return _scalar(value)


def _cleaned(value: object) -> object:
    """Return one of our own values; it may still hold a secret, as an address may."""
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {key: HIDDEN if is_secret(key) else _cleaned(item) for key, item in value.items()}
    return _scalar(value)


def _scalar(value: object) -> object:
    if not isinstance(value, str) or not value:
        return value
    # What a secret in it looks like, a pattern sees on one line only.
    first, *others = value.splitlines()
    clean = shown("", first)
    return f"{clean}... [{len(others)} more lines, not shown]" if others else clean


# Text that is no value of a key: whole files.

_KEY = re.compile(
    r"pass(?!ive|through|age)|pwd|secret|token|credential|bearer|authorization|cookie|pw(?![a-z])|psk\b"
    r"|(?:api|access|auth|encryption|license|master|priv|private|session|shared|signing|ssh)[_. -]?key"
    r"|kennwort|wachtwoord|contrase|senha|haslo|heslo|parol|\u043f\u0430\u0440\u043e\u043b",
    re.I,
)
# What follows the word in a key, up to its value: key = x, key: x, "key", x, 'key' => x, $cfg['key'] = x.
_SEPARATED = re.compile(r"""[\w.$/-]{0,80}[\\"'\])]{0,6}[ \t]{0,40}(?:=>|:=|[=:,])[ \t]{0,40}(?=\S)""")
# <key>..Password..</key>, where the value comes in an element of its own
_PLIST = re.compile(r"[^<>]{0,80}</key>")
_PLIST_ELEMENT = re.compile(r"\s*(?:<(?:string|data)\b|\Z)")
# <value key="password">x</value>, <property name="password" value="x"/>
_ATTRIBUTE = re.compile(r"""[\w.$/ -]{0,80}["'][ \t]{0,40}(?:/?>|[\w.:-]{1,40}[ \t]{0,40}=)""")
# <password>x</password>: the word stands in the name of a tag, which it may end.
_TAG_START = re.compile(r"<[\w.:-]{0,80}\Z")
_TAG_NAME = re.compile(r"[\w.:-]{0,80}")
# password x (netrc), :password "x" (Lisp), --password x; set imap_pass x and rootpw x on lines of their own
_BLANK = re.compile(r"[\w.$:/\[\]-]{0,80}[ \t]{1,40}(?=[^\s=])")
_FIRST_WORD = re.compile(r"[ \t]*(?:set[ \t]+)?[^\s=]*")
_AS_WORD = re.compile(r"pass(?:word|wd|phrase)?\b|pwd\b|bearer\b", re.I)

_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY")
_PLIST_VALUE = "<string>"  # stands for: the next element may hold the secret


def redacted(text: str) -> str:
    """Return a text without the values of its secrets. Rather too much is hidden than too little."""
    if _KEY.search(text) is None and "@" not in text and "PRIVATE KEY" not in text:
        return text
    lines = []
    until = None
    for line in text.split("\n"):
        clean, until = _redacted_line(line, until)
        lines.append(clean)
    return "\n".join(lines)


def _redacted_line(line: str, until: object) -> tuple:
    """Return a line without secrets, and what ends a secret that goes on below, or None."""
    if until == _PLIST_VALUE:
        return _plist_value(line, 0) or _redacted_line(line, None)
    if until is not None:
        end = line.find(until)
        if end < 0:
            return (HIDDEN if line.strip() else line), until
        rest, until = _redacted_line(line[end:], None)
        return HIDDEN + rest, until
    pem = _PEM.search(line)
    if pem is not None:
        return line[: pem.end()] + HIDDEN, None if "-----END" in line[pem.end() :] else "-----END"
    first = _FIRST_WORD.match(line).end()
    for number, found in enumerate(_KEY.finditer(line)):
        hidden = _from_key(line, found, first) if number < _MOST_KEYS else (line[: found.start()] + HIDDEN, None)
        if hidden is not None:
            return _without_logins(hidden[0]), hidden[1]
    return _without_logins(line), None


def _from_key(line: str, found: object, first: int) -> object:
    """Return what _redacted_line() returns, if a value follows the key in which ``found`` is, else None.

    ``first`` is where the first word of the line ends.
    """
    start, end = found.span()
    plist = _PLIST.match(line, end)
    if plist is not None:
        return _plist_value(line, plist.end())
    if _TAG_START.search(line, max(0, start - 82), start) is not None:
        name = _TAG_NAME.match(line, end).end()
        if line.startswith(("/>", " />"), name):
            return None
        closed = line.startswith(">", name)
        return _hidden(line, name + closed, "</" if closed else _element_end(line, name))
    attribute = _ATTRIBUTE.match(line, end)
    if attribute is not None:
        if attribute.group().endswith("/>"):
            return None
        return _hidden(line, attribute.end(), "</" if attribute.group().endswith(">") else None)
    separated = _SEPARATED.match(line, end)
    if separated is not None:
        return _hidden(line, separated.end(), None)
    blank = _BLANK.match(line, end)
    if blank is not None and (start < first or _AS_WORD.match(line, start) is not None or _is_option(line, start)):
        return _hidden(line, blank.end(), None)
    return None


def _is_option(line: str, start: int) -> bool:
    """Whether the key with a secret word at ``start`` is one of Lisp (:imap-password) or of a command (--password)."""
    begin = start
    while start - begin < 40 and (line[begin - 1 : begin].isalnum() or line[begin - 1 : begin] in ("-", "_")):
        begin -= 1
    return line[begin - 1 : begin] == ":" or line[begin] == "-"


def _element_end(line: str, name: int) -> object:
    """Return what ends the secret of a tag with attributes: nothing, when the tag closes itself."""
    end = line.find(">", name)
    return None if end >= 0 and line[end - 1] == "/" else "</"


def _hidden(line: str, start: int, until: object) -> tuple:
    """Hide the rest of the line; where it does not end with ``until``, what follows is hidden up to that."""
    if until is not None and until in line[start:]:
        until = None
    return (line[:start] + HIDDEN if line[start:].strip() else line), until


def _plist_value(line: str, start: int) -> object:
    """Hide the text of the element at ``start``, if that is a string or data, else None; it may come below."""
    element = _PLIST_ELEMENT.match(line, start)
    if element is None:
        return None
    if element.end() == len(line):
        return line, _PLIST_VALUE
    end = line.find(">", element.end()) + 1
    return _hidden(line, end or element.end(), "</")


# Logins in addresses: https://ada:secret@host, ada:secret@host.

_BETWEEN_WORDS = re.compile(r"""([\s"'<>()]+)""")
# Their colon is none between login and password. A path that was made of an address has one slash.
_SCHEME = re.compile(
    r"""(?:^|[\s/"'(<=])(?:[a-z][a-z0-9+.-]{0,30}://|(?:ftps?|https?|imaps?|ldaps?|mailto|pop3?s?|smtps?|ssh):/?)""",
    re.I,
)
_LOGIN = re.compile(r":(?!\s)")


def _without_logins(line: str) -> str:
    if "@" not in line or ":" not in line:
        return line
    return "".join(_without_login(word) for word in _BETWEEN_WORDS.split(line))


def _without_login(text: str) -> str:
    last = text.rfind("@")
    if last < 0:
        return text
    scheme = _SCHEME.search(text, 0, last)
    colon = _LOGIN.search(text, scheme.end() if scheme is not None else 0, last)
    if colon is None or colon.end() == last:
        return text
    return text[: colon.end()] + HIDDEN + text[last:]


def without_password(text: str) -> str:
    """Return one value without a password in it: as in ``ada:secret@host``, ``password=secret``, or a private key."""
    pem = _PEM.search(text)
    if pem is not None:
        return text[: pem.end()] + HIDDEN
    for found in _KEY.finditer(text):
        separated = _SEPARATED.match(text, found.end())
        if separated is not None:
            return _without_login(text[: separated.end()]) + HIDDEN
    return _without_login(text)


_AFTER_COLON = re.compile(r"([^:/@\[\]]+:)(?![0-9]+\Z|[\s/\\])(?=.)", re.S)
_IP = re.compile(r"(?:[0-9A-Fa-f]*:){2}[0-9A-Fa-f:.]*")


def without_password_of_login(text: str) -> str:
    """Return a login or the name of a host without what stands after a colon and is no port.

    Somebody may have written ``ada:secret`` where a login belongs.
    """
    colon = _AFTER_COLON.match(text)
    if colon is None or "@" in text or _IP.fullmatch(text):
        return text
    return colon[1] + HIDDEN
