# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every file of a client lies where the client says that its files can be, and nothing of a stranger does."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._territory import within_territory
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import CLIENTS, territories
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.clients.golden import ANSWERS
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    answer,
    plan,
    request,
)

OPTIONS: dict[str, list[dict[str, Any]]] = {
    "claws_mail": [{}, {"scope": "skel"}],
    "emacs_gnus": [{}, {"scope": "system"}],
    "evolution": [{}, {"scope": "system"}],
    "mutt": [{}, {"program": "mutt"}, {"program": "neomutt"}],
    "thunderbird": [{}, {"config": "fleet.cfg"}],
    "thunderbird_autoconfig": [{}, {"dest": "/etc/nginx/autoconfig/{domain}.xml"}],
    "outlook_prf": [{}, {"dest": "/etc/outlook/{domain}/x-{email}"}],
}
CASES = [(name, options) for name in CLIENTS for options in OPTIONS.get(name, [{}])]


def entry(client: str, token: str, directories: tuple[str, ...] = ()) -> dict[str, Any]:
    user = re.match(r"\{home:([^}]*)\}", token)
    return {"client": client, "path": token, "user": user[1] if user else None, "directories": list(directories)}


@pytest.mark.parametrize("name, options", CASES)
@pytest.mark.parametrize("protocols", ANSWERS.values(), ids=ANSWERS)
def test_every_file_lies_in_the_territory(name: str, options: dict[str, Any], protocols: tuple[str, ...]) -> None:
    made = plan(request(document=answer(*protocols)), clients=(name,), unsupported="warn", options={name: options})
    territory = territories({name: options})
    if not made.files:
        assert made.refused
    for file in made.files:
        candidates = [file["path"]] if "path" in file else [candidate["path"] for candidate in file["candidates"]]
        for path in candidates:
            ways = path.split("/")
            above = tuple("/".join(ways[:count]) for count in range(2, len(ways)))
            one = entry(name, path, (*above, *file.get("directories", ())))
            assert within_territory([one], territory) == ([one], [])


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "/etc/cron.d/x",
        "/usr/bin/x",
        "/root/.bashrc",
        "/home/ada/.bashrc",
        "{home:ada}/.bashrc",
        "{home:ada}/.ssh/authorized_keys",
        "{home:ada}/.config/autostart/x.desktop",
        "{home:ada}/.netrc",
    ],
)
def test_nothing_of_a_stranger_lies_in_it(name: str, path: str) -> None:
    one = entry(name, path)
    assert within_territory([one], territories({})) == ([], [one])


def test_a_dest_may_hold_a_slash_too_many() -> None:
    one = entry("k9_settings", "/export/k9/ada@example.org.k9s")
    assert within_territory([one], territories({"k9_settings": {"dest": "/export//k9/{email}.k9s"}})) == ([one], [])
