# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a managed node answers: one that was taken over may answer anything."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.mailfleet.autodiscover.plugins.action.client_config import ActionModule
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._client_config_spec import INSTALLATION_SPEC
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import Plan

ACCOUNTS = [{"email": f"{name}@example.org"} for name in ("ada", "bob", "eve")]
REFUSED = {"email": "ada@example.org", "reason": "no port"}
OF_THE_NODE = {"email": "bob@example.org", "path": "/x", "client": "mutt", "reason": "bob is missing"}
PENDING = {"email": "eve@example.org", "path": "/x", "client": "mutt", "reason": "it runs"}
FILE = {"path": "/x", "client": "mutt", "action": "created", "email": "eve@example.org", "emails": ["eve@example.org"]}
LOOKED_AT = {"drift": [], "files": [], "pending": [], "findings": [], "refused": []}


def installed(answer: dict[str, Any], plan: Plan, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    """Return the result of a run for three accounts whose node answers ``answer``."""
    action = object.__new__(ActionModule)
    action._execute_module = lambda **_arguments: answer
    action._task = SimpleNamespace(check_mode=check_mode, register="mail")
    given = {
        **dict.fromkeys(INSTALLATION_SPEC),
        "accounts": ACCOUNTS,
        "clients": [],
        "client_options": {},
        "on_account_error": "skip",
        "state": "present",
        **options,
    }
    result: dict[str, Any] = action._installed(plan, given, {"inventory_hostname": "desk03"})
    return result


def planned(*refused: dict[str, str]) -> Plan:
    """Return a plan of one file, without accounts that are refused before the node is asked."""
    return Plan(files=[{"path": "/x"}], refused=list(refused), emails=[account["email"] for account in ACCOUNTS])


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
    result = installed(answer, Plan(), check_mode=True, purge=True)
    said = json.dumps(result, ensure_ascii=False)
    assert not set(said) & set(HOSTILE) - set("[2J31m")
    assert "\\\\x1b" in said and result["diff"][0]["before"].startswith("a\n")


@pytest.mark.parametrize(
    ("answer", "refused", "options", "said"),
    [
        pytest.param({}, [REFUSED], {}, "1 of 3 accounts refused. The others were provisioned.", id="controller"),
        pytest.param(
            {"refused": [OF_THE_NODE], "files": [FILE], "failed": True, "msg": "bob"},
            [REFUSED],
            {},
            "2 of 3 accounts refused. The others were provisioned.",
            id="both halves",
        ),
        pytest.param(
            {"pending": [PENDING]},
            [REFUSED],
            {},
            "1 of 3 accounts refused. The others were provisioned, but not those that are pending.",
            id="pending",
        ),
        pytest.param(
            {"refused": [OF_THE_NODE], "failed": True, "msg": "bob"},
            [],
            {"on_account_error": "fail"},
            "1 of 3 accounts refused. Nothing was written, as on_account_error says.",
            id="stopped by the node",
        ),
        pytest.param(
            {"refused": [OF_THE_NODE], "files": [FILE], "failed": True, "msg": "bob"},
            [],
            {"on_account_error": "fail"},
            "1 of 3 accounts refused. The others were provisioned.",
            id="not stopped, a file could not be written",
        ),
        pytest.param(
            {},
            [REFUSED],
            {"on_account_error": "fail"},
            "1 of 3 accounts refused. Nothing was written, as on_account_error says.",
            id="stopped by the controller",
        ),
        pytest.param(
            {},
            [{**REFUSED, "email": account["email"]} for account in ACCOUNTS],
            {},
            "3 of 3 accounts refused. Nothing was provisioned.",
            id="all",
        ),
    ],
)
def test_what_was_done_for_the_accounts_that_are_not_refused(
    answer: dict[str, Any], refused: list[dict[str, str]], options: dict[str, str], said: str
) -> None:
    result = installed({**LOOKED_AT, **answer}, planned(*refused), **options)
    assert result["failed"] and result["msg"].splitlines()[0] == said
    assert "translation" in result and "summary" in result
    assert [row["email"] for row in result["refused"]] == [
        row["email"] for row in [*refused, *answer.get("refused", [])]
    ]


@pytest.mark.parametrize(
    ("answer", "refused", "said"),
    [
        pytest.param({"failed": True, "msg": "no room"}, [], "no room", id="failed"),
        pytest.param({"failed": True}, [], "gave no result", id="failed without a word"),
        pytest.param({"failed": False}, [], "gave no result", id="said nothing"),
        pytest.param({**LOOKED_AT, "failed": True, "msg": "no room"}, [], "no room", id="failed after it looked"),
        pytest.param({"refused": [OF_THE_NODE]}, [], "1 of 3 accounts refused. And the others failed: ", id="odd"),
        pytest.param(
            {"failed": True, "msg": "no room"},
            [REFUSED],
            "1 of 3 accounts refused. And the others failed: no room\n- ada@example.org: no port",
            id="failed beside a refused account",
        ),
    ],
)
def test_a_node_that_failed_is_an_error_with_what_it_said_alone(
    answer: dict[str, Any], refused: list[dict[str, str]], said: str
) -> None:
    with pytest.raises(AnsibleActionFail, match=re.escape(said)) as error:
        installed({"rc": 1, "module_stderr": "oh", **answer}, planned(*refused))
    assert error.value.result.pop("msg", None) in (None, str(error.value.message))
    assert error.value.result.pop("failed", True) is True
    rows = [*refused, *answer.get("refused", [])]
    assert error.value.result == {"rc": 1, "module_stderr": "oh", "refused": rows}


def test_warnings_of_a_run_name_the_host_and_where_the_others_are() -> None:
    finding = {"code": "owner-kept", "severity": "warning", "line": None, "element": None, "email": None}
    findings = [{**finding, "message": f"{number}."} for number in range(4)]
    result = installed({**LOOKED_AT, "findings": findings, "pending": [PENDING]}, planned())
    assert result["warnings"] == [
        "desk03: 1 of 3 accounts are not done, they are pending: eve@example.org mutt: it runs",
        "desk03: 0. (owner-kept)",
        "desk03: 1. (owner-kept)",
        "desk03: 2 more warnings; they are in findings of mail.",
    ]
