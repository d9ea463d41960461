# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The argument spec of ``client_config``, once, for the module's documentation, the action and the role to agree on."""

from __future__ import annotations

CLIENTS = [
    "apple_mobileconfig",
    "claws_mail",
    "emacs_gnus",
    "evolution",
    "k9_settings",
    "kmail",
    "mutt",
    "outlook_local_xml",
    "outlook_prf",
    "sylpheed",
    "thunderbird",
    "thunderbird_autoconfig",
]

_MEANING = {
    "incoming": {"type": "str", "choices": ["auto", "pop3", "imap"]},
    "smtp_last": {"type": "str", "choices": ["auto", "enforce", "prefer_auth", "ignore"]},
    "username": {"type": "str", "choices": ["email", "localpart"]},
    "spa": {"type": "str", "choices": ["follow", "ignore"]},
}
"""Options that may stand on an account too; there they have no default and replace the general one."""

_MEANING_DEFAULTS = {"incoming": "auto", "smtp_last": "auto", "username": "email", "spa": "follow"}

_SERVER_OVERRIDES = {
    "hostname": {"type": "str"},
    "port": {"type": "int"},
    "socket_type": {"type": "str", "choices": ["plain", "STARTTLS", "SSL"]},
    "authentication": {"type": "str", "choices": ["password-cleartext", "NTLM"]},
    "username": {"type": "str"},
}

ACCOUNT_SPEC = dict(
    _MEANING,
    email={"type": "str"},
    user={"type": "str"},
    home={"type": "path"},
    uid={"type": "int"},
    pox={"type": "str"},
    pox_src={"type": "path"},
    settings={"type": "dict"},
    clients={"type": "list", "elements": "str", "choices": CLIENTS},
    display_name={"type": "str"},
    password_command={"type": "str"},
    overrides={
        "type": "dict",
        "options": {
            "pop3": {"type": "dict", "options": _SERVER_OVERRIDES},
            "imap": {"type": "dict", "options": _SERVER_OVERRIDES},
            "smtp": {
                "type": "dict",
                "options": dict(
                    _SERVER_OVERRIDES,
                    auth_required={"type": "bool"},
                    same_credentials={"type": "bool"},
                    pop_before_smtp={"type": "bool"},
                ),
            },
        },
    },
)

INSTALLATION_SPEC = {
    "set": {"type": "str", "default": "default"},
    "existing": {"type": "str", "choices": ["adopt", "leave", "fail"], "default": "adopt"},
    "missing_user": {"type": "str", "choices": ["fail", "skip"], "default": "fail"},
    "client_running": {"type": "str", "choices": ["defer", "fail", "ignore"], "default": "defer"},
    "on_account_error": {"type": "str", "choices": ["skip", "fail"], "default": "skip"},
    "purge": {"type": "bool", "default": False},
    "allow_empty": {"type": "bool", "default": False},
    "root": {"type": "path", "default": "/"},
    "backup": {"type": "bool", "default": False},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}
"""Options that ``client_config`` hands to ``client_files`` as they are."""

CLIENT_CONFIG_SPEC = dict(
    INSTALLATION_SPEC,
    **{name: dict(spec, default=_MEANING_DEFAULTS[name]) for name, spec in _MEANING.items()},
    accounts={"type": "list", "elements": "dict", "required": True, "options": ACCOUNT_SPEC},
    clients={"type": "list", "elements": "str", "choices": CLIENTS, "default": []},
    unsupported={"type": "str", "choices": ["fail", "warn"], "default": "fail"},
    allow_plaintext={"type": "list", "elements": "str", "default": []},
    pop_before_smtp_window={"type": "int", "default": 600},
    client_options={"type": "dict", "default": {}},
    report={"type": "str", "choices": ["changes", "full"], "default": "changes"},
)

POX_INFO_SPEC = {
    "content": {"type": "str"},
    "src": {"type": "path"},
    "remote_src": {"type": "bool", "default": False},
    "email": {"type": "str"},
}
