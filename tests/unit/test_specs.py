# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same options are written down in several places: spec, documentation, role, policy, registry. They must agree."""

from __future__ import annotations

import importlib
import importlib.util
import re
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import yaml

from ansible_collections.mailfleet.autodiscover.plugins.module_utils import _client_config_spec as specs
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._client_files_spec import ARGUMENT_SPEC
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.callers import (
    FROM_POX_SPEC,
    OPTIONS,
    TO_CLIENT_FILES_SPEC,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import CLIENTS
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.findings import Finding
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.model import (
    Exchange,
    IncomingServer,
    OutgoingServer,
    Settings,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.overrides import OVERRIDABLE
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy

FILTER_SPECS = {"from_pox": FROM_POX_SPEC, "to_client_files": TO_CLIENT_FILES_SPEC}
TOP = Path(__file__).resolve().parents[2]
ROLE = TOP / "roles" / "mail_client"


def documented(module: str) -> dict[str, Any]:
    """Return the options of a module's documentation."""
    found = importlib.import_module(f"ansible_collections.mailfleet.autodiscover.plugins.modules.{module}")
    options: dict[str, Any] = yaml.safe_load(found.DOCUMENTATION)["options"]
    return options


def shape(options: dict[str, Any], nested: str) -> dict[str, Any]:
    """Return what specs and documentation have in common, nested options included."""
    return {
        name: {
            "type": option.get("type", "str"),
            "elements": option.get("elements"),
            "choices": option.get("choices"),
            "default": option.get("default"),
            "required": option.get("required", False),
            "options": shape(option[nested], nested) if option.get(nested) else None,
        }
        for name, option in options.items()
    }


@pytest.mark.parametrize(
    ("module", "spec"),
    [
        pytest.param("client_config", specs.CLIENT_CONFIG_SPEC, id="client_config"),
        pytest.param("client_files", ARGUMENT_SPEC, id="client_files"),
        pytest.param("pox_info", specs.POX_INFO_SPEC, id="pox_info"),
    ],
)
def test_the_documentation_of_a_module_is_its_spec(module: str, spec: dict[str, Any]) -> None:
    assert shape(documented(module), "suboptions") == shape(spec, "options")


def test_the_role_has_every_option_of_the_module() -> None:
    text = (ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    role = shape(yaml.safe_load(text)["argument_specs"]["main"]["options"], "options")
    module = shape(specs.CLIENT_CONFIG_SPEC, "options")
    # The one difference: a host without accounts is left as it is.
    assert role["mail_client_accounts"].pop("default") == []
    assert module["accounts"].pop("default") is None
    assert role["mail_client_accounts"].pop("required") is False
    assert module["accounts"].pop("required") is True
    assert role == {f"mail_client_{name}": option for name, option in module.items()}


def test_the_role_passes_every_option_on() -> None:
    task, _failure = yaml.safe_load((ROLE / "tasks" / "main.yml").read_text(encoding="utf-8"))
    passed = task["mailfleet.autodiscover.client_config"]
    expected = {name: f"{{{{ mail_client_{name} | default(omit) }}}}" for name in specs.CLIENT_CONFIG_SPEC}
    expected["accounts"] = "{{ mail_client_accounts }}"
    assert passed == expected
    assert yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8")) == {"mail_client_accounts": []}


def test_the_readme_of_the_role_names_every_variable_with_its_default() -> None:
    text = (ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    options = yaml.safe_load(text)["argument_specs"]["main"]["options"]
    readme = (ROLE / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `([^`]*)` \| (.+) \|$", readme, re.M)
    assert [(name, yaml.safe_load(default)) for name, default, _text in rows] == [
        (name, option["default"]) for name, option in options.items()
    ]
    for name, default, line in rows:
        choices = [] if options[name].get("elements") else options[name].get("choices", [])
        assert [choice for choice in choices if f"`{choice}`" not in line] in ([], [default]), name
    # Nor does anything else on the page speak of a variable that there is not.
    assert set(re.findall(r"\bmail_client_\w+", readme)) - set(options) <= {"mail_client_result"}


def test_clients_of_the_spec_are_those_of_the_registry() -> None:
    assert sorted(CLIENTS) == specs.CLIENTS


def test_the_policy_has_the_defaults_and_choices_of_the_spec() -> None:
    hints = get_type_hints(Policy)
    for name in hints:
        option = specs.CLIENT_CONFIG_SPEC[name]
        default = getattr(Policy(), name)
        assert option["default"] == (list(default) if isinstance(default, tuple) else default)
        if option.get("choices"):
            assert list(get_args(hints[name])) == option["choices"]


def test_what_can_be_overridden_is_what_the_spec_takes() -> None:
    taken = {kind: tuple(option["options"]) for kind, option in specs.ACCOUNT_SPEC["overrides"]["options"].items()}
    assert taken == {kind: tuple(fields) for kind, fields in OVERRIDABLE.items()}


def test_the_documentation_of_from_pox_names_what_it_returns() -> None:
    text = (TOP / "plugins" / "filter" / "from_pox.yml").read_text(encoding="utf-8")
    returned = yaml.safe_load(text)["RETURN"]["_value"]["contains"]
    settings = returned["settings"]["contains"]
    assert list(settings) == list(Settings((), ()).as_dict())
    for name, cls in (("incoming", IncomingServer), ("outgoing", OutgoingServer), ("exchange", Exchange)):
        assert list(settings[name]["contains"]) == [field.name for field in fields(cls)]
    assert list(returned["findings"]["contains"]) == list(Finding("override", "").as_dict())


def test_the_page_of_the_attacks_names_all_of_them() -> None:
    page = (TOP / "docs" / "hold.md").read_text(encoding="utf-8")
    attacks = importlib.import_module("ansible_collections.mailfleet.autodiscover.tests.hold.run").ATTACKS
    assert tuple(re.findall(r"^\| `(\w+)` \|", page, re.M)) == tuple(attacks)
    for name, attack in re.findall(r"--round '([^']+)' (\w+)", page):
        module = importlib.import_module(f"ansible_collections.mailfleet.autodiscover.tests.hold.{attack}")
        assert name in module.rounds()


SPECS = {"client_config": specs.CLIENT_CONFIG_SPEC, "client_files": ARGUMENT_SPEC, "pox_info": specs.POX_INFO_SPEC}


def test_the_modules_of_an_action_group_share_options_and_the_documentation_names_them() -> None:
    runtime = yaml.safe_load((TOP / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert set(SPECS) == {path.stem for path in (TOP / "plugins" / "modules").glob("*.py")}
    alone = set(SPECS)
    for name, group in runtime["action_groups"].items():
        alone -= set(group)
        shared = {
            option
            for option, spec in SPECS[group[0]].items()
            if all(spec["type"] == SPECS[module].get(option, {}).get("type") for module in group)
            and all(spec.get("elements") == SPECS[module][option].get("elements") for module in group)
        }
        fragment = importlib.import_module(
            "ansible_collections.mailfleet.autodiscover.plugins.doc_fragments._attributes"
        ).ModuleDocFragment
        attribute = yaml.safe_load(fragment.GROUP)["attributes"]["action_group"]
        assert attribute["membership"] == [f"mailfleet.autodiscover.{name}"]
        assert len(shared) > 5 and set(re.findall(r"O\((\w+)\)", " ".join(attribute["details"]))) == shared
        for module in SPECS:
            found = importlib.import_module(f"ansible_collections.mailfleet.autodiscover.plugins.modules.{module}")
            assert ("autodiscover._attributes.group" in found.DOCUMENTATION) is (module in group)
    # A module that shares no option with the others is in no group: it would fail with any of theirs.
    assert all(not set(SPECS[module]) & set(SPECS[other]) for module in alone for other in SPECS if other != module)


@pytest.mark.parametrize("name", ["from_pox", "to_client_files"])
def test_the_documentation_of_a_filter_is_its_spec(name: str) -> None:
    text = (TOP / "plugins" / "filter" / f"{name}.yml").read_text(encoding="utf-8")
    options = yaml.safe_load(text)["DOCUMENTATION"]["options"]
    del options["_input"]
    # What an account may override, and the clients, client_config documents.
    spec = {option: {**one, "options": None} for option, one in FILTER_SPECS[name].items()}
    spec = {option: {**one, "default": one.get("default") or None} for option, one in spec.items()}
    options = {option: {**one, "default": one.get("default") or None} for option, one in options.items()}
    assert shape(options, "suboptions") == shape(spec, "options")
    assert set(options) == OPTIONS[name]


def test_the_made_pages_are_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("pages", TOP / "docs" / "pages.py")
    assert spec is not None and spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    stale = [path.name for path, text in maker.pages().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run `make docs`"
