# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""The argument spec of ``client_files``, once, for the module's documentation and the request to agree on."""

from __future__ import annotations

SECTION_OPTIONS = {
    "account": {"type": "str"},
    "numbered": {"type": "str"},
    "name": {"type": "str"},
    "match": {"type": "dict", "default": {}},
    "fixed": {"type": "dict", "default": {}},
    "enforced": {"type": "dict", "default": {}},
    "seeded": {"type": "dict", "default": {}},
    "paths": {"type": "list", "elements": "str", "default": []},
    "whole": {"type": "bool", "default": False},
}

BLOCK_OPTIONS = {
    "account": {"type": "str", "default": ""},
    "text": {"type": "str", "required": True},
}

VALUE_OPTIONS = {
    "path": {"type": "list", "elements": "str", "required": True},
    "value": {"type": "raw", "required": True},
}

NOTICE_OPTIONS = {
    "exists": {"type": "list", "elements": "str", "required": True},
    "account": {"type": "str"},
    "code": {"type": "str", "required": True},
    "sentence": {"type": "str", "required": True},
}

NUMBERS_OPTIONS = {
    "path": {"type": "str", "required": True},
    "after": {"type": "list", "elements": "str", "required": True},
}

CANDIDATE_OPTIONS = {
    "exists": {"type": "str", "required": True},
    "path": {"type": "str", "required": True},
}

FILE_OPTIONS = {
    "path": {"type": "str"},
    "candidates": {"type": "list", "elements": "dict", "options": CANDIDATE_OPTIONS},
    "client": {"type": "str", "default": ""},
    "accounts": {"type": "list", "elements": "str", "default": []},
    "content": {"type": "str"},
    "content_base64": {"type": "str"},
    "basis": {"type": "str"},
    "sections": {
        "type": "list",
        "elements": "dict",
        "options": SECTION_OPTIONS,
        "mutually_exclusive": [("numbered", "name")],
        "required_one_of": [("numbered", "name")],
    },
    "syntax": {"type": "str", "choices": ["prefs", "keyfile", "kconfig"], "default": "prefs"},
    "remove_whole": {"type": "bool", "default": False},
    "numbers_in": {"type": "list", "elements": "dict", "options": NUMBERS_OPTIONS},
    "blocks": {"type": "list", "elements": "dict", "options": BLOCK_OPTIONS},
    "comment": {"type": "str", "default": "#"},
    "values": {"type": "list", "elements": "dict", "options": VALUE_OPTIONS},
    "mode": {"type": "raw"},
    "owner": {"type": "str"},
    "group": {"type": "str"},
    "once": {"type": "bool", "default": False},
    "directories": {"type": "list", "elements": "str", "default": []},
    "running": {"type": "list", "elements": "str", "default": []},
    "needs": {"type": "list", "elements": "str", "default": []},
    "notices": {"type": "list", "elements": "dict", "default": [], "options": NOTICE_OPTIONS},
}

CONTENTS = ("content", "content_base64", "sections", "blocks", "values")
"""The options of a file that say what shall be in it; exactly one is given."""

SERVER_OPTIONS = {
    "type": {"type": "str", "required": True},
    "hostname": {"type": "str", "required": True},
    "port": {"type": "int", "required": True},
    "socket_type": {"type": "str", "required": True},
    "username": {"type": "str"},
}

CONNECTION_OPTIONS = {
    "account": {"type": "str", "required": True},
    "user": {"type": "str"},
    "clients": {"type": "list", "elements": "str", "required": True},
    "incoming": {"type": "dict", "required": True, "options": SERVER_OPTIONS},
    "outgoing": {"type": "dict", "required": True, "options": SERVER_OPTIONS},
    "of_another": {"type": "str"},
}

ARGUMENT_SPEC = {
    "files": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": FILE_OPTIONS,
        "mutually_exclusive": [("path", "candidates"), CONTENTS],
        "required_one_of": [("path", "candidates"), CONTENTS],
    },
    # Names of users are the keys, so the values cannot have a spec of their own.
    "users": {"type": "dict", "default": {}},
    "accounts": {"type": "list", "elements": "str", "default": []},
    "incomplete": {"type": "list", "elements": "str", "default": []},
    "connections": {"type": "list", "elements": "dict", "default": [], "options": CONNECTION_OPTIONS},
    "clients": {"type": "list", "elements": "str", "default": []},
    "territory": {"type": "dict", "default": {}},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "purge": {"type": "bool", "default": False},
    "allow_empty": {"type": "bool", "default": False},
    "set": {"type": "str", "default": "default"},
    "existing": {"type": "str", "choices": ["adopt", "leave", "fail"], "default": "adopt"},
    "missing_user": {"type": "str", "choices": ["fail", "skip"], "default": "fail"},
    "client_running": {"type": "str", "choices": ["defer", "fail", "ignore"], "default": "defer"},
    "root": {"type": "path", "default": "/"},
    "on_account_error": {"type": "str", "choices": ["skip", "fail"], "default": "skip"},
    "backup": {"type": "bool", "default": False},
}
