# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes the parameters of client_files, installs, compares or removes files on this node; gives the result, plain data.

No Ansible object is needed: the module wraps this one function.
"""

from __future__ import annotations

from ._as_user import Clock
from ._client_config_spec import CLIENTS
from ._client_files_spec import ARGUMENT_SPEC, CONTENTS, FILE_OPTIONS
from ._errors import FileProblem, InstallError, presentable, quoted
from ._items import listed_items
from ._perform import Work, perform
from ._plan import Plan
from ._record import Record, tag_of
from ._request import Request
from ._result import finding, tell
from ._running import Processes
from ._tree import Area, root_area
from ._users import Users
from ._words import did_you_mean


def install(params: dict, check_mode: bool = False, diff_mode: bool = False) -> dict:
    """Do what ``params`` ask for, or in check mode find out what that would be.

    The result has ``failed`` and ``msg`` when something was refused or went wrong; the rest is done all the same.
    It has ``files``, ``drift`` and ``pending`` only when the node was looked at: without them nothing is known of it.
    """
    result = {"changed": False, "refused": [], "findings": []}
    result["invocation"] = {"module_args": invocation(params)}
    try:
        request = Request(params)
        root = root_area(request.root, tag_of(request.set))
        record = Record(root, request.root, request.set)
        result["record"] = record.path
        try:
            _run(request, root, record, result, check_mode, diff_mode)
        finally:
            record.unlock()
            root.close()
    except (InstallError, FileProblem) as error:
        result.update(failed=True, msg=str(error))
    return presentable(result)


def _run(request: Request, root: Area, record: Record, result: dict, check_mode: bool, diff_mode: bool) -> None:
    if not check_mode:
        record.lock(create=False)
    clock = Clock()
    work, deferred = _planned(request, root, record, clock)
    stopped = bool(work.plan.refused) and request.on_account_error == "fail"
    differs = not stopped and record.differs(*work.final())
    if stopped:
        work.targets = []
    elif work.targets or differs:
        record.refuse_unwritable()
        # The first run on a node has no directory for a lock yet; another one may have been quicker.
        if not check_mode and record.lock(create=True) and not record.is_as_loaded():
            work, deferred = _planned(request, root, record, clock)
    result["findings"] += _clients_not_on_record(request, work.plan)
    if not record.exists and (request.purge or request.state == "absent"):
        result["findings"].append(_record_missing(request, record))
    try:
        answers = {} if check_mode or stopped else perform(work, root, record, request.backup)
    except (InstallError, FileProblem):
        # The files may be there, and only the record's last word is missing.
        result["changed"] = work.started
        raise
    tell(result, work, deferred, answers, stopped, diff_mode)


def _planned(request: Request, root: Area, record: Record, clock: Clock) -> tuple:
    plan = Plan(
        request, Users(request.root, root, request.users), root, *record.load(), Processes(), clock, record.path
    )
    deferred = plan.deferred()
    return Work(plan, deferred), deferred


def _record_missing(request: Request, record: Record) -> dict:
    # The first purge on a new node finds none as a matter of course; who asks for a removal expected one.
    severity = "info" if request.state == "present" else "warning"
    message = f"There is no record {record.path}, so nothing is known to be ours and nothing is removed."
    return finding("record-missing", severity, message)


def _clients_not_on_record(request: Request, plan: Plan) -> list:
    """Return a finding for each client that shall go, of which nothing is on record, but of one with nearly that name.

    It may have gone before, so it is no error.
    """
    recorded = {entry["client"] for entry in [*plan.entries, *plan.foreign]}
    known = sorted(recorded.union(CLIENTS) - {""})
    return [
        finding(
            "client-not-on-record",
            "warning",
            f"clients: nothing of {quoted(name)} is on record, so nothing is removed for it.{hint}",
        )
        for name in request.clients
        for hint in [did_you_mean(name, known)]
        if request.state == "absent" and name not in known and hint
    ]


def invocation(params: dict) -> dict:
    """Return the parameters as they may be shown: what is wanted where, without any content or value."""
    shown = {name: params.get(name, option.get("default")) for name, option in ARGUMENT_SPEC.items()}
    shown["files"] = [_shown_file(item) for item in listed_items(shown["files"]) if isinstance(item, dict)]
    return shown


def _shown_file(item: dict) -> dict:
    kept = {
        key: item[key]
        for key, option in FILE_OPTIONS.items()
        if key not in CONTENTS and item.get(key) not in (None, "", [], False, option.get("default"))
    }
    if item.get("sections"):
        kept["sections"] = [
            {key: section[key] for key in ("account", "numbered", "name") if section.get(key)}
            for section in listed_items(item["sections"])
            if isinstance(section, dict)
        ]
    return kept
