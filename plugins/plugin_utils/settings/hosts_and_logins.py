# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Server, LoginName and DomainName of a Protocol: the values with which a password could go to the wrong place.

Whatever looks like a mistake is an error here; a server or a login is never guessed.
"""

from __future__ import annotations

import re

from ..callers import advice
from ..pox.response import Value
from ..pox.script_output import script_message
from ..wording import quoted, quoted_login
from .logins import host_of_domain
from .names import has_control, is_local, is_plain_text, normalised_hostname, without_invisible
from .protocol_values import ProtocolValues
from .unfilled import is_unfilled, is_unfilled_host, is_wrapped_address

_DOMAIN = re.compile(r"[^\s@\\/\x00-\x1f\x7f]{1,255}")


def hostname_of(values: ProtocolValues) -> str:
    """Read Server; missing and impossible ones are errors."""
    if "hostname" in values.overrides:
        return str(values.overrides["hostname"])
    value = values.protocol.get("Server")
    if value is None:
        values.note(
            "server-missing",
            f"{values.title} has no Server.{advice('add the host name to the answer', overrides='override hostname')}",
            "Server",
            values.protocol.values.get("Server"),
        )
        return ""
    if _is_no_value(values, "Server", value, "server-invalid", "hostname"):
        return ""
    text = value.text if values.domain_of_address is None else host_of_domain(value.text, values.domain_of_address)
    name = normalised_hostname(text)
    if name is None:
        values.note(
            "server-invalid",
            f"{values.title}: Server is {quoted_login(value.text)}, which is no host name and no IP address."
            f"{_server_advice(value.text, values.domain_of_address)}",
            "Server",
            value,
        )
        return ""
    if is_local(name):
        values.note(
            "server-local",
            f"{values.title}: Server is {quoted(name)}, which is another server on each machine, or none. Use the "
            "full host name.",
            "Server",
            value,
        )
    return name


def _is_no_value(values: ProtocolValues, element: str, value: Value, code: str, override: str) -> bool:
    """Note an error for what a script printed or a placeholder that was not filled in; tell whether there was one."""
    if value.nested:
        values.note(
            code,
            f"{values.title}: {element} holds HTML ({quoted(value.nested, 40)} first) and the text "
            f"{quoted(value.text)}: the server's script printed it, there is no value."
            f"{advice('correct the script', overrides=f'override {override}')}",
            element,
            value,
        )
        return True
    if script_message(value.text) is not None:
        values.note(
            code,
            f"{values.title}: {element} is {quoted(value.text)}, which the server's script printed: there is no value."
            f"{advice('correct the script', overrides=f'override {override}')}",
            element,
            value,
        )
        return True
    if (is_unfilled_host if element == "Server" else is_unfilled)(value.text):
        values.note(
            "placeholder-unfilled",
            f"{values.title}: {element} is {quoted(value.text)}, which the server's template did not fill in."
            f"{advice('correct the template', overrides=f'override {override}')}",
            element,
            value,
        )
        return True
    return False


def username_of(values: ProtocolValues) -> str | None:
    """Read LoginName; None when it is missing or empty."""
    if "username" in values.overrides:
        return str(values.overrides["username"])
    value = values.protocol.get("LoginName")
    if value is None or _is_no_value(values, "LoginName", value, "login-name-invalid", "username"):
        return None
    problem = (
        "which holds control characters or ones that cannot be seen, or more than 1,000 bytes"
        if not is_plain_text(value.text)
        else "an address with something around it, which is no login"
        if is_wrapped_address(value.text)
        else None
    )
    if problem is not None:
        values.note(
            "login-name-invalid",
            f"{values.title}: LoginName is {quoted_login(value.text)}, {problem}."
            f"{advice('correct the answer', overrides='override username')}",
            "LoginName",
            value,
        )
        return None
    return value.text


def domain_of(values: ProtocolValues) -> str | None:
    """Read DomainName; None when it is missing or empty, or when the caller gives the whole login."""
    value = values.protocol.get("DomainName") if "username" not in values.overrides else None
    if value is None or _is_no_value(values, "DomainName", value, "domain-invalid", "username with the whole login"):
        return None
    if has_control(value.text) or not _DOMAIN.fullmatch(value.text):
        values.note(
            "domain-invalid",
            f"{values.title}: DomainName is {quoted_login(value.text)}, which is no domain."
            f"{advice('correct the answer', overrides='override username with the whole login')}",
            "DomainName",
            value,
        )
        return None
    return value.text


def _server_advice(text: str, domain: str | None) -> str:
    if "://" in text:
        return " Give the bare host name, without a scheme."
    if without_invisible(text).isascii() and not text.isascii():
        return advice("take out the character that cannot be seen", overrides="override hostname")
    if not text.isascii():
        return " Write an international name in its ASCII form (xn--...)."
    if text.count(":") == 1:
        return " Give the port in Port."
    if domain is None and host_of_domain(text, "example.org") != text:
        return f" %EMAILDOMAIN% is filled in from an e-mail address, and none is given.{advice(email='give email')}"
    if "%" in text:
        return (
            " It looks like a placeholder; only %EMAILDOMAIN% is filled in there, alone or at the end."
            f"{advice('correct the answer', overrides='override hostname')}"
        )
    return advice("correct the answer", overrides="override hostname")
