# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller half of ``pox_info``: finds the document, reads it, says what it means."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._client_config_spec import POX_INFO_SPEC
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.callers import called_by
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import (
    AnswerError,
    AutodiscoverError,
    OptionError,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.meaning import meaning_of
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.reports import document_of, shortened
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.requests import checked_options
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.sources import (
    candidate_paths,
    read_answer,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.wording import named

READER = "mailfleet.autodiscover.pox_info"


class ActionModule(ActionBase):
    """Reads one Autodiscover answer."""

    TRANSFERS_FILES = False
    _supports_async = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return ``settings`` and ``findings``; nothing is ever changed."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        try:
            with called_by("pox_info"):
                options = checked_options(self._task.args, POX_INFO_SPEC, "pox_info")
                if (options["content"] is None) is (options["src"] is None):
                    raise OptionError("Give exactly one of content (the text of the answer) and src (a file).")
                data, source = self._document(options, task_vars or {})
                result.update(meaning_of(data, source, options["email"]), changed=False)
        except AutodiscoverError as error:
            # Returned, not raised: before 2.19, Ansible would take what is quoted in a raised error for a template.
            result.update(failed=True, msg=str(error))
        return result

    def _document(self, options: dict[str, Any], task_vars: dict[str, Any]) -> tuple[bytes | str, str]:
        if options["content"] is not None:
            return str(options["content"]), "content"
        if not options["remote_src"]:
            others = (task_vars.get("inventory_dir"), self._loader.get_basedir(), ".")
            candidates = candidate_paths(options["src"], self._task.get_search_path(), others)
            return read_answer(options["src"], candidates, self._loader.get_real_file), options["src"]
        arguments = {"src": options["src"], "remote_src": True}
        answer = self._execute_module(module_name=READER, module_args=arguments, task_vars=task_vars)
        if answer.get("failed"):
            reason = shortened(answer.get("msg", "no reason given"))
            raise AnswerError(f"{named(options['src'])} cannot be read on the managed node: {reason}")
        return document_of(answer), options["src"]
