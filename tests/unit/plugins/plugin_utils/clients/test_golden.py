# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each client gets for whole answers, byte by byte."""

from __future__ import annotations

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import CLIENTS

from .golden import ANSWERS, GOLDEN, texts


@pytest.mark.parametrize("client", list(CLIENTS))
def test_a_client_gets_what_it_got(client: str) -> None:
    kept = {name: (GOLDEN / f"{client}-{name}.txt").read_text(encoding="utf-8") for name in ANSWERS}
    assert texts(client) == kept, "see the difference, then run `make golden`"


def test_nothing_else_is_kept() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {
        f"{client}-{name}.txt" for client in CLIENTS for name in ANSWERS
    }
