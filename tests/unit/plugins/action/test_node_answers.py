# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a managed node answers: one that was taken over may answer anything."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from ansible_collections.mailfleet.autodiscover.plugins.action.client_config import ActionModule, _few_of_an_account
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._client_config_spec import INSTALLATION_SPEC
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import Plan

HOSTILE = "\x1b[2J\x9b31m\u202e\r\u2028\udc9b"


def test_a_node_that_was_taken_over_writes_to_nobody_s_terminal() -> None:
    row: dict[str, Any] = dict.fromkeys(("email", "path", "client", "key", "reason", "expected", "found"), HOSTILE)
    finding = {**row, "code": HOSTILE, "severity": "warning", "line": None, "message": HOSTILE, "element": None}
    answer = {
        "changed": True,
        "files": [{**row, "emails": [HOSTILE], "action": HOSTILE}],
        "moved": [{**row, "user": HOSTILE, "kept": True, "server": HOSTILE, "before": HOSTILE, "after": HOSTILE}],
        "drift": [row],
        "pending": [row],
        "refused": [row],
        "findings": [finding],
        "diff": [{"before_header": HOSTILE, "before": f"a\n{HOSTILE}", "after": HOSTILE, "prepared": HOSTILE}],
        "failed": True,
        "msg": HOSTILE,
        "exception": f"a\n{HOSTILE}",
        HOSTILE: HOSTILE,
    }
    action = object.__new__(ActionModule)
    action._execute_module = lambda **_arguments: answer
    action._task = SimpleNamespace(check_mode=True)
    options = {
        **dict.fromkeys(INSTALLATION_SPEC),
        "accounts": [],
        "clients": [],
        "client_options": {},
        "on_account_error": "skip",
    }
    result = action._installed(Plan(), {**options, "state": "present", "purge": True}, {})
    said = json.dumps(result, ensure_ascii=False)
    assert not set(said) & set(HOSTILE) - set("[2J31m")
    assert "\\\\x1b" in said and result["diff"][0]["before"].startswith("a\n")


def test_of_one_account_five_reasons_are_told() -> None:
    refused = [{"email": "ada@example.org", "reason": f"{number} is wrong"} for number in range(40)]
    lines = _few_of_an_account([*refused, *refused, {"email": "bob@example.org", "reason": "bob@example.org: wrong"}])
    assert len(lines) == 7 and lines[0] == "- ada@example.org: 0 is wrong" and lines[-1] == "- bob@example.org: wrong"
    assert lines[5] == "- ada@example.org: and 35 more reasons."
