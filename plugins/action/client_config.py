# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller half of ``client_config``: reads answers, decides accounts, renders clients, calls one module."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._client_config_spec import INSTALLATION_SPEC
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.callers import CONFIG_SPEC, called_by
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import (
    territories,
    with_files_found,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import AutodiscoverError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.passwords import moved_passwords
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import Plan, provision, removal
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.reports import checked_report
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.requests import (
    ROLE_PREFIX,
    account_request,
    checked_options,
    policy_of,
    removal_request,
    unknown_variables,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.sentences import (
    refusal_lines,
    summary_of,
    warning_lines,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.sources import (
    candidate_paths,
    found_path,
    read_answer,
)

INSTALLER = "mailfleet.autodiscover.client_files"
ROLE = "mailfleet.autodiscover.mail_client"


class ActionModule(ActionBase):
    """Provisions accounts: one execution of the installer, whatever the number of accounts, clients and files."""

    TRANSFERS_FILES = False
    _supports_async = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what was installed, what drifted, what became of each element, and who was refused."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        task_vars = task_vars or {}
        if getattr(self._connection._shell, "_IS_WINDOWS", False):
            raise AnsibleActionFail("Windows nodes are not supported yet; client_config installs on POSIX nodes.")
        in_role = self._task._role is not None and self._task._role.get_name() == ROLE
        try:
            with called_by("client_config"):
                options = checked_options(
                    self._task.args, CONFIG_SPEC, "client_config", prefix=ROLE_PREFIX if in_role else ""
                )
                plan = self._plan(options, task_vars)
                if in_role:
                    plan.findings += unknown_variables(task_vars, lambda name: bool(task_vars.get(name)))
                result.update(self._installed(plan, options, task_vars))
        except AutodiscoverError as error:
            raise _failed(str(error)) from error
        return result

    def _plan(self, options: dict[str, Any], task_vars: dict[str, Any]) -> Plan:
        if options["state"] == "absent":
            requests = [removal_request(account) for account in options["accounts"]]
            return removal(requests, options["clients"], options["client_options"])
        others = (task_vars.get("inventory_dir"), self._loader.get_basedir(), ".")
        search_path = self._task.get_search_path()
        documents: dict[str, bytes] = {}

        def document(path: str) -> bytes:
            if path not in documents:
                candidates = candidate_paths(path, search_path, others)
                documents[path] = read_answer(path, candidates, self._loader.get_real_file)
            return documents[path]

        def found(path: str) -> str:
            return found_path(path, candidate_paths(path, search_path, others), self._loader.get_real_file)

        policy = policy_of(options)
        return provision(
            [account_request(account, policy, document) for account in options["accounts"]],
            options["clients"],
            policy,
            with_files_found(options["client_options"], found),
            options["report"],
        )

    def _installed(self, plan: Plan, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Run the installer once and return its result, completed by what only the controller knows."""
        # What was found on the node is in the result only when the installer tells of it: a run that could not look
        # must never read as one that found no drift.
        result: dict[str, Any] = {
            "changed": False,
            "translation": plan.translation,
            "findings": plan.findings,
            "refused": plan.refused,
            "registry": [],
        }
        stopped = bool(plan.refused) and options["on_account_error"] == "fail"
        # An item without an address may be about anybody: as long as there is one, nobody counts as not listed.
        purge = options["purge"] and not plan.nameless
        # To the installer, a removal without any address is one of all of them.
        nobody = bool(plan.refused) and not plan.emails
        idle = nobody if options["state"] == "absent" else not plan.files and not purge
        if not stopped and not idle:
            # Here the probe will go: one shell command that finds nothing to do saves the module.
            arguments = {name: options[name] for name in INSTALLATION_SPEC}
            arguments.update(
                purge=purge,
                files=plan.files,
                accounts=plan.emails,
                # One address may be for several users, of whom one is refused.
                incomplete=sorted({row["email"] for row in plan.refused}),
                connections=plan.connections,
                clients=options["clients"],
                territory=territories(options["client_options"]),
                users=plan.users,
            )
            # Whatever answers: a node that was taken over writes to nobody's terminal, and fills nobody's memory.
            installed = checked_report(
                self._execute_module(module_name=INSTALLER, module_args=arguments, task_vars=task_vars),
                files=len(plan.files),
                accounts=len(plan.emails),
                removes=purge or options["state"] == "absent",
            )
            if getattr(self, "_discovered_interpreter_key", None):
                # The one fact that Ansible itself adds: without it, each task looks for a Python again.
                installed["ansible_facts"] = {self._discovered_interpreter_key: self._discovered_interpreter}
            refuses = bool(installed.get("refused"))
            if "drift" not in installed or (installed.get("failed") and not refuses):
                raise _failure(installed, plan.refused, len(options["accounts"]))
            # The module's own error would be shown in the place of ours, which names every account.
            for name in ("exception", "msg") if refuses else ():
                installed.pop(name, None)
            result["registry"] = _for_written_accounts(plan.registry, installed)
            moves = moved_passwords(
                installed.pop("moved", ()), installed.get("drift", ()), commanded=plan.commanded, shared=plan.shared
            )
            result["findings"] = result["findings"] + moves
            for name in ("refused", "findings"):
                installed[name] = result[name] + installed.get(name, [])
            result.update(installed)
        result["summary"] = summary_of(result)
        result["warnings"] = warning_lines(
            task_vars.get("inventory_hostname", "the host"), result, plan.emails, plan.lost, self._registered_in()
        )
        return _judged(result, options, self._task.check_mode)

    def _registered_in(self) -> str | None:
        """Return the variable that gets the result; there are cores that let a task fill several."""
        name = self._task.register
        return name if isinstance(name, str) else None


_NO_ANSWER = (
    "The node gave no result of the module client_files, so nothing is known of it: see that "
    "ansible_python_interpreter is a Python, and run again."
)


def _failure(installed: dict[str, Any], refused: list[dict[str, Any]], total: int) -> AnsibleActionFail:
    """Return the error for a node of which nothing is known, with what the node said and nothing else.

    An error that is raised is out of reach of ``failed_when``, with which plays let refused accounts pass for a moment.
    """
    refused = refused + installed.get("refused", [])
    reason = installed.get("msg") or _NO_ANSWER
    if refused:
        reason = f"{_count_of(refused, total)} And the others failed: {reason}\n{_reasons_of(refused)}"
    told = {name: installed[name] for name in _TOLD_OF_A_FAILURE if name in installed}
    return _failed(reason, {**told, "refused": refused})


def _failed(reason: str, told: dict[str, Any] | None = None) -> AnsibleActionFail:
    """Return an error with ``reason`` as its message, and ``told`` in the result.

    Before 2.19, Ansible takes what an error brings for its own words: a play that shows them would run a template that
    a server or a node has put there. So they are marked as those of somebody else.
    """
    failure = AnsibleActionFail(reason, result=dict(told or {}))
    # Older cores put a traceback there, of this function or of nothing.
    failure.result.pop("exception", None)
    failure.result.update(wrap_var(dict(failure.result)))
    return failure


_TOLD_OF_A_FAILURE = ("ansible_facts", "changed", "module_stderr", "module_stdout", "rc", "record")


def _for_written_accounts(registry: list[dict[str, Any]], installed: dict[str, Any]) -> list[dict[str, Any]]:
    """Leave out the values of accounts that the node refused: they would name files that are not there."""
    refused = {row["email"] for row in installed.get("refused", ())}
    return [value for value in registry if value["email"] not in refused]


def _judged(result: dict[str, Any], options: dict[str, Any], check_mode: bool) -> dict[str, Any]:
    """Fail the task when an account was refused; what was done for the others stays in the result."""
    refused = result["refused"]
    if not refused:
        return result
    total = len(options["accounts"])
    would = "would be" if check_mode else "were"
    if options["on_account_error"] == "fail" and not result.get("files"):
        done = "Nothing was written, as on_account_error says."
    elif len(_names(refused)) >= total:
        done = "Nothing was provisioned."
    elif result.get("pending"):
        done = f"The others {would} provisioned, but not those that are pending."
    else:
        done = f"The others {would} provisioned."
    result["failed"] = True
    result["msg"] = f"{_count_of(refused, total)} {done}\n{_reasons_of(refused)}"
    return result


def _names(refused: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(row["email"] for row in refused))


def _count_of(refused: list[dict[str, Any]], total: int) -> str:
    return f"{len(_names(refused))} of {total} accounts refused."


def _reasons_of(refused: list[dict[str, Any]]) -> str:
    return "\n".join(f"- {line}" for line in refusal_lines(refused))
