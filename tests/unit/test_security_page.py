# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/security.md names places, tests and limits: all of them are there, and no limit is left out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils import _as_user, _child, _limits
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils import limits

TOP = Path(__file__).resolve().parents[2]
PAGE = (TOP / "docs" / "security.md").read_text(encoding="utf-8")
UNITS = {"KiB": 1024, "MiB": 1024 * 1024}
NODE, CONTROLLER = PAGE.partition("### On the controller")[::2]


def figures(text: str) -> dict[str, int]:
    """Return the limits that a part of the page names."""
    found = {}
    for name, number, unit in re.findall(r"^\| `(\w+)`: [^|]*\| ([0-9,]+) ?(\w*)", text, re.M):
        found[name] = int(number.replace(",", "")) * UNITS.get(unit, 1)
    return found


def constants(*modules: Any) -> dict[str, int]:
    """Return the limits of modules."""
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, int) and name not in ("KIB", "MIB") and not name.startswith("_")
    }


def test_every_limit_of_a_node_is_on_the_page() -> None:
    own = {"_MORE_MEMORY": _child._MORE_MEMORY}
    assert figures(NODE) == {**constants(_limits, _as_user), **own}


def test_every_limit_of_the_controller_is_on_the_page() -> None:
    assert figures(CONTROLLER) == constants(limits)


@pytest.mark.parametrize("place", sorted(set(re.findall(r"`([a-z_/]+\.py):(\w+)`", PAGE))), ids=":".join)
def test_every_place_is_there(place: tuple[str, str]) -> None:
    path, name = place
    text = (TOP / "plugins" / path).read_text(encoding="utf-8")
    assert re.search(rf"^ *(def|class) {name}\b", text, re.M)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(test_\w+)`", PAGE))))
def test_every_test_is_there(name: str) -> None:
    files = [path for path in (TOP / "tests").rglob("test_*.py") if path != Path(__file__)]
    assert any(f"def {name}(" in path.read_text(encoding="utf-8") for path in files)
